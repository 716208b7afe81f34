// Package store keeps what a device must not lose: the history of its
// conversations, the outbox, contacts, requests of strangers and settings, in
// one SQLite file (docs/PROTOCOL.md §8 and §9).
//
// A method that changes something returns only when the change is on the disk
// and would outlive a power cut, so that "delivered" can be promised as soon as
// it returned. Other processes may have the same file open.
//
// A file that was not closed is checked when it is opened. A damaged one is set
// aside and replaced by a copy of the day before (CopyIfDue), and a person is
// told (Notices); docs/STORAGE.md has all of it.
package store
