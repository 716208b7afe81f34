package store

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// fullDiskEnv tells a process of this test, which has mounts of its own, where
// to work.
const fullDiskEnv = "EARSHOT_TEST_FULL_DISK"

// withOwnMounts runs the same test in a process with mounts of its own, which
// calls do with an empty folder.
func withOwnMounts(t *testing.T, do func(t *testing.T, dir string)) {
	if dir := os.Getenv(fullDiskEnv); dir != "" {
		if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
			t.Fatal(err)
		}
		do(t, dir)
		return
	}
	if os.Geteuid() != 0 {
		t.Skip("mounting a small disk needs root")
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), fullDiskEnv+"="+t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("%v\n%s", err, out)
	}
}

func mountSmall(t *testing.T, dir, size string) {
	t.Helper()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Fatal(err)
	}
}

// TestCopyOnAFullDisk: the old copies stay, nothing is left of the new one, and
// the history goes on.
func TestCopyOnAFullDisk(t *testing.T) { withOwnMounts(t, copyOnAFullDisk) }

func copyOnAFullDisk(t *testing.T, dir string) {
	copies := filepath.Join(dir, copiesDir)
	if err := os.Mkdir(copies, 0o700); err != nil {
		t.Fatal(err)
	}
	mountSmall(t, copies, "1m")
	now := time.Now()
	db := clocked(t, dir, &now)
	receiveTo(t, db, 100)
	copyNow(t, db)
	for _, n := range []int{3000, 3100} {
		receiveTo(t, db, n)
		now = now.Add(copyEvery)
		if made, err := db.CopyIfDue(t.Context()); made || !errors.Is(err, ErrDiskFull) {
			t.Errorf("CopyIfDue: %v, %v", made, err)
		}
		if got := copyNames(t, dir); got != "000001.db" {
			t.Errorf("copies %q", got)
		}
	}
	// Nor do they go when something was deleted that they hold.
	if _, err := db.Receive(t.Context(), []Incoming{text(secretPeer, 1, "x")}); err != nil {
		t.Fatal(err)
	}
	if c, err := db.Clear(t.Context(), secretPeer); c.Removed != 1 || err != nil {
		t.Fatalf("Clear: %+v, %v", c, err)
	}
	for range 2 {
		if made, err := db.CopyIfDue(t.Context()); made || !errors.Is(err, ErrDiskFull) {
			t.Errorf("CopyIfDue after a deletion: %v, %v", made, err)
		}
		if got := copyNames(t, dir); got != "000001.db" {
			t.Errorf("copies after a deletion %q", got)
		}
	}
	if notices, err := db.Notices(t.Context()); err != nil || len(notices) != 1 || notices[0].Kind != NoticeDiskFull {
		t.Errorf("notices %+v, %v", notices, err)
	}
	if err := db.goodCopy(t.Context(), filepath.Join(copies, "000001.db")); err != nil {
		t.Error(err)
	}
}

// TestACopyLeavesRoom: a copy that would fit and leave nothing for what comes
// meanwhile is not begun.
func TestACopyLeavesRoom(t *testing.T) { withOwnMounts(t, copyLeavesRoom) }

func copyLeavesRoom(t *testing.T, dir string) {
	copies := filepath.Join(dir, copiesDir)
	if err := os.Mkdir(copies, 0o700); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	db := clocked(t, dir, &now)
	receiveTo(t, db, 3000)
	var size int64
	if err := db.readers.QueryRowContext(t.Context(), `SELECT page_count * page_size FROM pragma_page_count, pragma_page_size`).Scan(&size); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		disk int64
		made bool
	}{{size * 3 / 2, false}, {size * 5 / 2, true}} {
		mountSmall(t, copies, strconv.FormatInt(c.disk, 10))
		afterStep = func(step string) {
			if step == "copy written" && !c.made {
				t.Error("the copy was written")
			}
		}
		made, err := db.CopyIfDue(t.Context())
		afterStep = func(string) {}
		if made != c.made || !c.made && !errors.Is(err, ErrDiskFull) || c.made && err != nil {
			t.Errorf("%d bytes on a disk of %d: %v, %v", size, c.disk, made, err)
		}
	}
}

// TestRestoreOnAFullDisk: the recovery waits for space and goes on then.
func TestRestoreOnAFullDisk(t *testing.T) { withOwnMounts(t, restoreOnAFullDisk) }

func restoreOnAFullDisk(t *testing.T, dir string) {
	mountSmall(t, dir, "4m")
	home := filepath.Join(dir, "home")
	now := time.Now()
	db := clocked(t, home, &now)
	receiveTo(t, db, 1000)
	copyNow(t, db)
	db.Close()
	overwrite(t, filepath.Join(home, dbFile), 0, make([]byte, 5000))
	filler := filepath.Join(dir, "filler")
	f, err := os.Create(filler)
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
	f.Close()
	truncate(t, filler, 0.9) // room for the plan, not for the history
	for range 2 {
		if _, err := Open(t.Context(), home, safeSelf, Options{}); !errors.Is(err, ErrDiskFull) {
			t.Errorf("Open: %v", err)
		}
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if got := len(allTexts(t, openInside(t, home))); got != 1000 {
		t.Errorf("%d messages", got)
	}
}
