// Package messenger holds the use cases of a device: who is in earshot, first
// contact, and messages that are stored, delivered, acknowledged and shown once
// (docs/PROTOCOL.md §8).
//
// A Messenger joins the store with links and hints, which it knows only through
// the interfaces Link, Network and Lookout. Identity comes from a link's key
// alone; a Hint only says where to look.
package messenger
