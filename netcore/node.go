package netcore

import (
	"bufio"
	"context"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"earshot/internal/identity"
	"earshot/netcore/wire"
)

// Config is what a Node needs.
type Config struct {
	Identity *identity.Identity
	Handler  Handler
	Logger   *slog.Logger // nil: silent

	// Connect makes a TCP connection; nil: the system's. Tests put a network
	// in memory here.
	Connect func(ctx context.Context, to netip.AddrPort) (net.Conn, error)
	// UsedTwice is called when two devices that run at the same time have proven
	// the key of one contact (docs/PROTOCOL.md §6), each time that this is seen. OwnKey
	// is called when another device has proven the key of this one at an address.
	// They are called on a goroutine of their own and must not call Node.Close. nil:
	// nobody asks.
	UsedTwice func(peer identity.DeviceID)
	OwnKey    func(addr netip.AddrPort)

	// ConnectSmall is Connect with segments of at most SmallSegment bytes. nil:
	// the system's if Connect is too and the system can, otherwise never.
	ConnectSmall func(ctx context.Context, to netip.AddrPort) (net.Conn, error)

	// Hides reports whether this device is not visible to everyone: then a
	// connection is closed without a byte unless its dialler shows that it knows
	// the device ID (docs/PROTOCOL.md §2). It is asked for every connection and
	// must not block; nil: never.
	Hides func() bool
	// Origin returns the address that stands for another one where connections
	// are counted, so that whoever owns many addresses counts once. It must not
	// block; nil: each stands for itself.
	Origin func(netip.Addr) netip.Addr
}

// Node owns the links of this device. Make it with NewNode, let others in with
// Serve, go out with Dial, and end everything with Close. Safe for concurrent
// use.
type Node struct {
	own     *identity.Identity
	handler Handler
	log     *slog.Logger

	connect, connectSmall connectFunc // connectSmall may be nil

	onUsedTwice func(identity.DeviceID) // may be nil
	onOwnKey    func(netip.AddrPort)    // may be nil
	ownKey      ownKey

	start  time.Time
	gate   *gate
	door   *door
	order  atomic.Uint64 // of connections, see Session.order
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup // every goroutine of the node and its links

	mu       sync.Mutex
	closed   bool
	reason   wire.ByeReason // valid once closed
	links    map[identity.DeviceID][]*Session
	settling map[identity.DeviceID]bool
	greeting map[identity.DeviceID]chan struct{} // outgoing links between TLS and Hello; closed when over
}

// NewNode returns a node that does nothing yet. Identity and Handler are
// required.
func NewNode(cfg Config) *Node {
	n := &Node{
		own:          cfg.Identity,
		handler:      cfg.Handler,
		log:          cfg.Logger,
		connect:      cfg.Connect,
		connectSmall: cfg.ConnectSmall,
		onUsedTwice:  cfg.UsedTwice,
		onOwnKey:     cfg.OwnKey,
		start:        time.Now(),
		links:        make(map[identity.DeviceID][]*Session),
		settling:     make(map[identity.DeviceID]bool),
		greeting:     make(map[identity.DeviceID]chan struct{}),
	}
	if n.log == nil {
		n.log = slog.New(slog.DiscardHandler)
	}
	if n.connect == nil {
		n.connect = connectTCP
		if n.connectSmall == nil && canLimitSegments {
			n.connectSmall = connectSmallTCP
		}
	}
	n.gate = newGate(n.clock, cfg.Origin)
	n.door = &door{own: n.own.ID(), hidden: cfg.Hides}
	n.ctx, n.cancel = context.WithCancel(context.Background())
	return n
}

// clock is the monotonic time since the node was made.
func (n *Node) clock() time.Duration { return time.Since(n.start) }

// spawn runs f on a goroutine that Close waits for. False: the node is closed.
func (n *Node) spawn(f func()) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return false
	}
	n.wg.Go(f)
	return true
}

// Session returns the link of a device to send on, or nil: of two, the one that
// the device with the lower ID dialled, because it is the one that stays.
func (n *Node) Session(peer identity.DeviceID) *Session {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.preferredLocked(peer)
}

