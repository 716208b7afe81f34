package hostile_test

import (
	"context"
	"io"
	"net"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"earshot/internal/hostile"
	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/trust"
)

// between lets something sit at an address of its own until the test ends.
func between(t *testing.T, serve func(context.Context, net.Listener)) (addr string) {
	t.Helper()
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); serve(ctx, ln) }()
	t.Cleanup(func() { cancel(); <-done })
	return ln.Addr().String()
}

// stage waits until the victim's pairing is at a stage, and returns it.
func (v *victim) stage(want messenger.PairStage) messenger.Pairing {
	v.t.Helper()
	return *v.wait("pairing at "+string(want), func(e messenger.Event) bool {
		return e.Kind == messenger.EventPairing && (e.Pairing.Stage == want || e.Pairing.Over())
	}).Pairing
}

func (v *victim) says(p messenger.Pairing, c messenger.PairChoice) {
	v.t.Helper()
	if _, err := v.e.AnswerPair(v.t.Context(), p.Serial, c); err != nil {
		v.t.Fatal(err)
	}
}

func (v *victim) trusts(id hostile.ID) trust.Level {
	v.t.Helper()
	peers, err := v.e.Peers(v.t.Context())
	if err != nil {
		v.t.Fatal(err)
	}
	for _, p := range peers {
		if p.ID == identity.DeviceID(id) {
			return p.Level
		}
	}
	return trust.Stranger
}

// TestManInTheMiddleRelays: a device in the middle passes the frames on, as they are or
// changed. Those of pairing do not fit the other link, and nobody is verified.
func TestManInTheMiddleRelays(t *testing.T) {
	t.Parallel()
	pairing := func(f hostile.Frame) bool { return f.Type >= hostile.PairStart && f.Type <= hostile.PairProof }
	var held []hostile.Frame // of the dialler's goroutine
	for name, change := range map[string]func(bool, hostile.Frame) []hostile.Frame{
		"as they are": nil,
		"twice":       func(_ bool, f hostile.Frame) []hostile.Frame { return []hostile.Frame{f, f} },
		"with blocks of its own": func(_ bool, f hostile.Frame) []hostile.Frame {
			if pairing(f) && f.Type != hostile.PairAbort {
				f.Body = block()
			}
			return []hostile.Frame{f}
		},
		"the next one first": func(fromDialler bool, f hostile.Frame) []hostile.Frame {
			if !fromDialler || f.Type != hostile.PairReveal {
				return []hostile.Frame{f}
			}
			held = append(held, f)
			return []hostile.Frame{{Type: hostile.PairConfirm, Body: f.Body}, f}
		},
	} {
		t.Run(name, func(t *testing.T) { relayed(t, change) })
	}
	if len(held) == 0 {
		t.Error("no frame was held back")
	}
}

// relayed has two victims pair through a device in the middle that changes frames.
func relayed(t *testing.T, change func(bool, hostile.Frame) []hostile.Frame) {
	i, r := newVictim(t, nil), newVictim(t, nil)
	m := &hostile.Middle{Key: hostile.NewKey(), To: r.addr, Change: change}
	them, err := i.e.Add(t.Context(), between(t, m.Serve))
	if err != nil {
		t.Fatal(err)
	}
	if them.ID != identity.DeviceID(m.Key.ID) {
		t.Fatal("the one in the middle shows another key than its own")
	}
	if _, err := i.e.Pair(t.Context(), them.ID); err != nil {
		t.Fatal(err)
	}
	r.says(r.stage(messenger.PairAsked), messenger.PairContinue)
	if p := r.stage(messenger.PairFailed); p.Reason != messenger.PairForged {
		t.Errorf("the responder is at %q, %q", p.Stage, p.Reason)
	}
	if p, err := i.e.Pairing(t.Context()); err != nil || p.Stage == messenger.PairVerified {
		t.Errorf("the initiator is at %q, %v", p.Stage, err)
	}
	if i.trusts(m.Key.ID) != trust.Stranger || r.trusts(m.Key.ID) != trust.Stranger {
		t.Error("somebody is a contact")
	}
}

