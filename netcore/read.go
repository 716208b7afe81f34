package netcore

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"earshot/netcore/wire"
)

// read exchanges Hellos and handles frames until the link ends. It returns why.
// Before trust: FuzzSession.
func (s *Session) read() error {
	if err := s.hear(); err != nil {
		return s.last(err)
	}
	if !s.node.markUp(s) {
		return ErrSuperseded
	}
	s.log.Debug("link is up", "outbound", s.outbound, "access", s.Access())
	s.node.handler.Up(s)
	close(s.upped)
	for {
		s.setReadDeadline(s.idleDeadline())
		t, body, err := s.frame()
		if errors.Is(err, errIdle) {
			if s.strangerIdle() {
				s.end(ErrTimeout, byeFrame(wire.ByeDone))
			} else if !s.isEnding() {
				continue
			}
		}
		if err == nil {
			s.touch()
			err = s.dispatch(t, body)
		}
		if err != nil {
			return s.last(err)
		}
	}
}

// last ends the link for the reason err and reads until the other side is
// through, where closing at once could destroy what was just written: unread
// bytes make TCP reset the connection.
func (s *Session) last(err error) error {
	var protocol *ProtocolError
	if errors.As(err, &protocol) {
		s.node.gate.penalise(s.peer)
	}
	if isVerdict(err) {
		s.end(err, nil)
		io.Copy(io.Discard, s.br)
	}
	return err
}

// isVerdict reports whether err is what one side said of the other, and not a
// connection that broke.
func isVerdict(err error) bool {
	var protocol *ProtocolError
	var bye *ByeError
	var remote *RemoteError
	return errors.As(err, &protocol) || errors.As(err, &bye) || errors.As(err, &remote) || errors.Is(err, ErrVersion)
}

var errIdle = fmt.Errorf("nothing was said: %w", ErrTimeout)

// frame reads one frame. The first byte may take as long as the deadline that
// is set, the rest as long as the access of the link allows. Errors: io.EOF at
// a clean end, errIdle when the deadline passed before the first byte,
// errHalfFrame inside, *ProtocolError for a length that is not allowed.
func (s *Session) frame() (wire.Type, []byte, error) {
	if _, err := s.br.Peek(1); err != nil {
		if errors.Is(err, os.ErrDeadlineExceeded) {
			err = errIdle
		}
		return 0, nil, err
	}
	s.setReadDeadline(time.Now().Add(s.bodyTimeout()))
	length, err := wire.ReadLength(s.br)
	if err != nil {
		return 0, nil, half(err)
	}
	t, body, err := wire.ReadBody(s.br, length, s.limit())
	switch {
	case err == nil:
		return t, body, nil
	case errors.Is(err, wire.ErrFrameTooLarge):
		s.answer(&wire.Error{Code: wire.CodeTooLarge, Fatal: true})
		return 0, nil, &ProtocolError{Code: wire.CodeTooLarge, Err: err}
	case errors.Is(err, wire.ErrEmptyFrame):
		s.answer(&wire.Error{Code: wire.CodeMalformed, Fatal: true})
		return 0, nil, &ProtocolError{Code: wire.CodeMalformed, Err: err}
	}
	return 0, nil, half(err)
}

// half says that the link ended inside a frame, and how.
func half(err error) error {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("%w: %w", errHalfFrame, ErrTimeout)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errHalfFrame
	}
	return fmt.Errorf("%w: %w", errHalfFrame, err)
}

func (s *Session) limit() int {
	switch {
	case !s.greeted:
		return wire.LimitBeforeHello
	case s.Access() == Contact:
		return wire.LimitContact
	}
	return wire.LimitStranger
}

func (s *Session) bodyTimeout() time.Duration {
	switch {
	case !s.greeted:
		return HelloTimeout
	case s.Access() == Contact:
		return BodyTimeoutContact
	}
	return BodyTimeoutStranger
}

// idleDeadline is when an idle link is looked at: a stranger's link when it has
// been idle for too long, a contact's never.
func (s *Session) idleDeadline() time.Time {
	if s.Access() == Contact {
		return time.Time{}
	}
	return s.IdleSince().Add(StrangerIdleTimeout)
}

func (s *Session) strangerIdle() bool {
	return s.Access() != Contact && time.Since(s.IdleSince()) >= StrangerIdleTimeout
}

