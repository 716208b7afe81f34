//go:build unix

package faultbench

import "syscall"

// Freeze makes the device stand still, as a system does with an app that leaves
// the screen or with everything when the lid closes. Its kernel goes on
// answering for it.
func (d *Device) Freeze() {
	d.t.Helper()
	d.signal(syscall.SIGSTOP)
}

// Thaw lets a frozen device go on; one that was not frozen is left alone.
func (d *Device) Thaw() {
	d.t.Helper()
	d.signal(syscall.SIGCONT)
}
