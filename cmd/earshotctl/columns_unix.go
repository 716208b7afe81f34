//go:build unix

package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// screenWidth returns how many columns the terminal f has, 0 if f is none.
func screenWidth(f *os.File) int {
	size, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return 0
	}
	return int(size.Col)
}
