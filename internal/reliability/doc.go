// Package reliability holds the rows of docs/RELIABILITY.md as tests: real
// devices on the hosts of a small network, a fault, and a judge of what came of
// it (package faultbench). It consists of tests only, with the build tag e2e.
package reliability
