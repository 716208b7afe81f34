package hostile

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"time"
)

// Patience is how long an honest device may take for what it must do.
const Patience = 20 * time.Second

// Link is one connection on which both keys are proven. It is for one goroutine.
type Link struct {
	Conn *tls.Conn
	Peer ID
	raw  net.Conn
	br   *bufio.Reader
}

// Connect opens a TCP connection, from one of this host's addresses if it is
// valid.
func Connect(ctx context.Context, from netip.Addr, to string) (net.Conn, error) {
	d := net.Dialer{}
	if from.IsValid() {
		d.LocalAddr = &net.TCPAddr{IP: from.AsSlice(), Zone: from.Zone()}
	}
	return d.DialContext(ctx, "tcp", to)
}

// Dial connects and proves the keys. Nothing is said on the link.
func Dial(ctx context.Context, from netip.Addr, to string, key *Key) (*Link, error) {
	raw, err := Connect(ctx, from, to)
	if err != nil {
		return nil, err
	}
	return handshake(ctx, tls.Client(raw, key.config()), raw)
}

// Answer is the listener's side of Dial.
func Answer(ctx context.Context, raw net.Conn, key *Key) (*Link, error) {
	return handshake(ctx, tls.Server(raw, key.config()), raw)
}

func handshake(ctx context.Context, conn *tls.Conn, raw net.Conn) (*Link, error) {
	if err := conn.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(err, raw.Close())
	}
	certs := conn.ConnectionState().PeerCertificates
	if len(certs) == 0 {
		return nil, errors.Join(errNoCertificate, raw.Close())
	}
	return &Link{Conn: conn, Peer: IDOf(certs[0]), raw: raw, br: bufio.NewReader(conn)}, nil
}

// Write sends bytes as they are.
func (l *Link) Write(b []byte) error {
	_, err := l.Conn.Write(b)
	return err
}

// Send writes a frame.
func (l *Link) Send(kind byte, fields ...Field) error { return l.Write(Encode(kind, Map(fields...))) }

// Next returns the next frame. When the deadline passes before its first byte, the
// error is os.ErrDeadlineExceeded and the link can be used on.
func (l *Link) Next(within time.Duration) (Frame, error) {
	if err := l.Conn.SetReadDeadline(time.Now().Add(within)); err != nil {
		return Frame{}, err
	}
	if _, err := l.br.Peek(1); err != nil {
		return Frame{}, err
	}
	return ReadFrame(l.br)
}

// Greet says Hello and reads the other side's.
func (l *Link) Greet(fields []Field) (Frame, error) {
	if err := l.Send(Hello, fields...); err != nil {
		return Frame{}, err
	}
	f, err := l.Next(Patience)
	if err == nil && f.Type != Hello {
		err = fmt.Errorf("not Hello but %v", f)
	}
	return f, err
}

// Until reads frames up to one of that type and returns those before it, and it.
func (l *Link) Until(kind byte) (before []Frame, f Frame, err error) {
	for deadline := time.Now().Add(Patience); ; {
		f, err := l.Next(time.Until(deadline))
		if err != nil {
			return before, Frame{}, err
		}
		if f.Type == kind {
			return before, f, nil
		}
		before = append(before, f)
	}
}

// Fence asks for a sign of life and returns all frames that came before it: the
// other side has read everything that was sent so far. It answers no Ping of the
// other side.
func (l *Link) Fence() (before []Frame, err error) {
	var b [8]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	nonce := binary.BigEndian.Uint64(b[:])
	if err := l.Send(Ping, Field{1, Uint(nonce)}); err != nil {
		return nil, err
	}
	for {
		more, f, err := l.Until(Pong)
		before = append(before, more...)
		if err != nil || f.Uint(1) == nonce {
			return before, err
		}
		before = append(before, f)
	}
}

// Ended reads on until the other side ends the link and returns what it said
// before. The error is nil at the end of the stream, however that came.
func (l *Link) Ended() (before []Frame, err error) {
	for deadline := time.Now().Add(Patience); ; {
		f, err := l.Next(time.Until(deadline))
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			return before, err
		case err != nil:
			return before, nil
		}
		before = append(before, f)
	}
}

// Drain reads and forgets until the link ends.
func (l *Link) Drain() {
	_ = l.Conn.SetReadDeadline(time.Time{})
	_, _ = io.Copy(io.Discard, l.br)
}

// Close cuts the connection without a word.
func (l *Link) Close() error { return l.raw.Close() }
