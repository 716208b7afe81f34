//go:build !linux

package faultbench

import "testing"

// Disk is a small file system of its own; only Linux can have one here.
type Disk struct{}

// NewDisk ends the test: only Linux can have one.
func NewDisk(t testing.TB) *Disk { return noDisk(t) }

// NewSmallDisk ends the test: only Linux can have one.
func NewSmallDisk(t testing.TB, _ int64) *Disk { return noDisk(t) }

func noDisk(t testing.TB) *Disk {
	t.Helper()
	giveUp(t, impossible())
	return nil
}

// Home is never called.
func (d *Disk) Home() string { return "" }

// Fill is never called.
func (d *Disk) Fill() {}

// Free is never called.
func (d *Disk) Free() {}

// PowerCut is never called.
func (d *Device) PowerCut(*Disk) { d.t.Fatal("only Linux can cut the power of a disk") }
