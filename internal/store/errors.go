package store

import (
	"errors"
	"fmt"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Errors that callers decide on.
var (
	// ErrNotFound means that there is no such row.
	ErrNotFound = errors.New("not in the store")
	// ErrNewerSchema means that a later version of the program wrote the file:
	// it can only be read.
	ErrNewerSchema = errors.New("the history was written by a newer version of Earshot and can only be read here; install that version or a later one")
	// ErrDamaged means that the file is damaged. Open repairs it, so that it is an
	// answer of later calls; from Open it says that there is no way to repair it.
	ErrDamaged = errors.New("the history is damaged; start Earshot again and it is repaired")
	// ErrOtherDevice means that the file belongs to another key.
	ErrOtherDevice = errors.New("the history belongs to another device key; put back the key it was made with, or move earshot.db away to begin a new one")
	// ErrNotStore means that another program made the file.
	ErrNotStore = errors.New("earshot.db is not a history of Earshot; put back a copy, or move it away to begin a new one")
	// ErrDiskFull means that nothing was stored because no space is left.
	ErrDiskFull = errors.New("the disk is full; free some space")
	// ErrNotWritable means that the home folder or its disk takes no writing.
	ErrNotWritable = errors.New("the home folder cannot be written; look at its rights and its disk, or choose another one with --home")
	// ErrClosed means that Close was called before.
	ErrClosed = errors.New("the store is closed")
	// ErrBlocked means that nothing is queued for a device that is blocked here.
	ErrBlocked = errors.New("that device is blocked here")
	// ErrTooManyRequests means that a request was not kept, and must not be
	// acknowledged.
	ErrTooManyRequests = errors.New("too many requests wait; decide on some first")
	// ErrNotStranger means that a request came from a contact or a blocked
	// device, and was not kept as a request.
	ErrNotStranger = errors.New("that device is a contact or blocked, not a stranger")
	// ErrTooManyRanges means that a peer's Gone frames left more holes than are
	// kept (MaxGoneRanges, MaxGoneEpochs).
	ErrTooManyRanges = errors.New("too many ranges of numbers")
	// ErrDeleted means that a message was taken back and cannot be changed.
	ErrDeleted = errors.New("that message was deleted")
	// ErrWaits means that a message is in the outbox and is not removed: cancel
	// it first.
	ErrWaits = errors.New("that message still waits to be delivered; cancel it first")
	// ErrNotWaiting means that a message cannot be cancelled any more.
	ErrNotWaiting = errors.New("that message does not wait any more")
	// ErrNotVerified means that a device does not take the place of another one
	// before two persons have compared the code.
	ErrNotVerified = errors.New("that device is not verified; pair with it first")
	// ErrInvalid means that a required field is missing or out of its limits.
	ErrInvalid = errors.New("not a valid row")
)

// explain adds the sentinel that a caller can act on to an error of the driver.
func explain(err error) error {
	if errors.Is(err, syscall.ENOSPC) {
		return fmt.Errorf("%w: %w", ErrDiskFull, err)
	}
	var e *sqlite.Error
	if !errors.As(err, &e) || errors.Is(err, ErrNewerSchema) {
		return err
	}
	switch primary(e) {
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("%w: %w", ErrDiskFull, err)
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return fmt.Errorf("%w: %w", ErrNotWritable, err)
	case sqlite3.SQLITE_IOERR:
		return fmt.Errorf("the disk refuses, it may be full or damaged: %w", err)
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}

// isDamage reports an error that explain took for damage.
func isDamage(err error) bool { return errors.Is(err, ErrDamaged) }

// isBusy reports whether another connection held a lock for longer than the
// driver waits.
func isBusy(err error) bool { return isCode(err, sqlite3.SQLITE_BUSY) }

// isCode reports an error of SQLite with that result code.
func isCode(err error, code int) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && primary(e) == code
}

// primary is the result code without its extension bits.
func primary(e *sqlite.Error) int { return e.Code() & 0xff }