// TestManInTheMiddlePairsWithBoth: it completes every step with each of the two. The
// six digits on the screens differ; once a person says so, nobody is verified, and
// the device is not heard for a while.
func TestManInTheMiddlePairsWithBoth(t *testing.T) {
	t.Parallel()
	for range 3 {
		i, r := newVictim(t, nil), newVictim(t, nil)
		m := newMan(t, i, r)
		m.meetI(func(Block) Block { return hostile.NewBlock() })
		m.meetR(hostile.NewBlock())
		if m.codeI == m.codeR || len(m.codeI) != 6 || len(m.codeR) != 6 {
			t.Errorf("codes %q and %q", m.codeI, m.codeR)
		}
		if m.pairI.Code != m.codeI || m.pairR.Code != m.codeR {
			t.Errorf("the screens show %q and %q, by the protocol it is %q and %q", m.pairI.Code, m.pairR.Code, m.codeI, m.codeR)
		}
		i.says(m.pairI, messenger.PairNoMatch)
		r.says(m.pairR, messenger.PairNoMatch)
		for _, l := range []*hostile.Link{m.i, m.r} {
			if _, f, err := l.Until(hostile.PairAbort); err != nil || f.Uint(1) != 2 {
				t.Errorf("not told that the codes differ: %v, %v", f, err)
			}
		}
		if err := m.r.SendBlock(hostile.PairStart, hostile.NewBlock()); err != nil {
			t.Fatal(err)
		}
		if _, f, err := m.r.Until(hostile.PairAbort); err != nil || f.Uint(1) != 4 {
			t.Errorf("asks again and is answered %v, %v, want busy", f, err)
		}
		if i.trusts(m.key.ID) != trust.Stranger || r.trusts(m.key.ID) != trust.Stranger {
			t.Error("somebody is a contact")
		}
	}
}

// Block is one of pairing.
type Block = hostile.Block

// man is in the middle of two victims: responder towards i, initiator towards r.
type man struct {
	t            *testing.T
	key          *hostile.Key
	vi, vr       *victim
	i, r         *hostile.Link
	pairI, pairR messenger.Pairing
	codeI, codeR string // as the protocol says
}

// newMan has both victims linked to one key, at whose address i has pressed "Pair".
func newMan(t *testing.T, i, r *victim) *man {
	t.Helper()
	m := &man{t: t, key: hostile.NewKey(), vi: i, vr: r}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	m.i, m.r = i.dial(m.key), r.dial(m.key)
	_, err := m.i.Greet(hostile.HelloFields("rosa", 1, false))
	must(err)
	_, err = m.r.Greet(hostile.HelloFields("ivan", 1, false))
	must(err)
	_, err = m.i.Fence()
	must(err)
	_, err = i.e.Pair(t.Context(), identity.DeviceID(m.key.ID))
	must(err)
	return m
}

// meetI answers the initiator with a nonce that may depend on its commitment.
func (m *man) meetI(nonce func(commit Block) Block) {
	m.t.Helper()
	must := m.must
	_, start, err := m.i.Until(hostile.PairStart)
	must(err)
	own := nonce(start.BlockIn())
	must(m.i.SendBlock(hostile.PairNonce, own))
	_, reveal, err := m.i.Until(hostile.PairReveal)
	must(err)
	ends, err := m.i.Ends(m.key.ID, false)
	must(err)
	if ends.Commit(reveal.BlockIn()) != start.BlockIn() {
		m.t.Error("an honest initiator does not keep to its commitment")
	}
	agreed, err := ends.Agree(start.BlockIn(), reveal.BlockIn(), own)
	must(err)
	m.codeI, m.pairI = agreed.Code, m.vi.stage(messenger.PairComparing)
}

// meetR pairs with the responder by a nonce.
func (m *man) meetR(own Block) {
	m.t.Helper()
	must := m.must
	ends, err := m.r.Ends(m.key.ID, true)
	must(err)
	must(m.r.SendBlock(hostile.PairStart, ends.Commit(own)))
	m.vr.says(m.vr.stage(messenger.PairAsked), messenger.PairContinue)
	_, nonce, err := m.r.Until(hostile.PairNonce)
	must(err)
	must(m.r.SendBlock(hostile.PairReveal, own))
	agreed, err := ends.Agree(ends.Commit(own), own, nonce.BlockIn())
	must(err)
	m.codeR, m.pairR = agreed.Code, m.vr.stage(messenger.PairComparing)
}

func (m *man) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

