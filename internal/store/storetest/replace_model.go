package storetest

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"earshot/internal/identity"
	"earshot/internal/msgid"
	"earshot/internal/store"
	"earshot/internal/trust"
)

// testReplaceModel gives two devices random histories with everything that a
// history can have, also IDs that both used, and joins them. What a person sees is
// the sum of both, what waits is the texts that waited in their order, and the
// store works on as it does for anybody.
func testReplaceModel(t *testing.T, open Open) {
	db, run := open(t, t.TempDir()), 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		ctx := t.Context()
		old, next := name("old %d", run), name("next %d", run)
		must(t, db.SetLevel(ctx, old, trust.Verified))
		must(t, db.SetLevel(ctx, next, trust.Verified))
		p := &couple{t: t, db: db, seqs: map[identity.DeviceID]uint64{}}
		for i := range rapid.IntRange(0, 16).Draw(rt, "steps") {
			peer := rapid.SampledFrom([]identity.DeviceID{old, old, next}).Draw(rt, "peer")
			p.step(rt, peer, i)
		}
		faces := slices.Concat(p.faces(old), p.faces(next))
		answers := []map[msgid.ID]string{p.quotes(old), p.quotes(next)}
		unread := p.unread(old) + p.unread(next)
		waits := slices.Concat(p.waitingTexts(next), p.waitingTexts(old))
		seen := fmt.Sprint(ok(db.Seen(ctx, old))(t), ok(db.Seen(ctx, next))(t))

		must(t, db.Replace(ctx, old, next))
		slices.Sort(faces)
		joined := p.faces(next)
		slices.Sort(joined)
		equalList(t, "what is seen", joined, faces)
		quotes := p.quotes(next)
		for _, before := range answers { // one that answered nothing here may do so now
			for id, text := range before {
				equal(t, "quote", quotes[id], text)
			}
		}
		equal(t, "left", len(p.faces(old)), 0)
		equal(t, "unread", p.unread(next), unread)
		equalList(t, "what waits", p.waitingTexts(next), waits)
		equal(t, "numbers that were seen", fmt.Sprint(ok(db.Seen(ctx, old))(t), ok(db.Seen(ctx, next))(t)), seen)
		p.checkOutbox(next)
		p.checkOutbox(old)
		for _, peer := range []identity.DeviceID{old, next} {
			texts := 0
			for _, m := range ok(db.History(ctx, peer, msgid.ID{}, 0))(t) {
				if !m.Deleted {
					texts++
				}
			}
			hits := ok(db.Search(ctx, store.Query{Text: "needle", Peer: peer}))(t)
			if len(hits) != texts {
				t.Fatalf("old %t: found %+v, want %d of %+v", peer == old, hits, texts, ok(db.History(ctx, peer, msgid.ID{}, 0))(t))
			}
		}
		p.step(rt, next, 100) // it goes on
		must(t, db.DropContact(ctx, next))
		equal(t, "after it was dropped", len(p.faces(next))+len(ok(db.Pending(ctx, next, 0, 0))(t)), 0)
	})
}

// couple is the store with the histories of two devices.
type couple struct {
	t    *testing.T
	db   *store.DB
	seqs map[identity.DeviceID]uint64
	used []msgid.ID // of messages that came
}

