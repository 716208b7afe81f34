package messenger

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"earshot/internal/identity"
	"earshot/internal/msgid"
	"earshot/internal/store"
	"earshot/netcore/wire"
)

// world is a network in memory on which messengers with real stores dial each
// other. Frames cross it encoded. It is made for synctest bubbles.
type world struct {
	t     testing.TB
	mu    sync.Mutex
	nodes map[netip.AddrPort]*node
	byID  map[identity.DeviceID]*node
	links []*memLink
	drop  func(from *node, m wire.Message) bool // true: the frame is lost with its link alive
	deaf  *node                                 // answers no Ping
	slow  time.Duration                         // but after this time, if it is set
	// strict: what a session refuses of strangers and blocked devices is refused.
	strict bool
	weather
}

// node is one device of a world; it survives restarts of its messenger.
type node struct {
	w    *world
	name string
	id   identity.DeviceID
	addr netip.AddrPort
	dir  string
	db   *store.DB
	m    *Messenger
	up   bool // can dial and be dialled; guarded by world.mu

	dead   atomic.Bool      // crashed; see memLink.lost
	skew   atomic.Int64     // of its clock, in nanoseconds
	read   atomic.Int64     // how often the clock was read
	fitted func(*Messenger) // called before a new messenger meets the network; may be nil
}

// clock is the wall clock of a node.
func (n *node) clock() time.Time {
	n.read.Add(1)
	return time.Now().Add(time.Duration(n.skew.Load()))
}

func newWorld(t testing.TB) *world {
	return &world{t: t, nodes: map[netip.AddrPort]*node{}, byID: map[identity.DeviceID]*node{}}
}

func (w *world) node(name string) *node { return w.nodeIn(name, w.t.TempDir()) }

// nodeIn is node with its home folder given.
func (w *world) nodeIn(name, dir string) *node {
	w.t.Helper()
	n := w.newNode(name, dir)
	n.start()
	w.t.Cleanup(n.stop)
	return n
}

// newNode returns a node that has not started.
func (w *world) newNode(name, dir string) *node {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := &node{w: w, name: name, dir: dir}
	n.id[0], n.id[1] = byte(len(w.nodes)+1), name[0]
	n.addr = netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(len(w.nodes) + 1)}), 7342)
	w.nodes[n.addr], w.byID[n.id] = n, n
	return n
}

func (n *node) start() {
	n.w.t.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, n.dir, n.id, store.Options{Now: n.clock})
	if err != nil {
		n.w.t.Fatal(err)
	}
	m, err := New(ctx, Config{Self: n.id, Kind: "desktop", Version: "test", Name: n.name, Store: db, BootID: 1, Now: n.clock})
	if err != nil {
		n.w.t.Fatal(err)
	}
	n.w.mu.Lock()
	n.db, n.m = db, m
	n.w.mu.Unlock()
	if n.fitted != nil {
		n.fitted(m)
	}
	n.reachable(true)
	m.Connect(n, nil)
}

// stop ends the messenger as a process ends: links fall, memory is lost.
func (n *node) stop() {
	if n.db == nil {
		return
	}
	n.reachable(false)
	n.cut()
	n.m.Close()
	if err := n.db.Close(); err != nil {
		n.w.t.Error(err)
	}
	n.db = nil
}

func (n *node) reachable(up bool) {
	n.w.mu.Lock()
	defer n.w.mu.Unlock()
	n.up = up
}

func (n *node) restart() { n.stop(); n.start() }

// cut ends all links of a node.
func (n *node) cut() {
	n.w.mu.Lock()
	var mine []*memLink
	for _, l := range n.w.links {
		if l.owner == n || l.other.owner == n {
			mine = append(mine, l)
		}
	}
	n.w.mu.Unlock()
	for _, l := range mine {
		l.end()
	}
	for _, l := range mine {
		<-l.gone
		<-l.other.gone
	}
}

// sees tells two nodes of each other as discovery would.
func (n *node) sees(o *node) {
	n.m.HintFound(Hint{Label: "label-" + o.name, Name: o.name, Kind: "desktop", Addrs: []netip.AddrPort{o.addr}})
}

