// Package engine builds a device out of everything below it and keeps one owner
// of the network per home folder.
//
// The process that holds the lock of the home folder owns it: it opens the
// store, listens, discovers and answers the control socket. Any other process
// of that folder works through the owner, and takes over when the owner ends.
// An [Engine] is a messenger.Service in either case; its callers need not know
// which it is.
package engine
