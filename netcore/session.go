package netcore

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"earshot/internal/identity"
	"earshot/netcore/wire"
)

// undecided is the access of a link that Authorize was not asked about yet.
const undecided Access = -1

// Session is one link to another device (docs/PROTOCOL.md §6). All methods are
// safe for concurrent use, from a Handler too.
type Session struct {
	link
	node     *Node
	log      *slog.Logger
	remote   netip.AddrPort
	outbound bool
	order    uint64 // of the node's connections: a higher one began later
	slot     *slot  // nil for a link that we dialled

	said    wire.Hello
	heard   wire.Hello    // valid once upped is closed or Up was called
	up      bool          // both Hellos exchanged; guarded by node.mu
	yields  bool          // a newer link took its place and it ends soon; guarded by node.mu
	upped   chan struct{} // closed when Up has returned
	access  atomic.Int32
	lowered atomic.Int64  // time.Duration since the start of the node: when a contact became a stranger; 0: never
	active  *atomic.Int64 // time.Duration since the start of the node

	queue *sendQueue
	pings pingTable

	br      *bufio.Reader // read by run only
	strikes int           // counted by run only
	greeted bool          // the peer's Hello was read; set by run only

	endMu    sync.Mutex
	ending   bool
	cause    error
	deadline time.Time // of everything, once ending
	killer   *time.Timer

	done chan struct{}
	err  error // valid once done is closed
}

// Peer returns the device at the other end, as its key proved.
func (s *Session) Peer() identity.DeviceID { return s.peer }

// Hello returns what the peer said in its Hello. Names in it are not cleaned.
// The caller must not change the features.
func (s *Session) Hello() wire.Hello { return s.heard }

// Said returns the Hello that this side sent, as Handler.Hello gave it.
func (s *Session) Said() wire.Hello { return s.said }

// Remote returns the address of the other end.
func (s *Session) Remote() netip.AddrPort { return s.remote }

// Outbound reports whether this device dialled.
func (s *Session) Outbound() bool { return s.outbound }

// Access returns what the peer may send now.
func (s *Session) Access() Access { return max(Refused, Access(s.access.Load())) }

// Done is closed when the link has ended, just before Handler.Closed. The last
// Handle has returned by then.
func (s *Session) Done() <-chan struct{} { return s.done }

// Err returns nil while the link lives and what Handler.Closed got after Done.
func (s *Session) Err() error {
	select {
	case <-s.done:
		return s.err
	default:
		return nil
	}
}

// ExporterLabel names the secret of Exporter (docs/PROTOCOL.md §7.1).
const ExporterLabel = "EXPORTER-earshot-pairing-v1"

// Exporter returns 32 bytes that only the two ends of this TLS connection know,
// and that are different on every other (RFC 8446 §7.5). It does not cover the
// client's key: whoever binds something to it binds both device IDs too.
func (s *Session) Exporter() [32]byte {
	state := s.conn.ConnectionState()
	secret, err := state.ExportKeyingMaterial(ExporterLabel, nil, 32)
	if err != nil {
		panic(err) // never with TLS 1.3
	}
	return [32]byte(secret)
}

// IdleSince returns when the last frame was read or written.
func (s *Session) IdleSince() time.Time { return s.node.start.Add(time.Duration(s.active.Load())) }

func (s *Session) touch() { s.active.Store(int64(s.node.clock())) }

// Send queues m for the link and returns; the frame is written soon, not yet.
// It waits while the queue is full: 256 frames or 1 MiB. Ack, Ping, Pong and
// Error have a lane of their own of 256 frames and overtake the rest, so that a
// Handler may send them from Handle without waiting for the peer to read; send
// anything else from another goroutine. Errors: ErrClosed once the link ends,
// an error of ctx, or wire.ErrMalformed and wire.ErrFrameTooLarge.
func (s *Session) Send(ctx context.Context, m wire.Message) error {
	frame, err := wire.AppendFrame(nil, m)
	if err != nil {
		return err
	}
	return s.queue.put(ctx, frame, isUrgent(m.Type()))
}

func isUrgent(t wire.Type) bool {
	switch t {
	case wire.TypeAck, wire.TypePing, wire.TypePong, wire.TypeError:
		return true
	}
	return false
}

// answer queues an urgent frame without waiting. A peer that does not read what
// it asked for does not get more of it.
func (s *Session) answer(m wire.Message) {
	frame, err := wire.AppendFrame(nil, m)
	if err != nil {
		s.log.Error("own frame does not encode", "type", m.Type())
		return
	}
	s.queue.try(frame)
}

