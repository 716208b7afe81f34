package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"earshot/internal/identity"
)

// NoticeKind says what a person has to know about the history.
type NoticeKind string

// The kinds of notice.
const (
	NoticeRestored    NoticeKind = "restored"     // the file was damaged, a copy took its place
	NoticeStartedAnew NoticeKind = "started_anew" // the file was damaged and there was no copy
	NoticeReadOnly    NoticeKind = "read_only"    // a newer version wrote the file
	NoticeDamaged     NoticeKind = "damaged"      // damage was met; the next start repairs it
	NoticeDiskFull    NoticeKind = "disk_full"    // there is no space to store anything

	NoticeOlderCopy NoticeKind = "older_copy" // the whole store was put back from an older copy of it
	NoticeUsedTwice NoticeKind = "used_twice" // two devices that run at the same time have the key of a contact
	NoticeOwnKey    NoticeKind = "own_key"    // another device has the key of this one
)

// NoticeKinds are all of them.
var NoticeKinds = []NoticeKind{NoticeRestored, NoticeStartedAnew, NoticeReadOnly, NoticeDamaged, NoticeDiskFull,
	NoticeOlderCopy, NoticeUsedTwice, NoticeOwnKey}

// Notice is something about the history that a person has to know. It is there
// until the person dismisses it, or until the state of which it tells ends.
type Notice struct {
	ID     string // names it to DismissNotice
	Kind   NoticeKind
	At     time.Time // when it was noticed; zero: now
	CopyAt time.Time // NoticeRestored: when the copy was made
	Folder string    // NoticeRestored, NoticeStartedAnew: path of the folder with the damaged file

	Peer identity.DeviceID // NoticeUsedTwice: the contact
	Name string            // NoticeUsedTwice: what it is shown as, made fit for a screen by whoever noticed
}

// Text is the notice as one sentence for a person: what happened and what to do.
func (n Notice) Text() string {
	switch n.Kind {
	case NoticeRestored:
		return fmt.Sprintf("The history was damaged and is restored from the copy of %s; what contacts wrote since comes again when they are in earshot, what you wrote since is with them alone, and what you deleted since may be here again. The damaged file is kept in %s.",
			n.CopyAt.Local().Format("2006-01-02 15:04"), n.Folder)
	case NoticeStartedAnew:
		return fmt.Sprintf("The history was damaged and there was no copy of it, so a new one begins; what contacts wrote comes again once you have accepted them. The damaged file is kept in %s.", n.Folder)
	case NoticeReadOnly:
		return "A newer version of Earshot wrote this history: it can be read here, but nothing can be sent or received. Install that version or a later one."
	case NoticeDamaged:
		return "The history is damaged. Start Earshot again: it is repaired then."
	case NoticeDiskFull:
		return "The disk is full: what others send waits with them until there is space. Free some."
	case NoticeOlderCopy:
		return "The history here is an older copy of itself: what contacts wrote since comes again when they are in earshot, what you wrote since is with them alone, and what you deleted since may be here again. Nothing is wrong if you put the copy back yourself."
	case NoticeUsedTwice:
		return fmt.Sprintf("Two devices that run at the same time say that they are %s, with the same key: a copied home folder, or a stolen key. Ask its owner to end one of them; if they know of no copy, block it and pair with a new device.", n.Name)
	case NoticeOwnKey:
		return "Another device uses the key of this one: messages for you may end there. If you copied the home folder, start only one of the two; if not, somebody has your key: start with a new home folder and pair anew."
	}
	return string(n.Kind)
}

const (
	// noticeKey begins the settings that hold notices; the ID follows.
	noticeKey = "notice/"
	// noticedKey begins those that say when AddNotice stored one last; the ID follows.
	noticedKey = "noticed/"

	noticeOlderCopyID = "older-copy"

	noticeReadOnlyID = "read-only"
	noticeDamagedID  = "damaged"
	noticeDiskFullID = "disk-full"
)

