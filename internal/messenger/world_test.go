package messenger

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
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
	t     *testing.T
	mu    sync.Mutex
	nodes map[netip.AddrPort]*node
	byID  map[identity.DeviceID]*node
	links []*memLink
	drop  func(from *node, m wire.Message) bool // true: the frame is lost with its link alive
	deaf  *node                                 // answers no Ping
	slow  time.Duration                         // but after this time, if it is set
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
}

func newWorld(t *testing.T) *world {
	return &world{t: t, nodes: map[netip.AddrPort]*node{}, byID: map[identity.DeviceID]*node{}}
}

func (w *world) node(name string) *node {
	w.t.Helper()
	n := &node{w: w, name: name, dir: w.t.TempDir()}
	n.id[0], n.id[1] = byte(len(w.nodes)+1), name[0]
	n.addr = netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(len(w.nodes) + 1)}), 7342)
	w.nodes[n.addr], w.byID[n.id] = n, n
	n.start()
	w.t.Cleanup(n.stop)
	return n
}

func (n *node) start() {
	n.w.t.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, n.dir, n.id, store.Options{})
	if err != nil {
		n.w.t.Fatal(err)
	}
	m, err := New(ctx, Config{Self: n.id, Kind: "desktop", Version: "test", Name: n.name, Store: db, BootID: 1})
	if err != nil {
		n.w.t.Fatal(err)
	}
	n.w.mu.Lock()
	n.db, n.m, n.up = db, m, true
	n.w.mu.Unlock()
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
func (n *node) Dial(_ context.Context, want identity.DeviceID, addrs []netip.AddrPort) error {
	o, err := n.peer(addrs)
	if err != nil {
		return err
	}
	if o.id != want {
		return fmt.Errorf("%w: %s", ErrWrongDevice, o.name)
	}
	a, b := n.w.pair(n, o)
	a.run()
	b.run()
	return nil
}

func (n *node) Look(_ context.Context, addrs []netip.AddrPort) (Seen, error) {
	o, err := n.peer(addrs)
	if err != nil {
		return Seen{}, err
	}
	return Seen{ID: o.id, Hello: o.m.HelloFor(n.id), Addr: o.addr}, nil
}

func (n *node) SetContact(identity.DeviceID, bool) {}

func (n *node) Shun(id identity.DeviceID) {
	n.w.mu.Lock()
	defer n.w.mu.Unlock()
	for _, l := range n.w.links {
		if l.owner == n && l.other.owner.id == id {
			go l.end()
		}
	}
}

// memLink is one end of a link.
type memLink struct {
	owner *node
	m     *Messenger
	other *memLink
	hello wire.Hello
	out   bool
	queue chan []byte
	once  sync.Once
	done  chan struct{} // the link is ending
	gone  chan struct{} // LinkClosed has returned
}

const memQueue = 256

func (w *world) pair(dialler, listener *node) (*memLink, *memLink) {
	a := &memLink{owner: dialler, m: dialler.m, out: true, queue: make(chan []byte, memQueue), done: make(chan struct{}), gone: make(chan struct{})}
	b := &memLink{owner: listener, m: listener.m, queue: make(chan []byte, memQueue), done: make(chan struct{}), gone: make(chan struct{})}
	a.other, b.other = b, a
	a.hello, b.hello = listener.m.HelloFor(dialler.id), dialler.m.HelloFor(listener.id)
	w.mu.Lock()
	w.links = append(w.links, a, b)
	w.mu.Unlock()
	return a, b
}

func (l *memLink) Peer() identity.DeviceID { return l.other.owner.id }
func (l *memLink) Hello() wire.Hello       { return l.hello }
func (l *memLink) Remote() netip.AddrPort  { return l.other.owner.addr }
func (l *memLink) Outbound() bool          { return l.out }
func (l *memLink) Done() <-chan struct{}   { return l.done }
func (l *memLink) Close(wire.ByeReason)    { go l.end() }

func (l *memLink) Ping(ctx context.Context) error {
	w := l.owner.w
	w.mu.Lock()
	deaf, slow := w.deaf, w.slow
	w.mu.Unlock()
	if deaf != l.other.owner {
		return nil
	}
	var pong <-chan time.Time
	if slow > 0 {
		pong = time.After(slow)
	}
	select {
	case <-pong:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *memLink) end() {
	for _, x := range []*memLink{l, l.other} {
		x.once.Do(func() { close(x.done) })
	}
}

var errLinkEnded = errors.New("the link has ended")

func (l *memLink) Send(ctx context.Context, m wire.Message) error {
	w := l.owner.w
	w.mu.Lock()
	drop := w.drop
	w.mu.Unlock()
	if drop != nil && drop(l.owner, m) {
		return nil
	}
	frame, err := wire.AppendFrame(nil, m)
	if err != nil {
		return err
	}
	select {
	case l.other.queue <- frame:
		return nil
	case <-l.done:
		return errLinkEnded
	case <-ctx.Done():
		return ctx.Err()
	}
}

// run is the reading goroutine of a link.
func (l *memLink) run() {
	l.m.LinkUp(l)
	go func() {
		defer close(l.gone)
		defer l.m.LinkClosed(l)
		for {
			select {
			case <-l.done:
				return
			case frame := <-l.queue:
				msg, err := wire.Decode(wire.Type(frame[4]), frame[5:])
				if err == nil {
					err = l.m.Handle(l, msg)
				}
				if err != nil {
					l.owner.w.t.Errorf("%s: %v", l.owner.name, err)
				}
			}
		}
	}()
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
