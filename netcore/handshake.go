package netcore

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"earshot/internal/identity"
)

var errHandshakeTooLong = fmt.Errorf("%w: more than %d bytes of handshake", ErrNotEarshot, MaxHandshakeBytes)

// handshakeConn refuses to read more than MaxHandshakeBytes until the keys are
// proven, and counts, so that a log line can tell silence from half a handshake.
// While it is mute not a byte leaves it, not even an alert of TLS.
type handshakeConn struct {
	net.Conn
	read   atomic.Int64
	proven atomic.Bool
	mute   atomic.Bool
}

func (c *handshakeConn) Write(p []byte) (int, error) {
	if c.mute.Load() {
		return 0, errNoProof
	}
	return c.Conn.Write(p)
}

func (c *handshakeConn) Read(p []byte) (int, error) {
	if c.proven.Load() {
		return c.Conn.Read(p)
	}
	left := MaxHandshakeBytes - c.read.Load()
	if left <= 0 {
		return 0, errHandshakeTooLong
	}
	n, err := c.Conn.Read(p[:min(int64(len(p)), left)])
	c.read.Add(int64(n))
	return n, err
}

// link is a connection whose key is proven and on which nothing is said yet.
type link struct {
	raw  net.Conn // closing it never blocks
	conn *tls.Conn
	peer identity.DeviceID
}

// hangUp ends a link on which nothing was said: close_notify, then the end.
func (l link) hangUp() {
	t := time.AfterFunc(CloseTimeout, func() { l.raw.Close() })
	l.conn.Close()
	t.Stop()
}

// handshaker is one side of a handshake, with what was seen of the other side for the log.
type handshaker struct {
	own    *identity.Identity
	server bool
	want   identity.DeviceID // zero: whoever answers
	door   *door             // of a server; nil: it does not hide

	peer      identity.DeviceID
	sawHello  bool // a TLS ClientHello came
	sawALPN   bool // and offered our protocol
	bytesRead int64
	record    tls.RecordHeaderError // what came instead of TLS
}

// run proves both keys on raw (docs/PROTOCOL.md §2). On an error raw is closed.
func (h *handshaker) run(ctx context.Context, raw net.Conn) (link, error) {
	ctx, cancel := context.WithTimeout(ctx, HandshakeTimeout)
	defer cancel()
	counted := &handshakeConn{Conn: raw}
	counted.mute.Store(h.door.hides())
	var conn *tls.Conn
	if h.server {
		conn = tls.Server(counted, h.config(counted))
	} else {
		conn = tls.Client(counted, h.config(counted))
	}
	err := conn.HandshakeContext(ctx)
	h.bytesRead = counted.read.Load()
	if err != nil {
		raw.Close()
		return link{}, h.explain(err)
	}
	counted.proven.Store(true)
	return link{raw: raw, conn: conn, peer: h.peer}, nil
}

// config is the whole TLS configuration of Earshot. Only the server name is
// another one on every connection.
func (h *handshaker) config(c *handshakeConn) *tls.Config {
	cfg := &tls.Config{
		MinVersion:             tls.VersionTLS13,
		NextProtos:             []string{ALPN},
		Certificates:           []tls.Certificate{h.own.Certificate()},
		ClientAuth:             tls.RequireAnyClientCert,
		InsecureSkipVerify:     true, // no authorities here: verify judges the key itself
		SessionTicketsDisabled: true,
		VerifyConnection:       h.verify,
		GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			h.sawHello = true
			h.sawALPN = slices.Contains(hello.SupportedProtos, ALPN)
			return nil, h.admit(c, hello.ServerName)
		},
	}
	if !h.want.IsZero() {
		cfg.ServerName = newServerName(h.want)
	}
	return cfg
}

// admit lets a connection that was mute speak, if the dialler knows this device.
// It is called when the ClientHello was read and nothing was answered yet.
func (h *handshaker) admit(c *handshakeConn, name string) error {
	if !c.mute.Load() && !h.door.hides() {
		return nil
	}
	known := h.door.opens(name)
	c.mute.Store(!known)
	if !known {
		return errNoProof
	}
	return nil
}

// verify is the only judge of the other side's certificate. The order matters:
// a client without ALPN is no Earshot device, whatever its key.
func (h *handshaker) verify(cs tls.ConnectionState) error {
	if cs.NegotiatedProtocol != ALPN {
		return errNoALPN
	}
	if len(cs.PeerCertificates) != 1 {
		return errOneCert
	}
	peer, err := identity.IDOf(cs.PeerCertificates[0])
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotEarshot, err)
	}
	if peer == h.own.ID() {
		return ErrSelf
	}
	if !h.want.IsZero() && peer != h.want {
		return &WrongDeviceError{Want: h.want, Got: peer}
	}
	h.peer = peer
	return nil
}

// explain gives the error of a handshake a name that a caller can branch on.
func (h *handshaker) explain(err error) error {
	var wrong *WrongDeviceError
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("TLS handshake: %w", ErrTimeout)
	case errors.Is(err, context.Canceled), errors.Is(err, ErrSelf), errors.Is(err, ErrNotEarshot), errors.As(err, &wrong),
		errors.Is(err, errNoProof):
		return err
	case !h.server && h.bytesRead == 0 && isGone(err):
		return fmt.Errorf("%w: %w", ErrSilent, err)
	}
	var op *net.OpError
	switch {
	case errors.As(err, &h.record):
		return fmt.Errorf("%w: it does not speak TLS", ErrNotEarshot)
	case errors.As(err, &op) && op.Op == "remote error": // an alert of the other side
		return fmt.Errorf("%w: %w", ErrNotEarshot, op.Err)
	case errors.As(err, &op), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.ErrClosedPipe):
		return fmt.Errorf("TLS handshake: %w", err)
	}
	return fmt.Errorf("%w: %w", ErrNotEarshot, err)
}

// isGone reports whether the other side closed or cut the connection.
func isGone(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