// lasting returns the notices of states that hold at the moment. They are not
// stored, and need not be readable or fit on the disk.
func (d *DB) lasting() []Notice {
	var out []Notice
	if d.readOnly() {
		out = append(out, Notice{ID: noticeReadOnlyID, Kind: NoticeReadOnly})
	}
	if d.damaged() {
		out = append(out, Notice{ID: noticeDamagedID, Kind: NoticeDamaged})
	}
	if d.full.Load() {
		out = append(out, Notice{ID: noticeDiskFullID, Kind: NoticeDiskFull})
	}
	return out
}

// Notices returns what a person has to know and has not dismissed, oldest first.
func (d *DB) Notices(ctx context.Context) ([]Notice, error) {
	var out []Notice
	err := d.read(ctx, "read notices", func(q querier) error {
		texts, err := all(ctx, q, scanText, `SELECT value FROM setting WHERE key GLOB ?`, noticeKey+"*")
		for _, text := range texts {
			var n Notice
			if json.Unmarshal([]byte(text), &n) != nil {
				continue // of a version that wrote others
			}
			if n.Folder != "" {
				n.Folder = filepath.Join(d.dir, n.Folder)
			}
			out = append(out, n)
		}
		return err
	})
	slices.SortFunc(out, func(a, b Notice) int { return a.At.Compare(b.At) })
	d.noticeMu.Lock()
	defer d.noticeMu.Unlock()
	for _, n := range d.lasting() {
		if !d.dismissed[n.ID] {
			out = append(out, n)
		}
	}
	if d.readOnly() || d.damaged() { // what cannot be read must not hide them
		return out, nil
	}
	return out, err
}

// DismissNotice takes a notice away. One that tells of a state which lasts comes
// again when that begins anew, at the next Open at the latest. ErrNotFound.
func (d *DB) DismissNotice(ctx context.Context, id string) error {
	const op = "dismiss notice"
	if slices.ContainsFunc(d.lasting(), func(n Notice) bool { return n.ID == id }) {
		d.noticeMu.Lock()
		defer d.noticeMu.Unlock()
		d.dismissed[id] = true
		return nil
	}
	return d.write(ctx, op, func(ctx context.Context, t *tx) error {
		n, err := t.exec(ctx, `DELETE FROM setting WHERE key = ?`, noticeKey+id)
		if err == nil && n == 0 {
			return ErrNotFound
		}
		return err
	})
}

// AddNotice stores a notice, in the place of one with its ID. With a pause, it does
// so only if none with that ID was added for so long, also when that one was
// dismissed; a time in the future counts as none. It reports whether it did.
// ErrInvalid without an ID.
func (d *DB) AddNotice(ctx context.Context, n Notice, pause time.Duration) (added bool, err error) {
	const op = "store notice"
	if n.ID == "" {
		return false, fmt.Errorf("%s: %w", op, ErrInvalid)
	}
	err = d.write(ctx, op, func(ctx context.Context, t *tx) (err error) {
		added, err = d.addNotice(ctx, t, n, pause)
		return err
	})
	return added && err == nil, err
}

func (d *DB) addNotice(ctx context.Context, t *tx, n Notice, pause time.Duration) (bool, error) {
	now := d.now()
	text, err := one(ctx, t, scanText, `SELECT value FROM setting WHERE key = ?`, noticedKey+n.ID)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return false, err
	}
	ms, _ := strconv.ParseInt(text, 10, 64) // absent or damaged: 1970
	if age := now.Sub(toTime(ms)); pause > 0 && ms != 0 && age >= 0 && age < pause {
		return false, nil
	}
	if n.At.IsZero() {
		n.At = now
	}
	b, err := json.Marshal(n)
	if err != nil {
		return false, err
	}
	const put = `INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`
	return true, t.execAll(ctx,
		statement{put, []any{noticeKey + n.ID, string(b)}},
		statement{put, []any{noticedKey + n.ID, strconv.FormatInt(toMs(now), 10)}})
}

// OlderCopy is the notice that the whole store is an older copy of itself. There is
// one at a time: a second copy put back is no news beside the first.
func OlderCopy() Notice { return Notice{ID: noticeOlderCopyID, Kind: NoticeOlderCopy} }

func (d *DB) putNotice(ctx context.Context, n Notice) error {
	b, err := json.Marshal(n)
	if err != nil {
		return err
	}
	return d.SetSetting(ctx, noticeKey+strings.TrimSpace(n.ID), string(b))
}