// TestReplayedPairing: a device pairs, by the protocol alone, and is verified. All
// that it sent, sent once more on another link by it or by anybody, is worth nothing.
func TestReplayedPairing(t *testing.T) {
	t.Parallel()
	v, key := newVictim(t, nil), hostile.NewKey()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	greet := func(key *hostile.Key) *hostile.Link {
		t.Helper()
		l := v.dial(key)
		_, err := l.Greet(hostile.HelloFields("ivan", 1, false))
		must(err)
		return l
	}
	l := greet(key)
	ends, err := l.Ends(key.ID, true)
	must(err)
	nI := hostile.NewBlock()
	must(l.SendBlock(hostile.PairStart, ends.Commit(nI)))
	p := v.stage(messenger.PairAsked)
	v.says(p, messenger.PairContinue)
	_, nonce, err := l.Until(hostile.PairNonce)
	must(err)
	must(l.SendBlock(hostile.PairReveal, nI))
	agreed, err := ends.Agree(ends.Commit(nI), nI, nonce.BlockIn())
	must(err)
	if p = v.stage(messenger.PairComparing); p.Code != agreed.Code {
		t.Fatalf("the screen shows %q, by the protocol it is %q", p.Code, agreed.Code)
	}
	must(l.SendBlock(hostile.PairConfirm, hostile.Confirmation(agreed.KI)))
	v.says(p, messenger.PairMatch)
	_, confirm, err := l.Until(hostile.PairConfirm)
	must(err)
	if confirm.BlockIn() != hostile.Confirmation(agreed.KR) {
		t.Error("the confirmation is not that of the protocol")
	}
	if p := v.stage(messenger.PairVerified); p.Stage != messenger.PairVerified || v.trusts(key.ID) != trust.Verified {
		t.Fatalf("at %q, %v", p.Stage, v.trusts(key.ID))
	}

	other := hostile.NewKey()
	l = greet(other)
	for _, f := range []struct {
		kind byte
		b    Block
	}{{hostile.PairStart, ends.Commit(nI)}, {hostile.PairReveal, nI}, {hostile.PairConfirm, hostile.Confirmation(agreed.KI)}} {
		must(l.SendBlock(f.kind, f.b))
		if f.kind == hostile.PairStart { // the person is fooled so far
			v.says(v.stage(messenger.PairAsked), messenger.PairContinue)
			_, _, err := l.Until(hostile.PairNonce)
			must(err)
		}
	}
	if p := v.stage(messenger.PairFailed); p.Reason != messenger.PairForged || v.trusts(other.ID) != trust.Stranger {
		t.Errorf("replayed: at %q, %q; %v", p.Stage, p.Reason, v.trusts(other.ID))
	}
}

// TestReplayedBytes: somebody keeps all bytes of a TCP connection between two contacts
// and sends them again. TLS takes them for nothing.
func TestReplayedBytes(t *testing.T) {
	t.Parallel()
	a, b := newVictim(t, nil), newVictim(t, nil)
	tape := &hostile.Tape{To: b.addr}
	them, err := a.e.Add(t.Context(), between(t, tape.Serve))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.e.Send(t.Context(), messenger.Outgoing{To: them.ID, Text: "may I?"}); err != nil {
		t.Fatal(err)
	}
	asks := b.wait("request", func(e messenger.Event) bool { return e.Kind == messenger.EventRequest }).Request
	if err := b.e.Allow(t.Context(), asks.Peer); err != nil {
		t.Fatal(err)
	}
	a.wait("delivery", func(e messenger.Event) bool {
		return e.Kind == messenger.EventState && e.Message.State == messenger.Delivered
	})
	b.wait("the link", func(e messenger.Event) bool { return e.Kind == messenger.EventMessage })
	before := b.dump()
	sent := tape.Sent()
	if len(sent) < 2 || len(sent[len(sent)-1]) < 1000 {
		t.Fatalf("%d connections on the tape", len(sent))
	}
	var all sync.WaitGroup
	for _, bytes := range slices.Concat(sent, sent) {
		all.Go(func() {
			raw, err := hostile.Connect(t.Context(), netip.Addr{}, b.addr)
			if err != nil {
				t.Error(err)
				return
			}
			defer raw.Close()
			_, _ = raw.Write(bytes) // it may hang up in the middle
			_ = raw.SetReadDeadline(time.Now().Add(hostile.Patience))
			_, _ = io.Copy(io.Discard, raw)
		})
	}
	all.Wait()
	if tables := changed(before, b.dump()); len(tables) > 0 {
		t.Errorf("replayed bytes have changed %v", tables)
	}
	msgs, err := b.e.History(t.Context(), messenger.Page{Peer: asks.Peer})
	if err != nil || len(msgs) != 1 {
		t.Errorf("%d messages, %v", len(msgs), err)
	}
}
