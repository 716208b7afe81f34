package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"earshot/internal/identity"
)

const (
	dbFile = "earshot.db"

	// busyTimeout is how long a statement waits for another process. A commit
	// takes milliseconds; a slow phone's checkpoint a second.
	busyTimeout = 5 * time.Second
	// busyPause is the wait between two tries to open a file that another
	// process is just creating.
	busyPause = 20 * time.Millisecond
	// closeTimeout is how long Close waits for other processes' readers: the
	// checkpoint is a courtesy, the next start does it as well.
	closeTimeout = 500 * time.Millisecond
	// maxReaders is the number of reading connections: a screen, the link
	// tasks and a command line at once. Each may hold cacheKiB.
	maxReaders = 4
	// cacheKiB is the page cache of one connection, in KiB: small enough for a
	// phone, and a conversation's newest pages fit many times.
	cacheKiB = 4096
	// journalLimit is the size in bytes to which the write-ahead log is cut
	// back after a burst.
	journalLimit = 16 << 20

	fileMode = 0o600 // only the owner: the history is in plain text
	dirMode  = 0o700
)

// Options are the optional parts of a store.
type Options struct {
	Logger *slog.Logger     // nil: no log
	Now    func() time.Time // nil: time.Now
}

// DB is an open store. All methods are safe for concurrent use, and other
// processes may use the same file. Open makes one, Close ends it.
//
// A method that changes something returns when the change is durable. Its
// context limits how long it waits for its turn; once it has begun it runs to
// its end, so an error means that nothing was changed.
type DB struct {
	self identity.DeviceID
	dir  string
	log  *slog.Logger
	now  func() time.Time

	readers *sql.DB
	pool    *sql.DB       // holds the one writing connection
	turn    chan struct{} // who holds its one place may use writer
	writer  tx
	closed  atomic.Bool
	epoch   atomic.Uint64

	newer       error         // why nothing can be written, nil: it can
	token       string        // in the marker while it is ours
	damage      chan struct{} // closed when damage was met
	damageOnce  sync.Once
	checkAlways int64      // see the constant
	copying     sync.Mutex // held while a copy is made
	unchanged   atomic.Bool
	outdated    chan struct{} // capacity 1
	full        atomic.Bool   // the disk, when something was last stored
	roomChanged chan struct{} // capacity 1
	noticeMu    sync.Mutex    // guards dismissed
	dismissed   map[string]bool
}

