//go:build linux

package faultbench

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// What was synced is there after the power was cut, and what was not is gone.
func TestDiskForgetsWhatWasNotSynced(t *testing.T) {
	d := NewDisk(t)
	write := func(name string, sync bool) {
		f, err := os.Create(filepath.Join(d.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString("text"); err != nil {
			t.Fatal(err)
		}
		if sync {
			err = f.Sync()
		}
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	write("synced", true)
	write("not", false)
	d.replace(d.snapshot())
	if raw, err := os.ReadFile(filepath.Join(d.dir, "synced")); err != nil || string(raw) != "text" {
		t.Errorf("a synced file holds %q %v", raw, err)
	}
	if raw, err := os.ReadFile(filepath.Join(d.dir, "not")); !errors.Is(err, os.ErrNotExist) && len(raw) > 0 {
		t.Errorf("a file that was not synced holds %q %v", raw, err)
	}
}

func TestDiskIsFullAndFree(t *testing.T) {
	d := NewSmallDisk(t, 1<<20)
	file := filepath.Join(d.dir, "file")
	if err := os.WriteFile(file, []byte("one"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.Fill()
	if err := os.WriteFile(filepath.Join(d.dir, "another"), make([]byte, 4<<10), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("a full disk answers %v", err)
	}
	d.Free()
	if err := os.WriteFile(filepath.Join(d.dir, "another"), make([]byte, 4<<10), 0o600); err != nil {
		t.Errorf("a disk with room answers %v", err)
	}
}

// What a killed test left mounted is gone with the next disk.
func TestDisksOfTheDeadAreRemoved(t *testing.T) {
	dead := exec.Command("true")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	mine := NewSmallDisk(t, 1<<20)
	parent := filepath.Join(os.TempDir(), fmt.Sprintf("%s%d-0", diskPrefix, dead.Process.Pid))
	left := filepath.Join(parent, mountPoint)
	if err := os.MkdirAll(left, 0o700); err != nil {
		t.Fatal(err)
	}
	d := Disk{t: t, dir: left}
	if out, err := d.tryMount("-t", "tmpfs", "tmpfs"); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	if err := os.WriteFile(filepath.Join(left, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	sweepDisks()
	if _, err := os.Stat(parent); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the disk of a dead process is still there: %v", err)
	}
	if _, err := os.Stat(mine.dir); err != nil {
		t.Error(err)
	}
}
