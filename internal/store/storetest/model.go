package storetest

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"earshot/internal/identity"
	"earshot/internal/msgid"
	"earshot/internal/store"
)

// number names one sequence number of one epoch.
type number struct{ epoch, seq uint64 }

// receiver is what a store should hold of one peer.
type receiver struct {
	peer  identity.DeviceID
	seen  map[number]msgid.ID // with the message it came with first; zero: gone
	rows  map[msgid.ID]store.Incoming
	known []msgid.ID // IDs that were sent, to send them again
}

// testReceiveModel sends random groups with duplicates, new numbers for old IDs,
// numbers that were declared gone and no numbers at all, and compares with sets.
func testReceiveModel(t *testing.T, open Open) {
	dir := t.TempDir()
	db := open(t, dir)
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		m := &receiver{peer: name("peer %d", run), seen: map[number]msgid.ID{}, rows: map[msgid.ID]store.Incoming{}}
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			switch rapid.IntRange(0, 9).Draw(rt, "step") {
			case 0:
				m.gone(rt, t, db)
			case 1:
				if run%10 == 0 {
					must(t, db.Close())
					db = open(t, dir)
				}
			default:
				m.receive(rt, t, db)
			}
		}
		m.check(t, db)
	})
}

func drawNumber(rt *rapid.T) number {
	n := number{rapid.Uint64Range(1, 3).Draw(rt, "epoch"), rapid.Uint64Range(0, 12).Draw(rt, "seq")}
	if n.seq == 0 {
		n.epoch = 0
	}
	return n
}

func (m *receiver) gone(rt *rapid.T, t *testing.T, db *store.DB) {
	epoch := rapid.Uint64Range(1, 3).Draw(rt, "gone epoch")
	lo := rapid.Uint64Range(1, 12).Draw(rt, "lo")
	hi := rapid.Uint64Range(1, 12).Draw(rt, "hi")
	must(t, db.MarkGone(t.Context(), m.peer, epoch, []store.Range{{Lo: lo, Hi: hi}}))
	for s := lo; s <= hi; s++ {
		m.see(number{epoch, s}, msgid.ID{})
	}
}

func (m *receiver) see(n number, id msgid.ID) {
	if _, before := m.seen[n]; !before {
		m.seen[n] = id
	}
}

func (m *receiver) receive(rt *rapid.T, t *testing.T, db *store.DB) {
	var group []store.Incoming
	var wantNew []bool
	for range rapid.IntRange(1, 5).Draw(rt, "group") {
		n := drawNumber(rt)
		in := incoming(m.peer, n.epoch, n.seq, fmt.Sprint("text ", len(m.known)), at(rapid.IntRange(0, 3).Draw(rt, "when")))
		if len(m.known) > 0 {
			if rapid.Bool().Draw(rt, "again") {
				in.ID = rapid.SampledFrom(m.known).Draw(rt, "id")
			}
			in.After = rapid.SampledFrom(m.known).Draw(rt, "after")
		}
		m.known = append(m.known, in.ID)
		row, here := m.rows[in.ID]
		_, before := m.seen[n]
		isNew := !here && !before
		wantNew = append(wantNew, isNew)
		if isNew {
			m.rows[in.ID] = in
		} else if here && row.Seq == 0 {
			row.Epoch, row.Seq = in.Epoch, in.Seq
			m.rows[in.ID] = row
		}
		if n.seq != 0 {
			m.see(n, in.ID)
		}
		group = append(group, in)
	}
	for i, r := range ok(db.Receive(t.Context(), group))(t) {
		if r.New != wantNew[i] || r.Message.ID != group[i].ID {
			rt.Fatalf("receipt %d: new %v, want %v", i, r.New, wantNew[i])
		}
	}
}

func (m *receiver) check(t *testing.T, db *store.DB) {
	t.Helper()
	seen := map[number]bool{}
	want := map[number]bool{}
	for n := range m.seen {
		want[n] = true
	}
	for _, s := range ok(db.Seen(t.Context(), m.peer))(t) {
		equalList(t, "seen is merged", store.MergeRanges(s.Ranges...), s.Ranges)
		equal(t, "message of the highest number", s.TopID, m.seen[number{s.Epoch, s.Top()}])
		for _, r := range s.Ranges {
			for q := r.Lo; q <= r.Hi; q++ {
				seen[number{s.Epoch, q}] = true
			}
		}
	}
	equal(t, "seen numbers", fmt.Sprint(seen), fmt.Sprint(want))
	history := ok(db.History(t.Context(), m.peer, msgid.ID{}, 0))(t)
	equal(t, "messages", len(history), len(m.rows))
	place := map[msgid.ID]int{}
	for i, got := range history {
		want := m.rows[got.ID]
		equal(t, "text", got.Text, want.Text)
		equal(t, "number", number{got.Epoch, got.Seq}, number{want.Epoch, want.Seq})
		place[got.ID] = i
	}
	equal(t, "display order", slices.IsSortedFunc(history, func(a, b store.Message) int {
		return cmp.Or(cmp.Compare(a.SortKey, b.SortKey), cmp.Compare(a.Seq, b.Seq))
	}), true)
	for _, got := range history {
		if got.SortKey < m.rows[got.ID].Clamped {
			t.Fatalf("sort key below its clock")
		}
	}
	equal(t, "unread", unread(t, db, m.peer), len(m.rows))
}

