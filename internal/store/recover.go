package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const (
	// planFile says how far a recovery has come. It is written before anything
	// is moved and removed when the person's notice is stored, so that a power
	// cut at any moment leaves what the next Open can finish.
	planFile = "recovery.json"
	// damagedDir begins the names of the folders of damaged files.
	damagedDir = "damaged-"
	// restoring is the file of the copy until it is whole.
	restoring = dbFile + ".restoring"
)

// companions are the files that make up one database.
var companions = []string{dbFile, dbFile + "-wal", dbFile + "-shm"}

// plan is a recovery that has begun.
type plan struct {
	Folder string    // name of the folder for the damaged file
	Copy   string    // name of the copy that takes its place; "": none, a new history begins
	CopyAt time.Time // when it was made
	At     time.Time // when the damage was found
	Placed bool      // the files are where they belong; the person is to be told
}

// recover sets the damaged file aside and puts the newest good copy in its
// place. No connection is open.
func (d *DB) recover(ctx context.Context, cause error) error {
	d.log.Error("the history file is damaged: it is set aside, and the newest copy takes its place", "err", cause)
	folder, err := nextDamaged(d.dir)
	if err != nil {
		return err
	}
	p := &plan{Folder: folder, At: d.now()}
	if err := d.choose(ctx, p); err != nil {
		return err
	}
	if err := writePlan(d.dir, p); err != nil {
		return err
	}
	afterStep("plan written")
	return d.carryOut(ctx, p)
}

// resume finishes a recovery that was cut short.
func (d *DB) resume(ctx context.Context) error {
	p, err := readPlan(d.dir)
	if err != nil || p == nil || p.Placed {
		return err
	}
	return d.carryOut(ctx, p)
}

// choose takes the newest copy that is sound and of this device.
func (d *DB) choose(ctx context.Context, p *plan) error {
	copies, err := listCopies(d.dir)
	if err != nil {
		return err
	}
	p.Copy, p.CopyAt = "", time.Time{}
	for _, c := range copies {
		err := d.goodCopy(ctx, filepath.Join(d.dir, copiesDir, c.name))
		if err == nil {
			p.Copy, p.CopyAt = c.name, c.at
			return nil
		}
		if ctx.Err() != nil {
			return err
		}
		d.log.Warn("a copy of the history is of no use", "copy", c.name, "err", err)
	}
	return nil
}

// goodCopy checks a whole copy without a trace beside it.
func (d *DB) goodCopy(ctx context.Context, path string) (err error) {
	db, err := openFrozen(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	version, err := d.identify(ctx, db)
	if err != nil {
		return err
	}
	if version == 0 || version > len(migrations) {
		return fmt.Errorf("schema %d is not known here", version)
	}
	return quickCheck(ctx, db, nil)
}

// carryOut does what the plan says. Every step may be repeated: a file that is
// in the folder already is not moved again, as the one in its place is the
// restored one.
func (d *DB) carryOut(ctx context.Context, p *plan) error {
	folder := filepath.Join(d.dir, p.Folder)
	if err := makeDir(folder); err != nil {
		return err
	}
	afterStep("folder made")
	for _, name := range companions {
		if err := moveOnce(filepath.Join(d.dir, name), filepath.Join(folder, name)); err != nil {
			return err
		}
		afterStep("moved " + name)
	}
	if err := errors.Join(syncDir(folder), syncDir(d.dir)); err != nil {
		return err
	}
	if err := remove(filepath.Join(d.dir, markerFile)); err != nil { // the copy was checked
		return err
	}
	// Without it the history begins a new epoch: what was numbered since the copy
	// is not known any more.
	if err := remove(filepath.Join(d.dir, epochFile)); err != nil {
		return err
	}
	if err := errors.Join(forgetUnchanged(d.dir), syncDir(d.dir)); err != nil {
		return err
	}
	afterStep("epoch forgotten")
	err := d.putBack(p.Copy)
	if errors.Is(err, fs.ErrNotExist) { // somebody removed the copy meanwhile
		if err = d.choose(ctx, p); err == nil {
			err = d.putBack(p.Copy)
		}
	}
	if err != nil {
		return err
	}
	afterStep("copy in place")
	p.Placed = true
	if err := writePlan(d.dir, p); err != nil {
		return err
	}
	afterStep("plan done")
	return nil
}

// putBack puts a copy where the file was.
func (d *DB) putBack(name string) (err error) {
	if name == "" {
		return nil
	}
	in, err := os.Open(filepath.Join(d.dir, copiesDir, name))
	if err != nil {
		return err
	}
	defer in.Close()
	path := filepath.Join(d.dir, restoring)
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, fileMode)
	if err != nil {
		return err
	}
	afterStep("restoring")
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		return errors.Join(err, remove(path))
	}
	afterStep("restored")
	if err := os.Rename(path, filepath.Join(d.dir, dbFile)); err != nil {
		return err
	}
	return syncDir(d.dir)
}

// tell stores the notice of a recovery and ends it.
func (d *DB) tell(ctx context.Context) error {
	p, err := readPlan(d.dir)
	if err != nil || p == nil {
		return err
	}
	if err := d.putNotice(ctx, p.notice()); err != nil {
		return err
	}
	afterStep("notice stored")
	if err := remove(filepath.Join(d.dir, planFile)); err != nil {
		return err
	}
	return syncDir(d.dir)
}

func (p *plan) notice() Notice {
	n := Notice{ID: p.Folder, Kind: NoticeRestored, At: p.At, CopyAt: p.CopyAt, Folder: p.Folder}
	if p.Copy == "" {
		n.Kind = NoticeStartedAnew
	}
	return n
}

func writePlan(dir string, p *plan) error {
	b, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return replaceFile(dir, planFile, string(b)+"\n")
}

// readPlan returns nil when no recovery is under way.
func readPlan(dir string) (*plan, error) {
	b, err := os.ReadFile(filepath.Join(dir, planFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p := &plan{}
	if err := json.Unmarshal(b, p); err != nil || !damagedName(p.Folder) || p.Copy != "" && !copyName.MatchString(p.Copy) {
		return nil, fmt.Errorf("%w: %s cannot be read; remove it, and put back a copy if earshot.db is gone", ErrDamaged, planFile)
	}
	return p, nil
}

func damagedName(name string) bool {
	n, ok := strings.CutPrefix(name, damagedDir)
	number, err := strconv.Atoi(n)
	return ok && err == nil && number > 0
}

// nextDamaged returns the name for another folder of a damaged file.
func nextDamaged(dir string) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	top := 0
	for _, e := range entries {
		if damagedName(e.Name()) {
			n, _ := strconv.Atoi(strings.TrimPrefix(e.Name(), damagedDir)) // damagedName saw it
			top = max(top, n)
		}
	}
	return damagedDir + strconv.Itoa(top+1), nil
}

// moveOnce moves a file if it is there and was not moved before.
func moveOnce(from, to string) error {
	if _, err := os.Lstat(to); err == nil {
		return nil
	}
	if err := os.Rename(from, to); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// blank reports whether the file is empty though a history was there: a file
// system that lost power can leave that of it.
func blank(dir string) (bool, error) {
	info, err := os.Stat(filepath.Join(dir, dbFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil || info.Size() > 0 {
		return false, err
	}
	_, err = os.Stat(filepath.Join(dir, epochFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
