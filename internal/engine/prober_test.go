package engine

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/internal/identity"
	"earshot/netcore"
	"earshot/netcore/wire"
)

// prober is a device that is not made of this program: it says what a test tells
// it to, and writes down what comes back byte for byte as far as it may differ:
// the types and lengths of TLS records, their order, and how and when it ends.
type prober struct {
	key *identity.Identity
}

func newProber(t *testing.T) prober {
	t.Helper()
	return prober{must(identity.Generate())}
}

// nameFor is the server name of docs/PROTOCOL.md §2, made here a second time.
func nameFor(to identity.DeviceID) string {
	enc := base32.StdEncoding.WithPadding(base32.NoPadding)
	nonce := make([]byte, 16)
	rand.Read(nonce)
	mac := hmac.New(sha256.New, to[:])
	mac.Write([]byte("earshot sni v1"))
	mac.Write(nonce)
	return strings.ToLower(enc.EncodeToString(nonce) + "." + enc.EncodeToString(mac.Sum(nil)[:16]))
}

func (p prober) config(name string) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13, NextProtos: []string{netcore.ALPN}, ServerName: name,
		Certificates: []tls.Certificate{p.key.Certificate()}, InsecureSkipVerify: true, SessionTicketsDisabled: true,
	}
}

// tap is one connection of a prober.
type tap struct {
	net.Conn
	mu    sync.Mutex
	got   []byte
	sent  []byte // the first write
	hold  bool   // keep what is written behind it
	held  []byte
	last  error
	begin time.Time
}

func connect(t *testing.T, addr string) *tap {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Error(err)
		var far net.Conn
		c, far = net.Pipe()
		far.Close()
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	return &tap{Conn: c, begin: time.Now()}
}

func (c *tap) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.got = append(c.got, p[:n]...)
	if err != nil {
		c.last = err
	}
	return n, err
}

func (c *tap) Write(p []byte) (int, error) {
	c.mu.Lock()
	first := c.sent == nil
	if first {
		c.sent = append([]byte{}, p...)
	}
	if c.hold && !first {
		c.held = append(c.held, p...)
		c.mu.Unlock()
		return len(p), nil
	}
	c.mu.Unlock()
	return c.Conn.Write(p)
}

// together shakes hands and sends more in one piece with the last flight, so
// that the device has read both when it decides.
func (c *tap) together(t *testing.T, conn *tls.Conn, more []byte) {
	t.Helper()
	c.mu.Lock()
	c.hold = true
	c.mu.Unlock()
	if err := conn.HandshakeContext(t.Context()); err != nil {
		return
	}
	conn.Write(more)
	c.mu.Lock()
	held := c.held
	c.hold, c.held = false, nil
	c.mu.Unlock()
	c.Conn.Write(held)
}

// drain reads to the end and returns what came, from the byte number on.
func (c *tap) drain(from int) string {
	io.Copy(io.Discard, c)
	c.mu.Lock()
	defer c.mu.Unlock()
	return describe(c.got[from:]) + ending(c.last) + class(time.Since(c.begin))
}

func (c *tap) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.got)
}

// describe lists TLS records by type and length.
func describe(b []byte) string {
	var out strings.Builder
	for len(b) >= 5 {
		n := int(binary.BigEndian.Uint16(b[3:5]))
		fmt.Fprintf(&out, "%d:%d ", b[0], n)
		b = b[min(len(b), 5+n):]
	}
	if len(b) > 0 {
		fmt.Fprintf(&out, "and %d bytes ", len(b))
	}
	return out.String()
}

func ending(err error) string {
	switch {
	case err == nil || errors.Is(err, io.EOF):
		return "end"
	case errors.Is(err, os.ErrDeadlineExceeded):
		return "open"
	}
	return "reset"
}

// class tells an end at once from one by the limit of a handshake.
func class(d time.Duration) string {
	if d < netcore.HandshakeTimeout-500*time.Millisecond {
		return ""
	}
	return " late"
}

// act is something that a prober does to the device id at addr, and what it gets.
// Any goroutine may do it.
type act struct {
	name string
	do   func(t *testing.T, p prober, id identity.DeviceID, addr string) string

	knows bool // it shows that the prober knows the device
}

func showing(a act) act {
	a.knows = true
	return a
}

// knows is an act that shows the device that the prober knows it.
func knows(name string, after func(t *testing.T, c *tap, conn *tls.Conn)) act {
	return act{name: name, do: func(t *testing.T, p prober, id identity.DeviceID, addr string) string {
		c := connect(t, addr)
		conn := tls.Client(c, p.config(nameFor(id)))
		if after == nil {
			conn.HandshakeContext(t.Context())
		} else {
			after(t, c, conn)
		}
		io.Copy(io.Discard, conn)
		return c.drain(0)
	}}
}

// says is an act of bytes.
func says(name string, bytes func(t *testing.T, p prober, id identity.DeviceID, addr string) []byte) act {
	return act{name: name, do: func(t *testing.T, p prober, id identity.DeviceID, addr string) string {
		b := bytes(t, p, id, addr)
		c := connect(t, addr)
		c.Write(b)
		return c.drain(0)
	}}
}

// firstFlight is the ClientHello of a prober.
func (p prober) firstFlight(t *testing.T, name string) []byte {
	t.Helper()
	near, far := net.Pipe()
	defer near.Close()
	go tls.Client(near, p.config(name)).HandshakeContext(context.Background())
	b := make([]byte, 8192)
	n := must(far.Read(b))
	far.Close()
	return b[:n]
}

func frame(t *testing.T, messages ...wire.Message) (b []byte) {
	t.Helper()
	for _, m := range messages {
		b = must(wire.AppendFrame(b, m))
	}
	return b
}

func probeHello() *wire.Hello {
	return &wire.Hello{ProtoMin: 1, ProtoMax: 1, Role: wire.RoleChat, Name: "x", Kind: "laptop", App: "x", Accepts: true}
}
