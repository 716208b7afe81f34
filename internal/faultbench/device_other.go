//go:build !unix

package faultbench

// Freeze is for systems that can stop a process; a LAN exists on no other.
func (d *Device) Freeze() { d.t.Fatal("this system cannot freeze a process") }

// Thaw undoes Freeze.
func (d *Device) Thaw() {}
