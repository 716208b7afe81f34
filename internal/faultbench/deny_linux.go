package faultbench

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// DenyNetlink takes from this process, for good and on all its threads, what
// Android 13 and newer take from every app: binding a netlink socket, and
// asking for a hardware address. Both then fail with EACCES ("permission
// denied"), and so do net.Interfaces and all that relies on it. Children
// inherit it. It needs no rights. It does not imitate the rest of Android's
// rules; those let through what package netif does.
func DenyNetlink() error {
	// The filter can only be given to all threads from one that has given up
	// gaining rights.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("prctl: %w", err)
	}
	filter := denyFilter()
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	thread, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER,
		unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&program)))
	switch {
	case errno != 0:
		return fmt.Errorf("seccomp: %w", errno)
	case thread != 0:
		return fmt.Errorf("seccomp: thread %d has a filter of its own", thread)
	}
	return nil
}

// Offsets in struct seccomp_data (linux/seccomp.h) of the number of the system
// call and of the half of an argument that counts.
const (
	callOffset = 0
	argsOffset = 16
	argSize    = 8
)

// argOffset is where the lower 32 bits of the system call's argument n are.
func argOffset(n uint32) uint32 {
	at := argsOffset + argSize*n
	if binary.NativeEndian.Uint16([]byte{0, 1}) == 1 { // big-endian
		at += argSize / 2
	}
	return at
}

// denyFilter is the program that decides about each system call. A netlink
// address is told from others by its length, because a filter cannot follow
// pointers: 12 bytes, where IPv4 has 16, IPv6 28 and a local name 3 or more,
// up to 110. No local socket of the tests has a name of 10 bytes.
func denyFilter() []unix.SockFilter {
	load := func(at uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: at}
	}
	unless := func(value uint32, skip uint8) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: value, Jf: skip}
	}
	verdict := func(value uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: value}
	}
	denied := verdict(unix.SECCOMP_RET_ERRNO | uint32(unix.EACCES))
	allowed := verdict(unix.SECCOMP_RET_ALLOW)
	return []unix.SockFilter{
		load(callOffset),
		unless(unix.SYS_BIND, 4), // to the next question
		load(argOffset(2)),       // length of the address
		unless(unix.SizeofSockaddrNetlink, 1),
		denied,
		allowed,
		unless(unix.SYS_IOCTL, 3),
		load(argOffset(1)), // the request
		unless(unix.SIOCGIFHWADDR, 1),
		denied,
		allowed,
	}
}
