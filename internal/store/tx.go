package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// querier is a connection or transaction that reads.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// tx is a running write transaction. It keeps its statements prepared on the
// one writing connection.
type tx struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

func (t *tx) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if s := t.stmts[query]; s != nil {
		return s, nil
	}
	s, err := t.conn.PrepareContext(ctx, query)
	if err == nil {
		t.stmts[query] = s
	}
	return s, err
}

// close ends the prepared statements; the connection stays.
func (t *tx) close() error {
	var errs []error
	for _, s := range t.stmts {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}

// QueryContext implements querier.
func (t *tx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := t.prepare(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

// QueryRowContext implements querier.
func (t *tx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	s, err := t.prepare(ctx, query)
	if err != nil {
		return t.conn.QueryRowContext(ctx, query, args...) // fails the same way, in Scan
	}
	return s.QueryRowContext(ctx, args...)
}

// exec returns the number of rows that changed.
func (t *tx) exec(ctx context.Context, query string, args ...any) (int64, error) {
	s, err := t.prepare(ctx, query)
	if err != nil {
		return 0, err
	}
	r, err := s.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// statement is one of several to run, with its arguments.
type statement struct {
	query string
	args  []any
}

// execAll runs statements in order, up to the first that fails.
func (t *tx) execAll(ctx context.Context, all ...statement) error {
	for _, s := range all {
		if _, err := t.exec(ctx, s.query, s.args...); err != nil {
			return err
		}
	}
	return nil
}

// write runs fn in a transaction and returns once it is committed to the disk.
// Waiting for the turn ends with ctx; what has begun runs to its end, so that
// an error always means that nothing was changed.
func (d *DB) write(ctx context.Context, op string, fn func(ctx context.Context, t *tx) error) error {
	if err := d.takeTurn(ctx); err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	defer func() { <-d.turn }()
	if d.closed.Load() {
		return fmt.Errorf("%s: %w", op, ErrClosed)
	}
	if d.readOnly() {
		return fmt.Errorf("%s: %w", op, d.newer)
	}
	ctx = context.WithoutCancel(ctx)
	err := d.tried(ctx, func() error {
		return inTx(ctx, d.writer.conn, func() error { return d.watched(ctx, fn) })
	})
	if err != nil {
		return fmt.Errorf("%s: %w", op, d.sawFull(d.healed(ctx, err)))
	}
	return nil
}

// watched runs fn and notes, while the newest copy holds everything, that it
// does not any more.
func (d *DB) watched(ctx context.Context, fn func(ctx context.Context, t *tx) error) error {
	if !d.unchanged.Load() {
		return fn(ctx, &d.writer)
	}
	before, err := d.writer.changes(ctx)
	if err != nil {
		return err
	}
	if err := fn(ctx, &d.writer); err != nil {
		return err
	}
	d.changed(ctx, before)
	return nil
}

func (d *DB) takeTurn(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case d.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// inTx runs fn between BEGIN IMMEDIATE and COMMIT. The write lock is taken at
// the start: a transaction that read first and wrote later could not wait for
// another writer.
func inTx(ctx context.Context, c *sql.Conn, fn func() error) (err error) {
	if _, err := c.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	committed := false
	defer func() {
		if !committed { // also after a panic; fails when SQLite has rolled back itself
			_, _ = c.ExecContext(ctx, "ROLLBACK")
		}
	}()
	if err := fn(); err != nil {
		return err
	}
	if _, err := c.ExecContext(ctx, "COMMIT"); err != nil {
		return err
	}
	committed = true
	return nil
}

// read runs fn over one unchanging view of the file.
func (d *DB) read(ctx context.Context, op string, fn func(q querier) error) error {
	if d.closed.Load() {
		return fmt.Errorf("%s: %w", op, ErrClosed)
	}
	t, err := d.readers.BeginTx(ctx, nil)
	if err != nil && d.closed.Load() {
		err = ErrClosed
	}
	if err != nil {
		return fmt.Errorf("%s: %w", op, d.unreadable(err))
	}
	defer t.Rollback() // nothing was written
	if err := fn(t); err != nil {
		return fmt.Errorf("%s: %w", op, d.unreadable(err))
	}
	return nil
}

// scanner is a row to read.
type scanner interface{ Scan(into ...any) error }

// all reads every row of a query.
func all[T any](ctx context.Context, q querier, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// one reads the first row of a query: ErrNotFound when there is none.
func one[T any](ctx context.Context, q querier, scan func(scanner) (T, error), query string, args ...any) (T, error) {
	v, err := scan(q.QueryRowContext(ctx, query, args...))
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return v, err
}
