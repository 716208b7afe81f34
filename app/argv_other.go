//go:build !unix

package app

// wipe leaves an argument where it is: on Windows os.Args is a copy, and what
// the system shows of a process it shows to its own person and administrators only.
func wipe(string) {}
