package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"earshot/internal/identity"
	"earshot/internal/msgid"
	"earshot/internal/store"
)

// changed is a change that a person makes to a message.
func changed(m store.Message, kind store.Kind, text string) store.NewChange {
	return store.NewChange{ID: msgid.New(at(0)), Peer: m.Peer, Kind: kind, Target: m.ID, TargetMine: m.Outgoing, Text: text, HLC: hlc(at(0)), At: at(1)}
}

// comes is a change that a peer makes to a message.
func comes(m store.Message, kind store.Kind, seq uint64, clock int, text string) store.Incoming {
	in := incoming(m.Peer, 1, seq, text, at(clock))
	in.Kind, in.Target, in.TargetMine = kind, m.ID, m.Outgoing
	return in
}

// face is what a person sees of a message.
func face(m store.Message) string {
	return fmt.Sprintf("%q edited %t deleted %t %q %q", m.Text, !m.EditedAt.IsZero(), m.Deleted, m.Mine, m.Theirs)
}

func find(t testing.TB, db *store.DB, peer identity.DeviceID, id msgid.ID) store.Message {
	t.Helper()
	for _, m := range ok(db.History(t.Context(), peer, msgid.ID{}, 0))(t) {
		if m.ID == id {
			return m
		}
	}
	t.Fatalf("no message %s", id)
	return store.Message{}
}

func testOwnChanges(t *testing.T, open Open) {
	db, ctx, a := open(t, t.TempDir()), t.Context(), Device("a")
	m, _, err := db.Enqueue(ctx, written(a, "text", at(0)))
	must(t, err)
	ok(db.Acked(ctx, a, []msgid.ID{m.ID}, store.Delivered))(t)

	edit := changed(m, store.KindEdit, "better")
	for i := range 2 { // a repeated call changes once
		got, added, err := db.EnqueueChange(ctx, edit)
		must(t, err)
		equal(t, "added", added, i == 0)
		equal(t, "edited", face(got), `"better" edited true deleted false "" ""`)
		equal(t, "changing", got.Changing, true)
		equal(t, "state", got.State, store.Delivered)
	}
	_, added, err := db.EnqueueChange(ctx, changed(m, store.KindEdit, "better"))
	must(t, err)
	equal(t, "the same text again", added, false)
	// A clock that went back does not make the next edit an older one.
	back := changed(m, store.KindEdit, "best")
	back.HLC = 1
	got, _, err := db.EnqueueChange(ctx, back)
	must(t, err)
	equal(t, "edited again", got.Text, "best")

	waiting := ok(db.Pending(ctx, a, 0, 0))(t)
	equal(t, "waiting", len(waiting), 2)
	for i, w := range waiting {
		equal(t, "number", w.Seq, uint64(i+2))
		equal(t, "target", w.Target, m.ID)
		equal(t, "of mine", w.TargetMine, true)
	}
	after := ok(db.Acked(ctx, a, []msgid.ID{waiting[0].ID}, store.Delivered))(t)
	equal(t, "still changing", len(after), 0)
	after = ok(db.Acked(ctx, a, []msgid.ID{waiting[1].ID}, store.Delivered))(t)
	equal(t, "tells of its message", len(after), 1)
	equal(t, "which", after[0].ID, m.ID)
	equal(t, "changing", after[0].Changing, false)
	// The first edit counts no more and is not kept: a Resume is answered with Gone.
	own := ok(db.OwnHistory(ctx, a, db.Epoch(), []store.Range{{Lo: 1, Hi: 9}}, 0))(t)
	equalList(t, "kept", texts(own), []string{"best", "best"})

	got, _, err = db.EnqueueChange(ctx, changed(m, store.KindDelete, ""))
	must(t, err)
	equal(t, "taken back", face(got), `"" edited false deleted true "" ""`)
	own = ok(db.OwnHistory(ctx, a, db.Epoch(), []store.Range{{Lo: 1, Hi: 9}}, 0))(t)
	equal(t, "kept after the deletion", len(own), 1)
	equal(t, "kind", own[0].Kind, store.KindDelete)
	if _, _, err := db.EnqueueChange(ctx, changed(m, store.KindEdit, "x")); !errors.Is(err, store.ErrDeleted) {
		t.Errorf("edit of a deleted message: %v", err)
	}
	equal(t, "changes are no messages", len(ok(db.History(ctx, a, msgid.ID{}, 0))(t)), 1)
}