// step does something to the conversation with a device.
func (p *couple) step(rt *rapid.T, peer identity.DeviceID, i int) {
	t, ctx := p.t, p.t.Context()
	shown := ok(p.db.History(ctx, peer, msgid.ID{}, 0))(t)
	switch what := rapid.IntRange(0, 9).Draw(rt, "what"); {
	case what <= 2:
		in := incoming(peer, 1, 0, fmt.Sprint("needle in ", i), at(i))
		if rapid.IntRange(0, 4).Draw(rt, "numbered") > 0 {
			p.seqs[peer]++
			in.Seq = p.seqs[peer]
		}
		if len(p.used) > 0 && rapid.IntRange(0, 3).Draw(rt, "same ID") == 0 {
			in.ID = rapid.SampledFrom(p.used).Draw(rt, "ID")
		}
		p.used = append(p.used, in.ID)
		ok(p.db.Receive(ctx, []store.Incoming{in}))(t)
	case what <= 4:
		m := written(peer, fmt.Sprint("needle out ", i), at(i))
		if len(shown) > 0 {
			m.ReplyTo = rapid.SampledFrom(shown).Draw(rt, "answers").ID
		}
		_, _, err := p.db.Enqueue(ctx, m)
		must(t, err)
	case what == 5:
		waiting := ok(p.db.Pending(ctx, peer, 0, 0))(t)
		if len(waiting) > 0 {
			ok(p.db.Acked(ctx, peer, []msgid.ID{rapid.SampledFrom(waiting).Draw(rt, "acknowledged").ID}, store.Delivered))(t)
		}
	case len(shown) == 0:
	case what == 6:
		must(t, second(p.db.MarkMessageRead(ctx, peer, rapid.SampledFrom(shown).Draw(rt, "read").ID)))
	case what == 7:
		m := rapid.SampledFrom(shown).Draw(rt, "removed")
		_ = p.db.Remove(ctx, peer, m.ID, m.Outgoing) // it may wait
	case what == 8:
		m := rapid.SampledFrom(shown).Draw(rt, "changed")
		c := changed(m, rapid.SampledFrom([]store.Kind{store.KindEdit, store.KindDelete, store.KindReact}).Draw(rt, "kind"), fmt.Sprint("needle ", i))
		if c.Kind == store.KindDelete {
			c.Text = ""
		}
		_, _, _ = p.db.EnqueueChange(ctx, c) // it may be the peer's, or deleted
	default:
		m := rapid.SampledFrom(shown).Draw(rt, "changed there")
		kind := store.KindReact
		if !m.Outgoing && rapid.Bool().Draw(rt, "edit") {
			kind = store.KindEdit
		}
		p.seqs[peer]++
		ok(p.db.Receive(ctx, []store.Incoming{comes(m, kind, p.seqs[peer], i, fmt.Sprint("needle ", i))}))(t)
	}
}

func second[T any](_ T, err error) error { return err }

// faces is what a person sees of a conversation, without its order.
func (p *couple) faces(peer identity.DeviceID) []string {
	out := []string{}
	for _, m := range ok(p.db.History(p.t.Context(), peer, msgid.ID{}, 0))(p.t) {
		out = append(out, fmt.Sprint(face(m), m.Outgoing, m.State, m.StoredAt))
	}
	return out
}

// quotes are what the messages of this device answer, where that is here.
func (p *couple) quotes(peer identity.DeviceID) map[msgid.ID]string {
	out := map[msgid.ID]string{}
	for _, m := range ok(p.db.History(p.t.Context(), peer, msgid.ID{}, 0))(p.t) {
		if m.Outgoing && m.Quote != nil {
			out[m.ID] = m.Quote.Text
		}
	}
	return out
}

func (p *couple) unread(peer identity.DeviceID) int {
	for _, c := range ok(p.db.Conversations(p.t.Context()))(p.t) {
		if c.Contact.ID == peer {
			return c.Unread
		}
	}
	return 0
}

// waitingTexts are the texts in the outbox, in their order.
func (p *couple) waitingTexts(peer identity.DeviceID) []string {
	out := []string{}
	for _, w := range ok(p.db.Pending(p.t.Context(), peer, 0, 0))(p.t) {
		if !w.Kind.IsChange() {
			out = append(out, w.Text)
		}
	}
	return out
}

// checkOutbox sees that numbers ascend and that each change is about a message that
// waits before it or was sent.
func (p *couple) checkOutbox(peer identity.DeviceID) {
	t, last := p.t, uint64(0)
	t.Helper()
	for _, w := range ok(p.db.Pending(t.Context(), peer, 0, 0))(t) {
		if w.Epoch != p.db.Epoch() || w.Seq <= last || w.Peer != peer {
			t.Fatalf("%+v waits behind number %d", w, last)
		}
		last = w.Seq
	}
	tops := ok(p.db.OwnEpochs(t.Context(), peer))(t)
	if len(tops) > 0 && tops[len(tops)-1].Top < last {
		t.Fatalf("number %d was not given out: %+v", last, tops)
	}
	for _, m := range ok(p.db.History(t.Context(), peer, msgid.ID{}, 0))(t) {
		changing := false
		for _, w := range ok(p.db.Pending(t.Context(), peer, 0, 0))(t) {
			changing = changing || w.Target == m.ID && w.TargetMine == m.Outgoing
		}
		equal(t, "changing", m.Changing, changing)
	}
}
