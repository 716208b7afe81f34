package store

import (
	"context"
	"errors"
)

// roomAgain is how many bytes must be free, where the system tells, before a
// commit that succeeds says that a full disk has space again. A small commit may
// still fit into the log of the file as it is, while the next text does not.
const roomAgain = 1 << 20

// RoomChanged receives a value when the notice NoticeDiskFull has come or gone.
// What happens while nobody receives is one value. It is made for one receiver
// and never closed.
func (d *DB) RoomChanged() <-chan struct{} { return d.roomChanged }

// sawFull returns err and keeps in mind that the disk is full if it says so.
func (d *DB) sawFull(err error) error {
	if errors.Is(err, ErrDiskFull) && !d.full.Swap(true) {
		d.log.Warn("the disk is full: what others send waits with them")
		wake(d.roomChanged)
	}
	return err
}

// sawRoom takes that back: a copy was made, or a change committed.
func (d *DB) sawRoom() {
	if free, known := freeBytes(d.dir); known && free < roomAgain || !d.full.Load() {
		return
	}
	d.noticeMu.Lock()
	delete(d.dismissed, noticeDiskFullID) // the next time is another
	d.noticeMu.Unlock()
	if d.full.Swap(false) {
		d.log.Info("the disk has space again")
		wake(d.roomChanged)
	}
}

// tried runs a transaction of the writer, and notes what it says about the disk.
// One that changes no row needs no space.
func (d *DB) tried(ctx context.Context, transaction func() error) error {
	if !d.full.Load() {
		return transaction()
	}
	before, err := d.writer.changes(ctx)
	if err != nil {
		return err
	}
	if err := transaction(); err != nil {
		return err
	}
	if now, err := d.writer.changes(ctx); err == nil && now != before {
		d.sawRoom()
	}
	return nil
}

// wake leaves a value in a channel with one place.
func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
