package netcore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"

	"earshot/netcore/wire"
)

// complaint says in words what a connection that never became a link was. A
// connection that said nothing and left (a port scan, the probe of another
// device's discovery) is no event: it gets slog.LevelDebug.
func (h *handshaker) complaint(err error) (slog.Level, string) {
	gone := isGone(err)
	var op *net.OpError
	switch {
	case errors.Is(err, errNoProof):
		return slog.LevelDebug, "connection closed: this device is not visible to everyone"
	case errors.As(err, &op) && op.Op == "remote error":
		return slog.LevelDebug, "the dialler looks for another device"
	case gone && h.bytesRead == 0:
		return slog.LevelDebug, "connection closed before a byte came"
	case errors.Is(err, ErrTimeout) && h.bytesRead == 0:
		return slog.LevelWarn, "silent connection: not a byte came in time"
	case looksLikeHTTP(h.record.RecordHeader[:]):
		return slog.LevelWarn, "wrong protocol: HTTP, probably a web browser; there is no web page on this port"
	case h.record.Msg != "":
		return slog.LevelWarn, "wrong protocol: not TLS"
	case errors.Is(err, ErrSelf):
		return slog.LevelDebug, "this device dialled itself"
	case errors.Is(err, errHandshakeTooLong):
		return slog.LevelWarn, "TLS handshake is too long"
	case h.sawHello && !h.sawALPN:
		return slog.LevelWarn, "wrong protocol: TLS without ALPN " + ALPN
	case gone:
		return slog.LevelWarn, "connection closed in the middle of the TLS handshake"
	case errors.Is(err, ErrTimeout):
		return slog.LevelWarn, "TLS handshake stopped half way"
	case !h.sawHello:
		return slog.LevelWarn, "wrong protocol: not a TLS 1.3 handshake"
	}
	return slog.LevelWarn, "TLS handshake refused: no usable certificate or no common parameters"
}

// looksLikeHTTP recognises the first five bytes of a request.
func looksLikeHTTP(head []byte) bool {
	for _, method := range []string{"GET /", "HEAD ", "POST ", "PUT /", "PATCH", "DELET", "OPTIO", "CONNE", "TRACE", "PRI *"} {
		if bytes.HasPrefix(head, []byte(method)) {
			return true
		}
	}
	return false
}

func (n *Node) logHandshake(ctx context.Context, h *handshaker, remote netip.AddrPort, err error) {
	n.noteFailed()
	level, text := h.complaint(err)
	if ctx.Err() != nil {
		level = slog.LevelDebug // our own end, not their fault
	}
	n.log.Log(n.ctx, level, text, "remote", remote, "bytes", h.bytesRead)
}

// logEnd writes the one line about a link that has ended.
func (s *Session) logEnd(err error) {
	level, text := slog.LevelDebug, "link ended"
	var protocol *ProtocolError
	switch {
	case errors.Is(err, wire.ErrFrameTooLarge):
		level, text = slog.LevelWarn, "link ended: a frame was announced that is longer than this link allows"
	case errors.Is(err, errHalfFrame):
		level, text = slog.LevelWarn, "link ended in the middle of a frame"
	case errors.As(err, &protocol):
		level, text = slog.LevelWarn, "link ended: the other side broke the protocol"
	case errors.Is(err, ErrVersion):
		level, text = slog.LevelWarn, "link ended: no common protocol version"
	case errors.Is(err, errPanic):
		level, text = slog.LevelError, "link ended: internal fault"
	case errors.Is(err, ErrTimeout):
		level, text = slog.LevelWarn, "link ended: the other side was silent for too long"
	}
	s.log.Log(s.node.ctx, level, text, "reason", fmt.Sprint(err), "outbound", s.outbound)
}
