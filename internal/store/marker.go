package store

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// markerFile is there while the store is open for writing. One that is found at
// Open was left by an end without Close: then the file is checked.
const markerFile = dbFile + "-open"

// markDamage in the marker says that damage was seen: the next Open checks the
// whole file, however lately that was done.
const markDamage = "damage"

// marker is what was found of an earlier opening.
type marker struct {
	unclean bool
	damage  bool
}

func readMarker(dir string) (marker, error) {
	b, err := os.ReadFile(filepath.Join(dir, markerFile))
	if errors.Is(err, fs.ErrNotExist) {
		return marker{}, nil
	}
	if err != nil {
		return marker{}, err
	}
	return marker{unclean: true, damage: strings.Contains(string(b), markDamage)}, nil
}

// setMarker makes the marker ours, durably: it must be there after a power cut
// that came behind the first write. Damage that was seen stays in it until a
// check found none.
func (d *DB) setMarker() error {
	d.token = rand.Text()
	return writeMarker(d.dir, d.token)
}

// writeMarker writes in place: that the file is there says enough.
func writeMarker(dir, content string) error {
	path := filepath.Join(dir, markerFile)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, fileMode)
	if err != nil {
		return err
	}
	_, err = f.WriteString(content + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return syncDir(dir)
}

// clearMarker says that the store was closed cleanly. A marker that another
// handle of the same file has made its own stays.
func (d *DB) clearMarker() error {
	path := filepath.Join(d.dir, markerFile)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || d.token == "" || strings.TrimSpace(string(b)) != d.token {
		return err
	}
	return os.Remove(path) // not synced: at worst one check too many
}

// noted is explain for a running store: damage is kept in mind until the next
// Open, which checks the file and repairs it.
func (d *DB) noted(err error) error {
	err = explain(err)
	if isDamage(err) && !d.readOnly() {
		d.damageOnce.Do(func() {
			d.log.Error("the history file is damaged; it is repaired at the next start")
			if err := writeMarker(d.dir, markDamage); err != nil {
				d.log.Error("the damage was not noted for the next start", "err", withoutPaths(err))
			}
			close(d.damage)
		})
	}
	return err
}

// Damage is closed when a call met damage in the file. The next Open repairs it;
// until then calls that need the damaged part fail with ErrDamaged.
func (d *DB) Damage() <-chan struct{} { return d.damage }

func (d *DB) damaged() bool {
	select {
	case <-d.damage:
		return true
	default:
		return false
	}
}

// replaceFile writes a small file of dir so that a power cut leaves the old or
// the new one, readable by the owner only.
func replaceFile(dir, name, content string) error {
	f, err := os.CreateTemp(dir, name+".*.tmp") // made with mode 0600
	if err != nil {
		return err
	}
	_, err = f.WriteString(content)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(dir, name))
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncDir(dir)
}