// Ping asks the peer for a sign of life and waits for it. The error is ErrClosed
// when the link ends first, or that of ctx; give ctx PingTimeout.
func (s *Session) Ping(ctx context.Context) error {
	nonce := rand.Uint64()
	pong := s.pings.add(nonce)
	defer s.pings.remove(nonce)
	if err := s.Send(ctx, &wire.Ping{Nonce: nonce}); err != nil {
		return err
	}
	select {
	case <-pong:
		return nil
	case <-s.queue.stop:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close ends the link in two phases and returns at once, so that a Handler may
// call it. The write that is under way is finished, then Bye goes out ahead of
// everything that is queued; what the peer had already sent is still handled,
// until it closes too. After CloseTimeout the connection is cut. Further calls
// change nothing. Wait for Done to see the end.
func (s *Session) Close(reason wire.ByeReason) {
	s.end(ErrClosed, byeFrame(reason))
}

// byeFrame is nil for reason 0: an end without a word.
func byeFrame(reason wire.ByeReason) []byte {
	frame, err := wire.AppendFrame(nil, &wire.Bye{Reason: reason})
	if err != nil {
		return nil
	}
	return frame
}

// end begins the end: the writer writes what is urgent and last, and whatever
// is not over after CloseTimeout is cut. The first call decides the cause.
func (s *Session) end(cause error, last []byte) {
	s.endMu.Lock()
	defer s.endMu.Unlock()
	if s.ending {
		return
	}
	s.ending, s.cause = true, cause
	s.deadline = time.Now().Add(CloseTimeout)
	s.killer = time.AfterFunc(CloseTimeout, func() { s.raw.Close() })
	s.conn.SetReadDeadline(s.deadline)
	s.queue.end(last)
}

// endWith tells the peer why and ends the link.
func (s *Session) endWith(cause error, e *wire.Error) {
	e.Fatal = true
	s.answer(e)
	s.end(cause, nil)
}

func (s *Session) isEnding() bool {
	s.endMu.Lock()
	defer s.endMu.Unlock()
	return s.ending
}

// setReadDeadline sets the deadline of the next read; the one of an ending link
// stays.
func (s *Session) setReadDeadline(t time.Time) {
	s.endMu.Lock()
	defer s.endMu.Unlock()
	if !s.ending {
		s.conn.SetReadDeadline(t)
	}
}

// run is the whole life of a link, on the goroutine that reads it.
func (s *Session) run() {
	var writer sync.WaitGroup
	writer.Go(s.write)
	err := s.guard(s.read)
	s.end(err, nil)
	s.prefer(err)
	writer.Wait()
	s.killer.Stop()
	s.raw.Close()
	wasUp := s.node.remove(s)
	s.err = s.cause
	s.logEnd(s.cause)
	close(s.done)
	if wasUp {
		s.guard(func() error {
			s.node.handler.Closed(s, s.err)
			return nil
		})
	}
}

// prefer replaces the cause "could not write" by what the reader found out: a
// peer that said why and closed makes writes fail too.
func (s *Session) prefer(read error) {
	s.endMu.Lock()
	defer s.endMu.Unlock()
	if errors.Is(s.cause, errWrite) && (errors.Is(read, ErrNoHello) || isVerdict(read)) {
		s.cause = read
	}
}

// guard turns a panic of f, which worked on a peer's bytes, into an error.
func (s *Session) guard(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			// Not the value: it may hold what the peer sent.
			s.log.Error("panic while handling a link", "type", fmt.Sprintf("%T", v), "stack", string(debug.Stack()))
			s.answer(&wire.Error{Code: wire.CodeInternal, Fatal: true})
			err = errPanic
		}
	}()
	return f()
}

// write is the writer goroutine. It ends when the link does.
func (s *Session) write() {
	var buf []byte
	for {
		batch, final := s.queue.take(buf[:0])
		if len(batch) > 0 {
			s.conn.SetWriteDeadline(time.Now().Add(WriteTimeout)) // an ending link is cut sooner
			if _, err := s.conn.Write(batch); err != nil {
				s.end(fmt.Errorf("%w: %w", errWrite, err), nil)
				return
			}
			s.touch()
		}
		if final {
			s.conn.CloseWrite()
			return
		}
		const keep = 16 << 10 // bytes; an idle link does not hold its longest batch
		if buf = batch; cap(buf) > keep {
			buf = nil
		}
	}
}

// pingTable holds who waits for which Pong.
type pingTable struct {
	mu   sync.Mutex
	wait map[uint64]chan struct{}
}

func (p *pingTable) add(nonce uint64) <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.wait == nil {
		p.wait = make(map[uint64]chan struct{})
	}
	c := make(chan struct{})
	p.wait[nonce] = c
	return c
}

func (p *pingTable) remove(nonce uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.wait, nonce)
}

func (p *pingTable) answered(nonce uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c, ok := p.wait[nonce]; ok {
		close(c)
		delete(p.wait, nonce)
	}
}