func testChangeRefuses(t *testing.T, open Open) {
	db, ctx, a := open(t, t.TempDir()), t.Context(), Device("a")
	ok(db.Accept(ctx, a))(t)
	mine, _, err := db.Enqueue(ctx, written(a, "mine", at(0)))
	must(t, err)
	theirs := ok(db.Receive(ctx, []store.Incoming{incoming(a, 1, 1, "theirs", at(0))}))(t)[0].Message
	ok(db.Receive(ctx, []store.Incoming{comes(mine, store.KindReact, 2, 1, "x")}))(t)
	for what, tt := range map[string]struct {
		c    store.NewChange
		want error
	}{
		"edit of the peer's":     {changed(theirs, store.KindEdit, "x"), store.ErrInvalid},
		"deletion of the peer's": {changed(theirs, store.KindDelete, ""), store.ErrInvalid},
		"edit without text":      {changed(mine, store.KindEdit, ""), store.ErrInvalid},
		"no kind of change":      {changed(mine, store.KindText, "x"), store.ErrInvalid},
		"nothing":                {changed(store.Message{Peer: a, ID: msgid.New(at(3)), Outgoing: true}, store.KindReact, "x"), store.ErrNotFound},
		"another conversation":   {changed(store.Message{Peer: Device("b"), ID: mine.ID, Outgoing: true}, store.KindEdit, "x"), store.ErrNotFound},
		"the other writer":       {changed(store.Message{Peer: a, ID: mine.ID}, store.KindReact, "x"), store.ErrNotFound},
	} {
		if _, _, err := db.EnqueueChange(ctx, tt.c); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", what, err, tt.want)
		}
	}
	must(t, db.SetLevel(ctx, a, 3))
	if _, _, err := db.EnqueueChange(ctx, changed(mine, store.KindReact, "x")); !errors.Is(err, store.ErrBlocked) {
		t.Errorf("of a blocked device: %v", err)
	}
	in := incoming(a, 1, 3, "x", at(0))
	in.Kind = store.KindEdit
	if _, err := db.Receive(ctx, []store.Incoming{in}); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("a change of nothing: %v", err)
	}
}

// A message that is taken back before it was delivered is not sent, nor are its
// edits; the peer's unread message that is taken back is not unread any more.
func testTakenBack(t *testing.T, open Open) {
	db, ctx, a := open(t, t.TempDir()), t.Context(), Device("a")
	m, _, err := db.Enqueue(ctx, written(a, "secret", at(0)))
	must(t, err)
	_, _, err = db.EnqueueChange(ctx, changed(m, store.KindEdit, "secret 2"))
	must(t, err)
	_, _, err = db.EnqueueChange(ctx, changed(m, store.KindDelete, ""))
	must(t, err)
	waiting := ok(db.Pending(ctx, a, 0, 0))(t)
	equal(t, "waiting", len(waiting), 1)
	equal(t, "kind", waiting[0].Kind, store.KindDelete)

	theirs := ok(db.Receive(ctx, []store.Incoming{incoming(a, 1, 1, "one", at(0)), incoming(a, 1, 2, "two", at(1))}))(t)
	r := ok(db.Receive(ctx, []store.Incoming{comes(theirs[0].Message, store.KindDelete, 3, 2, "")}))(t)[0]
	equal(t, "deleted", face(*r.Changed), `"" edited false deleted true "" ""`)
	equal(t, "unread", ok(db.Conversations(ctx))(t)[0].Unread, 1)
	again := ok(db.Receive(ctx, []store.Incoming{comes(theirs[0].Message, store.KindEdit, 4, 3, "back")}))(t)[0]
	if again.Changed != nil {
		t.Errorf("an edit brought it back: %s", face(*again.Changed))
	}
}

