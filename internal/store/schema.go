package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// applicationID marks the file as ours in its header: "Ears".
const applicationID = 0x45617273

// migration brings a file to the next version, within a transaction that the
// caller began.
type migration func(ctx context.Context, c *sql.Conn) error

// migrations bring a file from version i to i+1. Append only: a released one
// never changes.
var migrations = []migration{statements(schema1), statements(schema2), indexHistory, statements(schema4), statements(schema5), statements(schema6)}

// remakes make anew what holds nothing of its own, like an index for search,
// within a transaction. They run when damage was met that is not in the tables.
var remakes = []migration{remakeIndex}

func statements(script string) migration {
	return func(ctx context.Context, c *sql.Conn) error {
		_, err := c.ExecContext(ctx, script)
		return err
	}
}

// Device IDs are blobs of 32 bytes, message IDs of 16, times milliseconds since
// 1970 with 0 for none, epochs and clocks the bits of a uint64. Texts are blobs
// because they hold any byte.
const schema1 = `
CREATE TABLE store (
	one   INTEGER PRIMARY KEY CHECK (one = 1),
	self  BLOB NOT NULL CHECK (length(self) = 32),
	epoch INTEGER NOT NULL
) STRICT;

CREATE TABLE setting (
	key   TEXT PRIMARY KEY,
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE contact (
	id           BLOB PRIMARY KEY CHECK (length(id) = 32),
	level        INTEGER NOT NULL,
	name         BLOB NOT NULL DEFAULT x'',
	kind         BLOB NOT NULL DEFAULT x'',
	accepts_me   INTEGER NOT NULL DEFAULT 0,
	requested_at INTEGER NOT NULL DEFAULT 0,
	presence_key BLOB,
	added        INTEGER NOT NULL,
	last_seen    INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE address (
	device  BLOB NOT NULL CHECK (length(device) = 32),
	addr    TEXT NOT NULL,
	used_at INTEGER NOT NULL,
	turn    INTEGER NOT NULL, -- orders addresses of one millisecond
	PRIMARY KEY (device, addr)
) STRICT, WITHOUT ROWID;

CREATE TABLE message (
	num       INTEGER PRIMARY KEY,
	peer      BLOB NOT NULL CHECK (length(peer) = 32),
	sender    BLOB NOT NULL CHECK (length(sender) = 32),
	outgoing  INTEGER NOT NULL,
	id        BLOB NOT NULL CHECK (length(id) = 16),
	epoch     INTEGER NOT NULL,
	seq       INTEGER NOT NULL, -- 0: came as a request and has no number yet
	hlc       INTEGER NOT NULL,
	sort_key  INTEGER NOT NULL,
	after_id  BLOB,
	reply_to  BLOB,
	kind      INTEGER NOT NULL,
	text      BLOB NOT NULL,
	sent_at   INTEGER NOT NULL,
	stored_at INTEGER NOT NULL,
	state     INTEGER NOT NULL,
	UNIQUE (sender, id)
) STRICT;
CREATE INDEX message_shown  ON message (peer, sort_key, sender, seq);
CREATE INDEX message_mine   ON message (peer, epoch, seq) WHERE outgoing = 1;
CREATE INDEX message_unread ON message (peer) WHERE outgoing = 0 AND state = 6;

CREATE TABLE conversation (
	peer   BLOB PRIMARY KEY CHECK (length(peer) = 32),
	last   INTEGER NOT NULL REFERENCES message (num),
	unread INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
	pos     INTEGER PRIMARY KEY AUTOINCREMENT,
	peer    BLOB NOT NULL,
	message INTEGER NOT NULL UNIQUE REFERENCES message (num)
) STRICT;
CREATE INDEX outbox_peer ON outbox (peer, pos);

CREATE TABLE numbering ( -- outgoing: the highest number given out
	num   INTEGER PRIMARY KEY AUTOINCREMENT,
	peer  BLOB NOT NULL CHECK (length(peer) = 32),
	epoch INTEGER NOT NULL,
	top   INTEGER NOT NULL,
	UNIQUE (peer, epoch)
) STRICT;

CREATE TABLE seen ( -- incoming: disjoint, never touching ranges
	peer  BLOB NOT NULL CHECK (length(peer) = 32),
	epoch INTEGER NOT NULL,
	lo    INTEGER NOT NULL,
	hi    INTEGER NOT NULL CHECK (hi >= lo),
	hi_id BLOB, -- message that hi belonged to; NULL: it will never come
	PRIMARY KEY (peer, epoch, lo)
) STRICT, WITHOUT ROWID;

CREATE TABLE request (
	num        INTEGER PRIMARY KEY AUTOINCREMENT,
	peer       BLOB NOT NULL UNIQUE CHECK (length(peer) = 32),
	id         BLOB NOT NULL CHECK (length(id) = 16),
	name       BLOB NOT NULL,
	kind       BLOB NOT NULL,
	text       BLOB NOT NULL,
	cut        INTEGER NOT NULL, -- 1: text is only the beginning
	hlc        INTEGER NOT NULL,
	sent_at    INTEGER NOT NULL,
	came_at    INTEGER NOT NULL,
	source     TEXT NOT NULL,
	refused_at INTEGER NOT NULL DEFAULT 0
) STRICT;
`

// migrate brings the file to the newest version.
func migrate(ctx context.Context, c *sql.Conn) error {
	for {
		done, err := migrateOne(ctx, c)
		if done || err != nil {
			return err
		}
	}
}

// migrateOne runs the next migration in a transaction of its own. The version
// is read under the same lock, so that two processes starting at once do not
// both run it.
func migrateOne(ctx context.Context, c *sql.Conn) (done bool, err error) {
	err = inTx(ctx, c, func() error {
		h, err := readHeader(ctx, c)
		if err != nil {
			return err
		}
		if !h.fresh() && h.app != applicationID {
			return ErrNotStore
		}
		if h.version < 0 || h.version > len(migrations) {
			return newerSchema(h.version)
		}
		if h.version == len(migrations) {
			done = true
			return nil
		}
		if err := migrations[h.version](ctx, c); err != nil {
			return err
		}
		_, err = c.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, h.version+1))
		return err
	})
	return done, err
}

// remake runs all of remakes.
func remake(ctx context.Context, c *sql.Conn) error {
	for _, do := range remakes {
		if err := inTx(ctx, c, func() error { return do(ctx, c) }); err != nil {
			return err
		}
	}
	return nil
}

// copyBefore copies a file that a migration is about to change. Without a copy
// nothing is changed.
func (d *DB) copyBefore(ctx context.Context, version int) error {
	if version == 0 || version == len(migrations) {
		return nil
	}
	name, err := d.makeCopy(ctx, fmt.Sprintf("-before-schema-%d", len(migrations)))
	if err != nil {
		return fmt.Errorf("copy the history before its schema changes: %w", err)
	}
	d.log.Info("the history is brought to a new schema", "from", version, "to", len(migrations), "copy", name)
	return errors.Join(d.prune(keepCopies, 1), forgetUnchanged(d.dir))
}
