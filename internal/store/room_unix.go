//go:build linux || darwin

package store

import "syscall"

// freeBytes returns how much this user may still write to the disk of dir, if
// the system tells.
func freeBytes(dir string) (uint64, bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, false
	}
	return uint64(s.Bavail) * uint64(s.Bsize), true
}
