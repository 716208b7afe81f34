// Package e2e shows with the real programs what the parts promise: it builds
// earshotctl, starts devices as processes of their own and talks to them only
// as a person, a script or another device can. It consists of tests.
//
// What runs here stays on 127.0.0.1 (EARSHOT_LOOPBACK) or in network namespaces
// of its own.
package e2e