// addresses lists where a node is.
func (w *world) addresses(n *node) []netip.AddrPort { return []netip.AddrPort{n.addr} }

func (n *node) peer(addrs []netip.AddrPort) (*node, error) {
	n.w.mu.Lock()
	defer n.w.mu.Unlock()
	for _, a := range addrs {
		if o := n.w.nodes[a]; o != nil && o.up && n.up {
			return o, nil
		}
	}
	return nil, errors.New("nobody there")
}

// Dial, Look, SetContact and Shun make a node a Network.
func (n *node) Dial(ctx context.Context, want identity.DeviceID, addrs []netip.AddrPort) error {
	n.w.mu.Lock()
	n.w.dials++
	n.w.mu.Unlock()
	o, m, err := n.answering(ctx, addrs)
	if err != nil {
		return err
	}
	switch {
	case o.id != want && m.Hides():
		return ErrSilent
	case o.id != want:
		return fmt.Errorf("%w: %s", ErrWrongDevice, o.name)
	case n.w.strict || m.Hides():
		if _, ok := m.Admit(n.id, false); !ok {
			return errors.New("it closed without a Hello")
		}
	}
	a, b := n.w.pair(n, o)
	a.run()
	b.run()
	return nil
}

func (n *node) Look(ctx context.Context, addrs []netip.AddrPort) (Seen, error) {
	o, m, err := n.answering(ctx, addrs)
	if err != nil {
		return Seen{}, err
	}
	n.w.mu.Lock()
	n.w.looks++
	n.w.mu.Unlock()
	if m.Hides() {
		return Seen{}, ErrSilent
	}
	return Seen{ID: o.id, Hello: m.HelloFor(n.id), Addr: o.addr}, nil
}

func (n *node) SetContact(identity.DeviceID, bool) {}

func (n *node) Shun(id identity.DeviceID) {
	n.w.mu.Lock()
	defer n.w.mu.Unlock()
	for _, l := range n.w.links {
		if l.owner == n && l.other.owner.id == id {
			go l.hangUp()
		}
	}
}

// send writes a text as a person would.
func (n *node) send(o *node, text string) Message {
	n.w.t.Helper()
	msg, err := n.m.Send(context.Background(), Outgoing{ID: msgid.New(time.Now()), To: o.id, Text: text})
	if err != nil {
		n.w.t.Fatalf("%s: %v", n.name, err)
	}
	return msg
}

func (n *node) allow(o *node) {
	n.w.t.Helper()
	if err := n.m.Allow(context.Background(), o.id); err != nil {
		n.w.t.Fatalf("%s allows %s: %v", n.name, o.name, err)
	}
}

// texts returns the conversation with o, each line marked with its direction.
func (n *node) texts(o *node) []string {
	n.w.t.Helper()
	msgs, err := n.m.History(context.Background(), Page{Peer: o.id})
	if err != nil {
		n.w.t.Fatal(err)
	}
	out := []string{}
	for _, m := range msgs {
		mark := "< "
		if m.Outgoing {
			mark = "> "
		}
		out = append(out, mark+m.Text)
	}
	return out
}

func (n *node) waiting() int {
	n.w.t.Helper()
	msgs, err := n.m.Outbox(context.Background())
	if err != nil {
		n.w.t.Fatal(err)
	}
	return len(msgs)
}

// friends makes two nodes that see each other and have accepted each other.
func friends(t *testing.T) (w *world, a, b *node) {
	t.Helper()
	w = newWorld(t)
	a, b = w.node("anna"), w.node("bert")
	a.sees(b)
	b.sees(a)
	synctest.Wait()
	a.send(b, "may I?")
	settle()
	b.allow(a)
	settle()
	return w, a, b
}

// settle lets everything that is due in the next seconds happen.
func settle() {
	synctest.Wait()
	<-time.After(3 * time.Second) // in a bubble: no real time
	synctest.Wait()
}