// dispatch handles one frame. An error ends the link.
func (s *Session) dispatch(t wire.Type, body []byte) error {
	if s.Access() == Refused { // since it was let in: what it says has no effect any more
		return nil
	}
	if wire.Ignorable(t) && s.Access() != Contact {
		return nil
	}
	if wire.New(t) == nil {
		if !wire.Ignorable(t) {
			s.answer(&wire.Error{Code: wire.CodeUnsupported, RefersTo: t})
		}
		return nil
	}
	if code := illegal(t, s.Access()); code == wire.CodeNotAccepted && s.wasContact() {
		s.answer(&wire.Error{Code: code, RefersTo: t})
		return nil
	} else if code != 0 {
		return s.strike(&ProtocolError{Code: code, Type: t})
	}
	m, err := wire.Decode(t, body)
	if err != nil {
		return s.strike(&ProtocolError{Code: wire.CodeMalformed, Type: t, Err: err})
	}
	switch m := m.(type) {
	case *wire.Ping:
		s.answer(&wire.Pong{Nonce: m.Nonce})
		return nil
	case *wire.Pong:
		s.pings.answered(m.Nonce)
		return nil
	case *wire.Bye:
		return &ByeError{Reason: m.Reason}
	}
	err = s.node.handler.Handle(s, m)
	var protocol *ProtocolError
	switch e, isError := m.(*wire.Error); {
	case isError && e.Fatal:
		return &RemoteError{Code: e.Code, RefersTo: e.RefersTo}
	case errors.As(err, &protocol):
		return s.strike(protocol)
	case err != nil:
		s.answer(&wire.Error{Code: wire.CodeInternal, RefersTo: t, Fatal: true})
	}
	return err
}

// illegal returns the code for a frame that a peer of this access may not send
// once Hellos are exchanged, or 0 (docs/PROTOCOL.md §6).
func illegal(t wire.Type, a Access) wire.ErrorCode {
	switch t {
	case wire.TypeHello:
		return wire.CodeUnexpected
	case wire.TypeError, wire.TypePing, wire.TypePong, wire.TypeBye, wire.TypeRequest, wire.TypeAccepted:
		return 0
	}
	if a != Contact && !wire.IsPairing(t) {
		return wire.CodeNotAccepted
	}
	return 0
}

// wasContact reports a stranger that was a contact on this link until a moment ago:
// what it sends as one was on its way, and is no fault.
func (s *Session) wasContact() bool {
	at := time.Duration(s.lowered.Load())
	return at > 0 && s.node.clock()-at < LoweredGrace
}

// strike answers a protocol error; the last one of MaxStrikes ends the link.
func (s *Session) strike(p *ProtocolError) error {
	s.strikes++
	fatal := s.strikes >= MaxStrikes
	s.log.Warn("frame not taken", "reason", p.Error(), "strike", s.strikes)
	s.answer(&wire.Error{Code: p.Code, RefersTo: p.Type, Fatal: fatal})
	if fatal {
		return p
	}
	return nil
}

// hear reads and judges the peer's Hello.
func (s *Session) hear() error {
	s.setReadDeadline(time.Now().Add(HelloTimeout))
	t, body, err := s.frame()
	switch {
	case errors.Is(err, errIdle):
		return fmt.Errorf("no Hello: %w", ErrTimeout)
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return ErrNoHello
	case err != nil:
		return err
	}
	s.touch()
	m, err := wire.Decode(t, body)
	if e, ok := m.(*wire.Error); ok && e.Fatal {
		return &RemoteError{Code: e.Code, RefersTo: e.RefersTo}
	}
	h, ok := m.(*wire.Hello)
	switch {
	case t == wire.TypeHello && err != nil:
		s.answer(&wire.Error{Code: wire.CodeMalformed, RefersTo: t, Fatal: true})
		return &ProtocolError{Code: wire.CodeMalformed, Type: t, Err: err}
	case !ok:
		s.answer(&wire.Error{Code: wire.CodeUnexpected, RefersTo: t, Fatal: true})
		return &ProtocolError{Code: wire.CodeUnexpected, Type: t, Err: errors.New("the first frame is not Hello")}
	case h.ProtoMin > wire.Version || h.ProtoMax < wire.Version:
		s.answer(&wire.Error{Code: wire.CodeVersion, RefersTo: t, Fatal: true})
		return ErrVersion
	case h.Role != wire.RoleChat:
		s.answer(&wire.Error{Code: wire.CodeUnsupported, RefersTo: t, Fatal: true})
		return &ProtocolError{Code: wire.CodeUnsupported, Type: t, Err: errHelloRole}
	}
	s.heard, s.greeted = *h, true
	return nil
}