func (n *Node) preferredLocked(peer identity.DeviceID) *Session {
	lowerIsUs := n.own.ID().Compare(peer) < 0
	var best *Session
	for _, s := range n.links[peer] {
		if !s.liveLocked() {
			continue
		}
		if best == nil || s.outbound == lowerIsUs && best.outbound != lowerIsUs ||
			s.outbound == best.outbound && s.order > best.order {
			best = s
		}
	}
	return best
}

// Sessions returns the live links, in no order: two of one device while it is
// being decided which one stays.
func (n *Node) Sessions() []*Session {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []*Session
	for _, links := range n.links {
		for _, s := range links {
			if s.liveLocked() {
				all = append(all, s)
			}
		}
	}
	return all
}

// SetAccess changes what a device may do on the links that it has, at once.
// Refused ends them without a word. New links ask the Handler.
func (n *Node) SetAccess(peer identity.DeviceID, access Access) {
	n.mu.Lock()
	links := slices.Clone(n.links[peer])
	n.mu.Unlock()
	for _, s := range links {
		if was := s.access.Swap(int32(access)); Access(was) == Contact && access == Stranger {
			s.lowered.Store(max(1, int64(n.clock())))
		}
		n.applyAccess(s, access)
	}
}

// Close ends all links with Bye and everything else without, and returns when
// every goroutine of the node has ended: within CloseTimeout unless a Handler
// keeps one. Later calls wait for the first. A Handler must not call it.
func (n *Node) Close(reason wire.ByeReason) {
	n.mu.Lock()
	n.closed = true
	if n.reason == 0 {
		n.reason = reason
	}
	var all []*Session
	for _, links := range n.links {
		all = append(all, links...)
	}
	n.mu.Unlock()
	n.cancel()
	for _, s := range all {
		s.Close(reason)
	}
	n.wg.Wait()
}

// newSession makes a link of a proven connection and says Hello on it as soon
// as run starts its writer.
func (n *Node) newSession(l link, remote netip.AddrPort, outbound bool, order uint64, sl *slot) *Session {
	s := &Session{
		link:     l,
		node:     n,
		remote:   remote,
		outbound: outbound,
		order:    order,
		slot:     sl,
		upped:    make(chan struct{}),
		queue:    newSendQueue(),
		br:       bufio.NewReader(l.conn),
		done:     make(chan struct{}),
		log:      n.log.With("peer", l.peer, "remote", remote),
	}
	s.access.Store(int32(undecided))
	if s.active = new(atomic.Int64); sl != nil {
		s.active = &sl.active
	}
	s.touch()
	return s
}

// begin asks the Handler about the peer, and makes the link known and its Hello
// ready. An error means that nothing may be said on it; the caller hangs up.
func (n *Node) begin(s *Session) error {
	n.mu.Lock()
	if n.closed {
		n.mu.Unlock()
		return ErrClosed
	}
	n.links[s.peer] = append(n.links[s.peer], s) // before the question, so that SetAccess reaches the link
	n.mu.Unlock()
	err := s.guard(func() error {
		access := n.handler.Authorize(s.peer, s.remote, s.outbound)
		s.access.CompareAndSwap(int32(undecided), int32(access)) // a SetAccess meanwhile knows better
		if s.Access() == Refused {
			return ErrRefused
		}
		s.said = n.handler.Hello(s.peer)
		s.said.ProtoMin, s.said.ProtoMax, s.said.Role = wire.Version, wire.Version, wire.RoleChat
		hello, err := wire.AppendFrame(nil, &s.said)
		if err == nil {
			s.queue.try(hello)
		}
		return err
	})
	if err != nil {
		n.remove(s)
		return err
	}
	n.applyAccess(s, s.Access())
	return nil
}

// applyAccess makes the slot of a link agree with its access.
func (n *Node) applyAccess(s *Session, access Access) {
	if access == Refused {
		s.end(ErrRefused, nil)
		return
	}
	n.gate.update(s.slot, func() bool { return s.Access() != Contact })
}

// remove forgets a link that has ended and reports whether it was up.
func (n *Node) remove(s *Session) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	links := slices.DeleteFunc(n.links[s.peer], func(o *Session) bool { return o == s })
	if n.links[s.peer] = links; len(links) == 0 {
		delete(n.links, s.peer)
	}
	return s.up
}

// liveLocked reports whether the link can carry messages.
func (s *Session) liveLocked() bool { return s.up && !s.yields && !s.isEnding() }
