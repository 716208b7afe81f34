//go:build e2e

package e2e

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"earshot/internal/identity"
	"earshot/internal/msgid"
	"earshot/internal/store"
	"earshot/internal/trust"
)

// said is one message of a conversation that a home folder is given.
type said struct {
	at     time.Time
	mine   bool // written by the device of the home folder
	text   string
	unread bool // of one that is not mine
	state  store.State
}

// remembers gives a device that does not run a contact and what the two said,
// oldest first. What is mine and has no state was delivered.
func (d *device) remembers(contact identity.DeviceID, name string, what ...said) {
	d.t.Helper()
	d.inStore(func(db *store.DB) error {
		ctx := d.t.Context()
		if err := db.SetLevel(ctx, contact, trust.Accepted); err != nil {
			return err
		}
		if err := db.SetAcceptsMe(ctx, contact, true); err != nil {
			return err
		}
		if err := db.SetProfile(ctx, contact, name, "", nil); err != nil {
			return err
		}
		for i, m := range what {
			if err := remember(d.t, db, contact, uint64(i+1), m); err != nil {
				return err
			}
		}
		return nil
	})
}

func remember(t testing.TB, db *store.DB, contact identity.DeviceID, seq uint64, m said) error {
	ctx, id, clock := t.Context(), msgid.New(m.at), uint64(m.at.UnixMilli())<<16
	if m.mine {
		if _, _, err := db.Enqueue(ctx, store.NewMessage{ID: id, Peer: contact, Text: m.text, HLC: clock, At: m.at}); err != nil {
			return err
		}
		if _, err := db.MaySend(ctx, contact); err != nil { // else its Resume looks like that of a restored copy
			return err
		}
		if m.state == store.Queued {
			m.state = store.Delivered
		}
		_, err := db.Acked(ctx, contact, []msgid.ID{id}, m.state)
		return err
	}
	in := store.Incoming{Peer: contact, ID: id, Epoch: 1, Seq: seq, HLC: clock, Clamped: clock, Text: m.text, SentAt: m.at, At: m.at}
	if _, err := db.Receive(ctx, []store.Incoming{in}); err != nil || m.unread {
		return err
	}
	_, err := db.MarkMessageRead(ctx, contact, id)
	return err
}

// inStore works on the store of a device that does not run.
func (d *device) inStore(work func(*store.DB) error) {
	d.t.Helper()
	self, err := identity.LoadOrCreate(d.home)
	if err != nil {
		d.t.Fatal(err)
	}
	db, err := store.Open(d.t.Context(), d.home, self.ID(), store.Options{})
	if err != nil {
		d.t.Fatal(err)
	}
	if err := work(db); err != nil {
		d.t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		d.t.Fatal(err)
	}
}

// chatters gives a device a contact with n messages, a minute apart, from both
// sides in turn: longer ones than that are filled in a while.
func (d *device) chatters(contact identity.DeviceID, name string, n int, text func(int) string) {
	d.t.Helper()
	const group = 1000 // messages of one transaction
	d.remembers(contact, name)
	from := time.Now().Add(-time.Duration(n) * time.Minute)
	d.inStore(func(db *store.DB) error {
		for done := 0; done < n; {
			in := make([]store.Incoming, min(group, n-done))
			for i := range in {
				at := from.Add(time.Duration(done) * time.Minute)
				clock := uint64(at.UnixMilli()) << 16
				done++
				in[i] = store.Incoming{
					Peer: contact, ID: msgid.New(at), Epoch: 1, Seq: uint64(done), HLC: clock, Clamped: clock,
					Text: text(done), SentAt: at, At: at,
				}
			}
			if _, err := db.Receive(d.t.Context(), in); err != nil {
				return err
			}
		}
		_, err := db.MarkRead(d.t.Context(), contact)
		return err
	})
	// To send them would be a commit each: every second one gets another writer.
	db, err := sql.Open("sqlite", filepath.Join(d.home, "earshot.db"))
	if err != nil {
		d.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`UPDATE message SET outgoing = 1, state = ?, sender = (SELECT self FROM store)
		WHERE peer = ? AND num % 2`, store.Delivered, contact[:]); err != nil {
		d.t.Fatal(err)
	}
}
