// Package faultbench builds small networks inside one machine and breaks them
// on purpose. It is imported by tests only.
//
// A [LAN] is a set of hosts, each a Linux network namespace with one interface
// named eth0, on one switch that passes multicast like an ordinary home router:
//
//	 host alice        host bob          host carol
//	 10.77.0.1/24      10.77.0.2/24      10.77.0.3/24
//	      eth0              eth0              eth0
//	       |                 |                 |
//	======== p0 ============ p1 ============== p2 ====   bridge br0
//	              namespace "switch" (no address)
//
// What it breaks:
//
//   - [LAN.Impair] puts an [Impairer] into the cable of a host: loss,
//     duplication, reordering, jitter, corruption and a rate limit, in user
//     space, for every kind of frame, and from one seed. It needs nothing from
//     the kernel but TAP devices.
//   - [LAN.Drop], [LAN.DropLonger] and [LAN.Reset] are rules of nft(8) in the
//     switch or on the host, and [LAN.Heal] ends them.
//   - [LAN.SetLink], [LAN.SetMTU], [LAN.RemoveInterface] and the methods about
//     addresses do what cables, adapters and leases do.
//
// A [Device] is earshotctl on one of the hosts. What it says goes into a
// [Ledger], and [Check] tells which promises of delivery a ledger breaks.
//
// Nothing of it touches an interface of the machine itself, and several LANs
// may exist at the same time, in one process or in many.
package faultbench