// testSendModel queues, acknowledges, begins epochs and restarts at random, and
// compares the outbox with a list.
func testSendModel(t *testing.T, open Open) {
	run := 0
	dir := t.TempDir()
	db := open(t, dir)
	rapid.Check(t, func(rt *rapid.T) {
		run++
		m := &sender{peers: []identity.DeviceID{name("x %d", run), name("y %d", run)}, given: map[string]msgid.ID{}}
		for range rapid.IntRange(1, 15).Draw(rt, "steps") {
			switch rapid.IntRange(0, 9).Draw(rt, "step") {
			case 0:
				epoch := ok(db.NewEpoch(t.Context()))(t)
				equal(t, "epoch", db.Epoch(), epoch)
			case 1:
				if run%10 == 0 {
					epoch := db.Epoch()
					must(t, db.Close())
					db = open(t, dir)
					equal(t, "epoch after a restart", db.Epoch(), epoch)
				}
			case 2, 3, 4:
				m.ack(rt, t, db)
			default:
				m.enqueue(rt, t, db)
			}
			m.check(t, db)
		}
		for _, w := range m.waiting { // leaves nothing to the next run
			ok(db.Acked(t.Context(), w.Peer, []msgid.ID{w.ID}, store.Delivered))(t)
		}
	})
}

// sender is what the outbox should hold.
type sender struct {
	peers   []identity.DeviceID
	waiting []store.NewMessage
	given   map[string]msgid.ID // by peer, epoch and number
}

func (m *sender) enqueue(rt *rapid.T, t *testing.T, db *store.DB) {
	w := written(rapid.SampledFrom(m.peers).Draw(rt, "peer"), fmt.Sprint(len(m.given)), at(rapid.IntRange(-9, 9).Draw(rt, "when")))
	got, added, err := db.Enqueue(t.Context(), w)
	must(t, err)
	equal(t, "added", added, true)
	page := ok(db.History(t.Context(), w.Peer, msgid.ID{}, 1))(t)
	equal(t, "own message is last", page[0].ID, got.ID)
	m.waiting = append(m.waiting, w)
}

func (m *sender) ack(rt *rapid.T, t *testing.T, db *store.DB) {
	if len(m.waiting) == 0 {
		return
	}
	i := rapid.IntRange(0, len(m.waiting)-1).Draw(rt, "which")
	w := m.waiting[i]
	equal(t, "changed", len(ok(db.Acked(t.Context(), w.Peer, []msgid.ID{w.ID, w.ID}, store.Delivered))(t)), 1)
	m.waiting = slices.Delete(m.waiting, i, i+1)
}

func (m *sender) check(t *testing.T, db *store.DB) {
	t.Helper()
	outbox := ok(db.Outbox(t.Context()))(t)
	equal(t, "outbox", len(outbox), len(m.waiting))
	last := map[identity.DeviceID]number{}
	for i, got := range outbox {
		equal(t, "order of the outbox", got.ID, m.waiting[i].ID)
		key := fmt.Sprint(got.Peer, got.Epoch, got.Seq)
		if other, taken := m.given[key]; taken && other != got.ID {
			t.Fatalf("number %d of epoch %x was given out twice", got.Seq, got.Epoch)
		}
		m.given[key] = got.ID
		if l := last[got.Peer]; l.epoch == got.Epoch && l.seq >= got.Seq {
			t.Fatalf("numbers of the outbox do not grow: %d behind %d", got.Seq, l.seq)
		}
		last[got.Peer] = number{got.Epoch, got.Seq}
		equal(t, "epoch of what waits", got.Epoch, db.Epoch())
	}
	for _, p := range m.peers {
		for _, e := range ok(db.OwnEpochs(t.Context(), p))(t) {
			if l := last[p]; l.epoch == e.Epoch && e.Top < l.seq {
				t.Fatalf("top %d is below the number %d", e.Top, l.seq)
			}
		}
	}
}