// Whatever order changes come in, and however often, the message looks the same
// at the end, also when they come before it.
func testChangesInAnyOrder(t *testing.T, open Open) {
	db, ctx, histories := open(t, t.TempDir()), t.Context(), 0
	rapid.Check(t, func(r *rapid.T) {
		histories++
		a := name("a%d", histories)
		ok(db.Accept(ctx, a))(t)
		first := incoming(a, 1, 1, "text", at(0))
		m := store.Message{Peer: a, ID: first.ID}
		all := []store.Incoming{first}
		text, emoji, edited, deleted := "text", "", false, false
		textAt, emojiAt := -1, -1
		for i := range rapid.IntRange(1, 5).Draw(r, "changes") {
			kind := rapid.SampledFrom([]store.Kind{store.KindEdit, store.KindEdit, store.KindReact, store.KindReact, store.KindDelete}).Draw(r, "kind")
			clock := rapid.IntRange(1, 3).Draw(r, "clock")*10 + i // never equal
			said := fmt.Sprintf("%d of %d", kind, i)
			c := comes(m, kind, uint64(i+2), clock, said)
			all = append(all, c)
			switch {
			case kind == store.KindDelete:
				deleted = true
			case kind == store.KindEdit && clock > textAt:
				text, textAt, edited = said, clock, true
			case kind == store.KindReact && clock > emojiAt:
				emoji, emojiAt = said, clock
			}
		}
		want := fmt.Sprintf("%q edited %t deleted %t %q %q", text, edited, deleted, "", emoji)
		if deleted {
			want = `"" edited false deleted true "" ""`
		}
		order := rapid.Permutation(append(slices.Clone(all), all...)).Draw(r, "order")
		for _, in := range order {
			ok(db.Receive(ctx, []store.Incoming{in}))(t)
		}
		if got := face(find(t, db, a, m.ID)); got != want {
			r.Fatalf("looks %s, want %s", got, want)
		}
		seen := ok(db.Seen(ctx, a))(t)
		if len(seen) != 1 || len(seen[0].Ranges) != 1 || seen[0].Top() != uint64(len(all)) {
			r.Fatalf("seen %+v of %d", seen, len(all))
		}
		for _, c := range ok(db.Conversations(ctx))(t) {
			if c.Contact.ID == a && c.Unread != btoi(!deleted) {
				r.Fatalf("%d unread", c.Unread)
			}
		}
	})
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Whoever gets a message that answers another gets the beginning of that too,
// whatever it was that brought the message up.
func testQuotes(t *testing.T, open Open) {
	db, ctx, a := open(t, t.TempDir()), t.Context(), Device("a")
	question, _, err := db.Enqueue(ctx, written(a, strings.Repeat("é", store.MaxQuoteBytes), at(0)))
	must(t, err)
	in := incoming(a, 1, 1, "answer", at(1))
	in.ReplyTo = question.ID
	seen := map[string]store.Message{"Receive": ok(db.Receive(ctx, []store.Incoming{in}))(t)[0].Message}
	seen["MarkRead"] = ok(db.MarkRead(ctx, a))(t)[0]
	seen["History"] = find(t, db, a, in.ID)
	seen["Message"] = ok(db.Message(ctx, a, in.ID))(t)
	seen["Find"] = ok(db.Find(ctx, in.ID))(t)[0]
	react := changed(seen["Message"], store.KindReact, "x")
	seen["EnqueueChange"], _, err = db.EnqueueChange(ctx, react)
	must(t, err)
	seen["Acked"] = ok(db.Acked(ctx, a, []msgid.ID{react.ID}, store.Delivered))(t)[0]
	seen["a change"] = *ok(db.Receive(ctx, []store.Incoming{comes(seen["Message"], store.KindEdit, 2, 9, "better")}))(t)[0].Changed
	again := incoming(a, 1, 3, "again", at(2))
	again.ReplyTo = question.ID
	ok(db.Receive(ctx, []store.Incoming{again}))(t)
	seen["MarkMessageRead"] = *ok(db.MarkMessageRead(ctx, a, again.ID))(t)
	own := written(a, "mine", at(3))
	own.ReplyTo = in.ID
	mine, _, err := db.Enqueue(ctx, own)
	must(t, err)
	equal(t, "of the peer's", mine.Quote != nil && !mine.Quote.Outgoing && mine.Quote.Text == "better", true)
	outbox := ok(db.Outbox(ctx))(t)
	seen["Outbox"] = outbox[len(outbox)-1]
	seen["Search"] = ok(db.Search(ctx, store.Query{Text: "mine"}))(t)[0].Message
	seen["Cancel"] = ok(db.Cancel(ctx, a, own.ID))(t)
	want := strings.Repeat("é", store.MaxQuoteBytes/2)
	for how, m := range seen {
		if m.Quote == nil || m.ReplyTo == question.ID && (m.Quote.Text != want || !m.Quote.Outgoing) {
			t.Errorf("%s: quote %+v", how, m.Quote)
		}
	}
	_, _, err = db.EnqueueChange(ctx, changed(question, store.KindDelete, ""))
	must(t, err)
	equal(t, "a deleted question", *find(t, db, a, in.ID).Quote, store.Quote{Outgoing: true, Deleted: true})
}
