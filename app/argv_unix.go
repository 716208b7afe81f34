//go:build unix

package app

import "unsafe"

// wipe overwrites an argument of the process. arg must be an element of os.Args as
// the Go runtime has made it: on Unix it makes strings of the memory that the
// system has put the arguments in and shows them from, and copies nothing.
func wipe(arg string) {
	memory := unsafe.Slice(unsafe.StringData(arg), len(arg))
	for i := range memory {
		memory[i] = '*'
	}
}
