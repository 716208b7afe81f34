package engine

import (
	"context"
	"crypto/tls"
	"database/sql"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"earshot/internal/identity"
)

// echo is the least that a durable exchange of texts can be: a TLS 1.3
// connection on 127.0.0.1 and a file on each side.
type echo struct {
	conn *tls.Conn
	file *os.File
	buf  []byte
}

// newEcho connects to a server that appends what comes to a file, brings it to
// the disk and sends it back, size bytes at a time.
func newEcho(b *testing.B, size int) *echo {
	b.Helper()
	id, err := identity.LoadOrCreate(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	conf := &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{id.Certificate()}, InsecureSkipVerify: true}
	serverFile, clientFile := appendFile(b), appendFile(b)
	var served sync.WaitGroup
	served.Go(func() {
		c, err := ln.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		server := &echo{conn: tls.Server(c, conf), file: serverFile, buf: make([]byte, size)}
		for server.read() == nil && server.keep() == nil && server.write() == nil {
		}
	})
	e := &echo{file: clientFile, buf: make([]byte, size)}
	b.Cleanup(func() {
		ln.Close()
		if e.conn != nil {
			e.conn.Close()
		}
		served.Wait()
	})
	if e.conn, err = tls.Dial("tcp4", ln.Addr().String(), conf); err != nil {
		b.Fatal(err)
	}
	return e
}

func appendFile(b *testing.B) *os.File {
	b.Helper()
	f, err := os.Create(filepath.Join(b.TempDir(), "texts"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { f.Close() })
	return f
}

func (e *echo) read() error {
	_, err := io.ReadFull(e.conn, e.buf)
	return err
}

func (e *echo) write() error {
	_, err := e.conn.Write(e.buf)
	return err
}

// keep brings the text to the disk.
func (e *echo) keep() error {
	if _, err := e.file.Write(e.buf); err != nil {
		return err
	}
	return dataSync(e.file)
}

// roundTrip keeps a text, sends it and waits until the other side has it too.
func (e *echo) roundTrip(b *testing.B) {
	for _, step := range []func() error{e.keep, e.write, e.read} {
		if err := step(); err != nil {
			b.Fatal(err)
		}
	}
}

// commits is a bare SQLite file with the store's journal and fsync settings.
type commits struct {
	db     *sql.DB
	insert *sql.Stmt
}

func newCommits(b *testing.B) *commits {
	b.Helper()
	file := url.URL{
		Scheme: "file", Path: filepath.ToSlash(filepath.Join(b.TempDir(), "rows.db")),
		RawQuery: url.Values{"_pragma": {"journal_mode(WAL)", "synchronous(FULL)"}}.Encode(),
	}
	db, err := sql.Open("sqlite", file.String())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(`CREATE TABLE row (num INTEGER PRIMARY KEY, text BLOB NOT NULL)`); err != nil {
		b.Fatal(err)
	}
	insert, err := db.Prepare(`INSERT INTO row (text) VALUES (?)`)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { insert.Close() })
	return &commits{db, insert}
}

// one commits one row.
func (c *commits) one(ctx context.Context, b *testing.B, text []byte) {
	if _, err := c.insert.ExecContext(ctx, text); err != nil {
		b.Fatal(err)
	}
}

// clock returns how long f takes.
func clock(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}

// median is the middle of a number of times; one that a busy machine held up
// does not move it.
func median(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/2]
}