// Open opens the store of the device self in dir, and makes both when they do
// not exist: dir/earshot.db and dir/epoch, readable by the owner only. It brings
// an older file to the present schema, and copies it before. If the file and the
// epoch file do not belong together (a restored copy), a new epoch begins.
//
// A file of a newer schema can only be read: see ReadOnly. A file that was not
// closed is checked first. A damaged one is set aside whole, into a folder
// damaged-N of dir, and the newest good copy takes its place, or else a new
// history; Notices tells of it (docs/STORAGE.md). Until Open has returned no
// other process may have the store of dir open, or what that writes may be set
// aside with the file.
// ErrOtherDevice, ErrNotStore, ErrDiskFull, ErrDamaged; ErrNewerSchema when a
// newer file cannot even be read.
func Open(ctx context.Context, dir string, self identity.DeviceID, o Options) (*DB, error) {
	if self.IsZero() {
		return nil, fmt.Errorf("open store: %w: no device ID", ErrInvalid)
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	d := &DB{self: self, dir: dir, log: o.Logger, now: o.Now, turn: make(chan struct{}, 1),
		damage: make(chan struct{}), roomChanged: make(chan struct{}, 1), outdated: make(chan struct{}, 1),
		dismissed: map[string]bool{}, checkAlways: checkAlways}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	if d.now == nil {
		d.now = time.Now
	}
	if err := d.open(ctx); err != nil {
		d.shut()
		return nil, fmt.Errorf("open store: %w", explain(err))
	}
	return d, nil
}

func (d *DB) open(ctx context.Context) error {
	if err := os.MkdirAll(d.dir, dirMode); err != nil {
		return err
	}
	if err := d.resume(ctx); err != nil {
		return err
	}
	err := d.begin(ctx)
	if isDamage(explain(err)) && !d.readOnly() {
		_ = d.shut() // nothing is lost with connections to a damaged file
		d.readers, d.pool, d.writer = nil, nil, tx{}
		d.damage, d.damageOnce = make(chan struct{}), sync.Once{} // of the file that goes
		if err = d.recover(ctx, err); err == nil {
			err = d.begin(ctx)
		}
	}
	if err != nil || d.readOnly() {
		return err
	}
	return d.tell(ctx)
}

// begin looks at the file and opens what it needs to work on it.
func (d *DB) begin(ctx context.Context) error {
	if lost, err := blank(d.dir); err != nil || lost {
		return errors.Join(err, ErrDamaged)
	}
	if err := prepareFile(d.dir); err != nil {
		return err
	}
	m, err := readMarker(d.dir)
	if err != nil {
		return err
	}
	f, err := d.inspect(ctx, m)
	if err != nil {
		return err
	}
	if f.version > len(migrations) {
		return d.openReadOnly(ctx, f.version)
	}
	if err := d.copyBefore(ctx, f.version); err != nil {
		return err
	}
	if err := d.setMarker(); err != nil {
		return err
	}
	if err := d.openBoth(ctx, f.remake); err != nil {
		return err
	}
	if err := d.claim(ctx); err != nil {
		return err
	}
	if err := d.noteCheck(ctx, f); err != nil {
		return err
	}
	return d.write(ctx, "expire requests", func(ctx context.Context, t *tx) error {
		return d.dropExpired(ctx, t)
	})
}

// openBoth opens the writing and the reading connections. In between it brings
// the file to the present schema, and makes anew what can be if again is true.
func (d *DB) openBoth(ctx context.Context, again bool) error {
	path := filepath.Join(d.dir, dbFile)
	var err error
	if d.pool, err = sql.Open("sqlite", dsn(path, writerPragmas())); err != nil {
		return err
	}
	d.pool.SetMaxOpenConns(1)
	if err := d.connect(ctx); err != nil {
		return err
	}
	if err := migrate(ctx, d.writer.conn); err != nil {
		return err
	}
	if again {
		d.log.Warn("damage was met and the history itself is sound: what can be made from it is made anew")
		if err := remake(ctx, d.writer.conn); err != nil {
			return err
		}
	}
	d.readUnchanged()
	if d.readers, err = sql.Open("sqlite", dsn(path, readerPragmas())); err != nil {
		return err
	}
	d.readers.SetMaxOpenConns(maxReaders)
	d.readers.SetMaxIdleConns(maxReaders)
	return nil
}

// connect opens the writing connection. While another process creates the same
// file SQLite may answer "busy" at once instead of waiting.
func (d *DB) connect(ctx context.Context) error {
	pause := time.NewTicker(busyPause)
	defer pause.Stop()
	for start := time.Now(); ; {
		c, err := d.pool.Conn(ctx)
		if err == nil {
			d.writer = tx{conn: c, stmts: map[string]*sql.Stmt{}}
			return nil
		}
		if !isBusy(err) || time.Since(start) > busyTimeout {
			return err
		}
		select {
		case <-pause.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Close finishes running calls, folds the write-ahead log into the file and
// closes it. Later calls of other methods return ErrClosed; a second Close does
// nothing.
func (d *DB) Close() error {
	d.turn <- struct{}{}
	defer func() { <-d.turn }()
	if d.closed.Swap(true) {
		return nil
	}
	if d.readOnly() {
		return d.shut()
	}
	ctx := context.Background()
	err := d.readers.Close()
	for _, q := range []string{
		fmt.Sprintf("PRAGMA busy_timeout = %d", closeTimeout.Milliseconds()),
		"PRAGMA optimize",
		"PRAGMA wal_checkpoint(TRUNCATE)",
	} {
		if _, e := d.writer.conn.ExecContext(ctx, q); e != nil && !isBusy(e) {
			err = errors.Join(err, explain(e))
		}
	}
	if err = errors.Join(err, d.shut()); err == nil {
		err = d.clearMarker()
	}
	if err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	return nil
}

// shut closes whatever is open.
func (d *DB) shut() error {
	var errs []error
	if d.readers != nil {
		errs = append(errs, d.readers.Close())
	}
	errs = append(errs, d.writer.close())
	if d.writer.conn != nil {
		errs = append(errs, d.writer.conn.Close())
	}
	if d.pool != nil {
		errs = append(errs, d.pool.Close())
	}
	return errors.Join(errs...)
}

// prepareFile makes the file with the right mode before SQLite does; its
// companion files take over the mode of the file.
func prepareFile(dir string) error {
	path := filepath.Join(dir, dbFile)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, fileMode)
	if errors.Is(err, os.ErrExist) {
		return os.Chmod(path, fileMode)
	}
	if err != nil {
		return err
	}
	if err := errors.Join(f.Chmod(fileMode), f.Sync(), f.Close()); err != nil {
		return err
	}
	return syncDir(dir)
}
