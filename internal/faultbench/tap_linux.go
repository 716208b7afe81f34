package faultbench

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// namespaceFolder is where ip(8) names network namespaces.
const namespaceFolder = "/run/netns/"

// inNamespace calls f on a thread that is in the namespace and ends after it.
// Sockets and devices that f opens stay in that namespace.
func inNamespace(namespace string, f func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		if unix.Gettid() == unix.Getpid() {
			// The first thread stands for the process wherever namespaces are
			// listed, and cannot end: keep it busy and take another one.
			done <- inNamespace(namespace, f)
			runtime.UnlockOSThread()
			return
		}
		// Never unlocked, so that nothing else ever runs on this thread.
		done <- enter(namespace, f)
	}()
	return <-done
}

func enter(namespace string, f func() error) error {
	ns, err := os.Open(namespaceFolder + namespace)
	if err != nil {
		return err
	}
	defer ns.Close()
	if err := unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("enter namespace %s: %w", namespace, err)
	}
	return f()
}

// openTap makes the TAP device of that name in a namespace and returns what its
// frames are read from and written to. It is gone when that is closed.
func openTap(namespace, name string) (tap *os.File, err error) {
	err = inNamespace(namespace, func() error {
		tap, err = tapHere(name)
		return err
	})
	return tap, err
}

func tapHere(name string) (*os.File, error) {
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("open /dev/net/tun: %w", err)
	}
	request, err := unix.NewIfreq(name)
	if err == nil {
		// Without IFF_VNET_HDR the kernel hands over whole frames: cut to the
		// MTU and with their checksums.
		request.SetUint16(unix.IFF_TAP | unix.IFF_NO_PI)
		err = unix.IoctlIfreq(fd, unix.TUNSETIFF, request)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make TAP device %s: %w", name, err), unix.Close(fd))
	}
	return os.NewFile(uintptr(fd), name), nil
}
