package store

import (
	"context"
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// errIndexRemade is the answer of a call that met damage in the index for search.
var errIndexRemade = errors.New("the index for search was damaged and is made anew; try again")

// healed makes the index for search anew when a change failed because of damage
// in it: it is part of every change of a text, so that nothing could be stored
// until the next start. The caller has the turn and no transaction. It returns
// what the change failed with.
func (d *DB) healed(ctx context.Context, err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) || e.Code() != sqlite3.SQLITE_CORRUPT_VTAB {
		return d.noted(err)
	}
	d.log.Error("the index for search is damaged: it is made anew, and the next start checks everything", "err", err)
	if again := remake(ctx, d.writer.conn); again != nil {
		return d.noted(errors.Join(err, again))
	}
	if bad := writeMarker(d.dir, markDamage); bad != nil {
		d.log.Error("the damage was not noted for the next start", "err", withoutPaths(bad))
	}
	return fmt.Errorf("%w: %s", errIndexRemade, err.Error())
}
