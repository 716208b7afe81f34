package faultbench

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// diskMiB is the size of a disk that can lose power: an ext4 with its journal,
// and room for the stores of these tests.
const diskMiB = 64

// diskPrefix begins the name of every disk's folder, before the number of its
// process, so that a later run can find what a killed one has left behind.
const diskPrefix = "earshot-disk-"

// mountPoint is where in its folder a disk is mounted.
const mountPoint = "at"

// ballast is the file that fills a file system.
const ballast = "ballast"

// Disk is a small file system of its own for a home folder. Its methods end the
// test on errors and are for the goroutine of that test.
type Disk struct {
	t     testing.TB
	image string // the file that holds it; "" for one in memory
	dir   string // where it is mounted, beside the image
	cuts  int
}

// NewDisk makes an ext4 file system in a file, which can lose its power
// ([Device.PowerCut]). It is gone with the test. Like NewLAN it needs root.
func NewDisk(t testing.TB) *Disk {
	t.Helper()
	d := newDisk(t)
	d.image = filepath.Join(filepath.Dir(d.dir), "disk")
	if err := os.WriteFile(d.image, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(d.image, diskMiB<<20); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mkfs.ext4", "-q", "-F", d.image).CombinedOutput(); err != nil {
		giveUp(t, fmt.Sprintf("needs mkfs.ext4: %v %s", err, out))
	}
	d.mount()
	return d
}

// NewSmallDisk makes a file system in memory that is full soon: it has room for
// so many bytes. It is gone with the test. Like NewLAN it needs root.
func NewSmallDisk(t testing.TB, size int64) *Disk {
	t.Helper()
	d := newDisk(t)
	if out, err := d.tryMount("-t", "tmpfs", "-o", fmt.Sprintf("size=%d,mode=700", size), "tmpfs"); err != nil {
		giveUp(t, fmt.Sprintf("needs to mount a tmpfs: %v %s", err, out))
	}
	return d
}

func newDisk(t testing.TB) *Disk {
	t.Helper()
	if why := impossible(); why != "" {
		giveUp(t, why)
	}
	sweepDisks()
	parent, err := os.MkdirTemp("", fmt.Sprintf("%s%d-", diskPrefix, os.Getpid()))
	if err != nil {
		t.Fatal(err)
	}
	d := &Disk{t: t, dir: filepath.Join(parent, mountPoint)}
	t.Cleanup(func() {
		if err := removeDisk(parent); err != nil {
			t.Error(err)
		}
	})
	if err := os.Mkdir(d.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return d
}

// removeDisk unmounts a disk and deletes its folder.
func removeDisk(parent string) error {
	dir := filepath.Join(parent, mountPoint)
	// Lazily: a process that is killed with its LAN may still see it. One that was
	// never mounted is removed as it is.
	out, umountErr := exec.Command("umount", "-l", dir).CombinedOutput()
	if err := os.Remove(dir); err != nil { // never what is on a disk that is still mounted
		return fmt.Errorf("%w (%v %s)", err, umountErr, out)
	}
	return os.RemoveAll(parent)
}

// sweepDisks removes the disks of test processes that are no more.
func sweepDisks() {
	parents, err := filepath.Glob(filepath.Join(os.TempDir(), diskPrefix+"*"))
	if err != nil {
		return
	}
	for _, parent := range parents {
		pid, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(parent), diskPrefix), "-")
		if n, err := strconv.Atoi(pid); err == nil && !running(n) {
			_ = removeDisk(parent) // another process may be doing it
		}
	}
}

func (d *Disk) tryMount(args ...string) (string, error) {
	out, err := exec.Command("mount", append(args, d.dir)...).CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// mount mounts the image. Between two commits of the file system's own lies more
// time than a test takes: on the disk is what a program has synced, and little
// else.
func (d *Disk) mount() {
	d.t.Helper()
	if out, err := d.tryMount("-o", "loop,commit=120", d.image); err != nil {
		giveUp(d.t, fmt.Sprintf("needs loop devices: %v %s", err, out))
	}
}

// Home is a folder on the disk. A device makes it.
func (d *Disk) Home() string { return filepath.Join(d.dir, "home") }

// Fill takes all space that is left.
func (d *Disk) Fill() {
	d.t.Helper()
	f, err := os.OpenFile(filepath.Join(d.dir, ballast), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		d.t.Fatal(err)
	}
	for block := make([]byte, 1<<20); len(block) > 0; {
		if _, err = f.Write(block); err != nil {
			block = block[:len(block)/2] // down to the last byte
		}
	}
	// What a file system delays it may refuse only now.
	if err := errors.Join(f.Sync(), f.Close()); err != nil && !errors.Is(err, syscall.ENOSPC) {
		d.t.Fatal(err)
	}
}

// Free gives back what Fill took.
func (d *Disk) Free() {
	d.t.Helper()
	if err := os.Remove(filepath.Join(d.dir, ballast)); err != nil && !errors.Is(err, os.ErrNotExist) {
		d.t.Fatal(err)
	}
}

// snapshot copies what has reached the disk.
func (d *Disk) snapshot() (image string) {
	d.t.Helper()
	d.cuts++
	image = filepath.Join(filepath.Dir(d.image), fmt.Sprint("disk-", d.cuts))
	if out, err := exec.Command("cp", "--sparse=always", d.image, image).CombinedOutput(); err != nil {
		d.t.Fatalf("cp: %v %s", err, out)
	}
	return image
}

// replace puts the disk of another file where this one was.
func (d *Disk) replace(image string) {
	d.t.Helper()
	if out, err := exec.Command("umount", d.dir).CombinedOutput(); err != nil {
		d.t.Fatalf("umount: %v %s", err, out)
	}
	if err := os.Remove(d.image); err != nil {
		d.t.Fatal(err)
	}
	d.image = image
	d.mount()
}

// PowerCut ends the device, whose home folder is on the disk, as if its computer
// had lost its power: what the program had not synced is gone, also what it
// wrote to files. Afterwards the device may start again. What the disk's own
// cache would lose is not modelled.
func (d *Device) PowerCut(disk *Disk) {
	d.t.Helper()
	d.Freeze()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for limit := time.Now().Add(Patience); !stopped(d.Pid()); <-tick.C {
		if time.Now().After(limit) {
			d.t.Fatalf("%s does not stand still", d.Name)
		}
	}
	image := disk.snapshot()
	d.Kill()
	disk.replace(image)
}

// stopped reports whether every thread of a process stands still. One that
// waits for the disk goes on until it has its answer.
func stopped(pid int) bool {
	states, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	if err != nil || len(states) == 0 {
		return false
	}
	for _, path := range states {
		raw, err := os.ReadFile(path)
		if err != nil {
			return false
		}
		// "123 (name) T ...", and the name may hold anything.
		if end := strings.LastIndex(string(raw), ") "); end < 0 || raw[end+2] != 'T' {
			return false
		}
	}
	return true
}
