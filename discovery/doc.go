// Package discovery tells the network that this device is here and finds the
// other devices on it, by multicast DNS (RFC 6762) and DNS-based service
// discovery (RFC 6763), as PROTOCOL.md §3 describes.
//
// Make a [Service] with [New], give [Service.Run] a goroutine and read
// [Service.Events]. Whatever comes out is a [Hint]: a claim of the network
// that proves nothing. Who a device is only its key tells, in the handshake of
// package netcore.
//
// The service says that a device is there within milliseconds of its arrival
// and keeps that true: it notices changed addresses, goodbyes, devices that
// died without one (by opening and at once closing a TCP connection to their
// port every few seconds, so listeners must put up with connections that say
// nothing), networks that come and go, and sockets that the system took away.
// After sleep [Service.Refresh] begins anew.
//
// # Parts
//
// Advertising is done by github.com/grandcat/zeroconf (advert.go). It finds
// other devices, too, but tells of each only once, so browsing is our own:
// sockets (sockets.go) give packets to a browser (browser.go, packet.go) that
// keeps the table of devices (table.go, lifetime.go) and knows neither sockets
// nor clocks. One goroutine (loop.go) owns all of that; sockets, the watcher of
// the network (watch_linux.go) and probes (probe.go) only send it messages.
//
// # Caveats
//
// zeroconf writes to the logger of package log while it registers; those lines
// are dropped and all others let through. A goroutine of it that announces ends
// up to 4 seconds after Run has returned; it sends nothing any more.
package discovery
