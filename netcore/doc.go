// Package netcore keeps the links between this device and others
// (docs/PROTOCOL.md §2, §4 and §6): TLS with both keys, the Hello on either
// side, frames in and out, limits by trust, and an end that loses nothing which
// was already on its way. It knows nothing of messages, contacts or disks: a
// Handler decides who may say what and does what the frames ask.
//
// A Node owns every link and every goroutine of them. Each link has two: one
// reads, decodes and calls the Handler, the other writes. Back pressure is the
// Handler not returning: then the link is not read, TCP closes its window, and
// the other side's queue fills.
package netcore
