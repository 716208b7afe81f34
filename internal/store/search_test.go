package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"earshot/internal/identity"
	"earshot/internal/msgid"
	"earshot/internal/words"
)

// searched is a store whose peers have written.
type searched struct {
	*DB
	seq map[identity.DeviceID]int
}

func openSearched(t *testing.T) *searched {
	return &searched{openInside(t, t.TempDir()), map[identity.DeviceID]int{}}
}

// came stores texts of a peer in one commit.
func (s *searched) came(t *testing.T, peer byte, texts ...string) {
	t.Helper()
	var group []Incoming
	for _, x := range texts {
		id := identity.DeviceID{peer}
		s.seq[id]++
		group = append(group, text(id, s.seq[id], x))
	}
	if _, err := s.Receive(t.Context(), group); err != nil {
		t.Fatal(err)
	}
}

// change runs fn in a transaction.
func (s *searched) change(t *testing.T, fn func(ctx context.Context, t *tx) error) {
	t.Helper()
	if err := s.write(t.Context(), "test", fn); err != nil {
		t.Fatal(err)
	}
}

// waiting is how many messages wait for the index.
func (s *searched) waiting(t *testing.T) (n int) {
	t.Helper()
	top, err := indexTop(t.Context(), s.readers)
	if err == nil {
		err = s.readers.QueryRowContext(t.Context(), `SELECT count(*) FROM message WHERE num > ?`, top).Scan(&n)
	}
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// found are the texts of the hits, newest first.
func (s *searched) found(t *testing.T, q Query) []string {
	t.Helper()
	hits, err := s.Search(t.Context(), q)
	if err != nil {
		t.Fatalf("search %q: %v", q.Text, err)
	}
	out := make([]string, len(hits))
	for i, h := range hits {
		out[i] = h.Text
	}
	return out
}

// want looks for a query and compares the hits.
func (s *searched) want(t *testing.T, query string, want ...string) {
	t.Helper()
	if got := s.found(t, Query{Text: query}); !slices.Equal(got, want) {
		t.Errorf("%s finds %q, want %q", query, got, want)
	}
}

// TestSearch finds the same while messages wait for the index, once they are in
// it, after a restart and by the migration.
func TestSearch(t *testing.T) {
	db := openSearched(t)
	texts := []string{
		"The quick brown Fox", "Café in der Straße", "CAFE, STRASSE!", "ёлка и Привет", "Елка", "ISTANBUL", "İstanbul’da",
		"我爱北京天安门", "东京在日本", "カタカナのラーメン", "กินข้าวแล้ว", "안녕하세요 여러분", "हिन्दी में", "שָׁלוֹם", "مُحَمَّد",
		"see http://foo.bar/x-y", "fine 👍🏽", "ＦＵＬＬ width", "a\x00b\xffc", "AND OR NOT NEAR", "word42", "",
	}
	db.came(t, 2, texts...)
	check := func(state string) {
		t.Run(state, func(t *testing.T) {
			for query, want := range map[string][]int{
				"fox quick": {0}, "FO": {15, 0}, "ox": nil, `"brown fox"`: {0}, `"fox brown"`: nil, `"brown fo"`: nil, "fox slow": nil,
				"café": {2, 1}, "cafe": {2, 1}, "strasse": {2, 1}, "straße": {2, 1}, "stra": {2, 1},
				"елка": {4, 3}, "Ёлка": {4, 3}, "ПРИВ": {3}, "istanbul": {6, 5}, "ıstanbul": {6, 5},
				"北京": {7}, "京": {8, 7}, "京北": nil, "天安门": {7}, "東京": nil, "ラーメン": {9}, "ﾗｰﾒﾝ": {9}, "らーめん": nil,
				"ข้าว": {10}, "กิน": {10}, "안녕": {11}, "녕": nil, "हिन्दी": {12}, "हिन": {12}, "שלום": {13}, "محمد": {14},
				"foo.bar": {15}, "bar.foo": nil, "http://foo.bar": {15}, "👍": {16}, "full": {17}, "c": {18, 2, 1}, "b a": {18},
				"AND": {19}, "or not": {19}, "NEAR(and)": nil, "NEAR(a)": nil, "words:and": nil, "^the": {0}, "-fox": {0}, "fox*": {0}, `"fox`: {0},
				"@02": nil, strings.Repeat("ab", 32): nil, "word": {20}, "word4": {20}, "'; DROP TABLE message": nil,
			} {
				var expected []string
				for _, i := range want {
					expected = append(expected, texts[i])
				}
				db.want(t, query, expected...)
			}
		})
	}
	check("waiting")
	db.change(t, indexTail)
	if n := db.waiting(t); n != 0 {
		t.Fatalf("%d messages wait still", n)
	}
	check("indexed")
	db.Close()
	db.DB = openInside(t, db.dir)
	check("after a restart")
	db.change(t, func(ctx context.Context, t *tx) error {
		for _, drop := range []string{`DROP TRIGGER message_gone`, `DROP TABLE message_words`} {
			if _, err := t.exec(ctx, drop); err != nil {
				return err
			}
		}
		return indexHistory(ctx, t.conn)
	})
	if n := db.waiting(t); n != 0 {
		t.Errorf("%d messages wait after the migration", n)
	}
	check("migrated")
}

// TestSearchHit: a hit is the message as History has it.
func TestSearchHit(t *testing.T) {
	db := openSearched(t)
	m, _, err := db.Enqueue(t.Context(), NewMessage{ID: msgid.ID{7}, Peer: identity.DeviceID{2}, Text: "mine"})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		hits, err := db.Search(t.Context(), Query{Text: "mine"})
		if err != nil || len(hits) != 1 || hits[0].Message != m {
			t.Errorf("%+v, want %+v (%v)", hits, m, err)
		}
		db.change(t, indexTail)
	}
}

// TestSearchPages: pages go on where the last one ended, over the border between
// the index and what waits for it, whatever is stored meanwhile.
func TestSearchPages(t *testing.T) {
	db := openSearched(t)
	const n = 3*maxTail + 10
	var want []string
	for i := range n {
		x := fmt.Sprintf("common number%d", i)
		if i%3 == 0 {
			x = "other"
		} else {
			want = append(want, x)
		}
		db.came(t, byte(2+i%2), x)
	}
	if w := db.waiting(t); w != 10 {
		t.Fatalf("%d messages wait, want 10", w)
	}
	slices.Reverse(want)
	for _, limit := range []int{1, 7, 10, n, 0} {
		var got []string
		for q := (Query{Text: "common", Limit: limit}); ; {
			hits, err := db.Search(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range hits {
				got = append(got, h.Text)
			}
			if len(hits) > pageLimit(limit) {
				t.Fatalf("a page of %d has %d", limit, len(hits))
			}
			if len(hits) < pageLimit(limit) {
				break
			}
			if len(got) > 2*n {
				t.Fatalf("pages of %d do not end", limit)
			}
			q.Before = hits[len(hits)-1].Cursor
			db.came(t, 2, "common and new")
		}
		got = slices.DeleteFunc(got, func(s string) bool { return s == "common and new" })
		if !slices.Equal(got, want) {
			t.Errorf("pages of %d: %d hits, want %d", limit, len(got), len(want))
		}
	}
}

// TestSearchPeer finds in one conversation only what is of it.
func TestSearchPeer(t *testing.T) {
	db := openSearched(t)
	for range 2 {
		db.came(t, 2, "shared two", "only two")
		db.came(t, 3, "shared three")
		for peer, want := range map[byte][]string{2: {"shared two"}, 3: {"shared three"}, 4: {}} {
			if got := db.found(t, Query{Text: "shared", Peer: identity.DeviceID{peer}, Limit: 1}); !slices.Equal(got, want) {
				t.Errorf("peer %d: %q, want %q", peer, got, want)
			}
		}
		if got := db.found(t, Query{Text: "only", Peer: identity.DeviceID{3}}); len(got) != 0 {
			t.Errorf("found in another conversation: %q", got)
		}
		db.change(t, indexTail)
	}
}

func TestSearchRefuses(t *testing.T) {
	db := openSearched(t)
	for query, want := range map[string]error{"": ErrNoWords, ` "…" `: ErrNoWords, strings.Repeat("x", words.MaxQueryBytes+1): ErrLongQuery} {
		if _, err := db.Search(t.Context(), Query{Text: query}); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", query, err, want)
		}
	}
	db.Close()
	if _, err := db.Search(t.Context(), Query{Text: "x"}); !errors.Is(err, ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}

// TestSearchChanges: an edit replaces what is found and a deletion takes it away,
// in the index and before it, and a row number that is given out again begins anew.
func TestSearchChanges(t *testing.T) {
	for _, indexed := range []bool{false, true} {
		db := openSearched(t)
		peer := identity.DeviceID{2}
		id := func(n byte) msgid.ID { return msgid.ID{n} }
		mine := func(n byte, text string) {
			t.Helper()
			if _, _, err := db.Enqueue(t.Context(), NewMessage{ID: id(n), Peer: peer, Text: text}); err != nil {
				t.Fatal(err)
			}
			if _, err := db.Acked(t.Context(), peer, []msgid.ID{id(n)}, Delivered); err != nil {
				t.Fatal(err)
			}
		}
		change := func(c NewChange) {
			t.Helper()
			c.ID, c.Peer, c.TargetMine = msgid.ID{100, byte(c.Kind), c.Target[0]}, peer, true
			if _, added, err := db.EnqueueChange(t.Context(), c); err != nil || !added {
				t.Fatal(err)
			}
		}
		mine(1, "first apple")
		mine(2, "second apple")
		mine(3, "third apple")
		if indexed {
			db.change(t, indexTail)
		}
		change(NewChange{Kind: KindEdit, Target: id(1), Text: "first pear"})
		change(NewChange{Kind: KindReact, Target: id(2), Text: "👍"})
		change(NewChange{Kind: KindDelete, Target: id(3)})
		check := func() {
			t.Helper()
			db.want(t, "apple", "second apple")
			db.want(t, "pear", "first pear")
			db.want(t, "third")
			db.want(t, "👍")
		}
		check()
		db.change(t, indexTail)
		check()
		if err := db.Remove(t.Context(), peer, id(2), true); err != nil {
			t.Fatal(err)
		}
		db.want(t, "apple")
		if _, err := db.Acked(t.Context(), peer, []msgid.ID{{100, 2, 1}, {100, 3, 3}, {100, 4, 2}}, Delivered); err != nil {
			t.Fatal(err)
		}
		if c, err := db.Clear(t.Context(), peer); c.Kept != 0 || err != nil {
			t.Fatalf("%d kept, %v", c.Kept, err)
		}
		db.want(t, "pear")
		for i := range byte(maxTail) {
			mine(10+i, fmt.Sprintf("new%d plum", i))
			if got := db.found(t, Query{Text: "plum"}); len(got) != int(i)+1 {
				t.Fatalf("%d of %d new messages are found", len(got), i+1)
			}
		}
		db.want(t, "apple")
		db.want(t, "first")
	}
}

// TestSearchKinds: what is no text of a person or a program is not found.
func TestSearchKinds(t *testing.T) {
	db := openSearched(t)
	for range maxTail {
		for kind := range Kind(5) {
			db.change(t, func(ctx context.Context, t *tx) error {
				_, err := db.insertMessage(ctx, t, Message{ID: msgid.ID{byte(kind)}, Peer: identity.DeviceID{2, byte(db.seq[identity.DeviceID{}])},
					Kind: kind, Text: fmt.Sprintf("kind%d", kind), State: Received})
				return err
			})
		}
		db.seq[identity.DeviceID{}]++
	}
	for kind, want := range []int{maxTail, maxTail, 0, 0, 0} {
		if got := db.found(t, Query{Text: fmt.Sprintf("kind%d", kind)}); len(got) != want {
			t.Errorf("kind %d: %d hits, want %d", kind, len(got), want)
		}
	}
}

// TestSearchRollsBack: what was not committed is not found.
func TestSearchRollsBack(t *testing.T) {
	db := openSearched(t)
	db.came(t, 2, "kept one")
	bug := errors.New("bug")
	err := db.write(t.Context(), "test", func(ctx context.Context, t *tx) error {
		for i := range byte(2 * maxTail) {
			if _, err := db.insertMessage(ctx, t, Message{ID: msgid.ID{i + 1}, Peer: identity.DeviceID{2}, Text: "lost", State: Received}); err != nil {
				return err
			}
		}
		return bug
	})
	if !errors.Is(err, bug) {
		t.Fatal(err)
	}
	db.want(t, "lost")
	db.came(t, 2, slices.Repeat([]string{"kept"}, 2*maxTail)...)
	db.want(t, "lost")
	if got := db.found(t, Query{Text: "kept"}); len(got) != 2*maxTail+1 {
		t.Errorf("%d hits", len(got))
	}
}

// TestSearchAgrees: the index finds what the texts say by themselves, for many
// queries of random words of several scripts.
func TestSearchAgrees(t *testing.T) {
	db := openSearched(t)
	r := rand.New(rand.NewPCG(3, 4))
	letters := []string{"a", "b", "Ä", "ß", "é", "1", "я", "Ё", "我", "京", "が", "ก", "ิ", "한", "क", "्", "👍", "🏽", "-", ".", " ", " ", " ", "\u200d", "²", "㍻"}
	random := func(n int) string {
		var b strings.Builder
		for range 1 + r.IntN(n) {
			b.WriteString(letters[r.IntN(len(letters))])
		}
		return b.String()
	}
	var all []string
	for i := range 5*maxTail + maxTail/2 {
		all = append(all, random(30))
		db.came(t, byte(2+i%3), all[i])
	}
	if db.waiting(t) == 0 {
		t.Fatal("nothing waits")
	}
	slices.Reverse(all)
	hits := 0
	for range 400 {
		text := random(5)
		if r.IntN(3) == 0 {
			text = `"` + text + `"`
		}
		q, err := words.ParseQuery(text)
		if err != nil {
			continue
		}
		want := slices.DeleteFunc(slices.Clone(all), func(s string) bool { return !q.Matches(s) })
		hits += len(want)
		db.want(t, text, want...)
	}
	if hits < 200 {
		t.Errorf("only %d hits: the queries say nothing", hits)
	}
}

// TestSearchWhileWriting: every search sees all that was stored before it began,
// in order and without a hole, also from another process.
func TestSearchWhileWriting(t *testing.T) {
	db := openSearched(t)
	other := &searched{DB: openInside(t, db.dir)} // connections of its own
	const n = 4 * maxTail
	stored := make(chan int, n) // as many as are sent: the writer never waits
	go func() {
		defer close(stored)
		for i := range n {
			if _, err := db.Receive(t.Context(), []Incoming{text(identity.DeviceID{2}, i+1, fmt.Sprintf("common %d", i))}); err != nil {
				t.Error(err)
				return
			}
			stored <- i
		}
	}()
	defer func() {
		for range stored { // until the writer ended
		}
	}()
	for i := range stored {
		for _, d := range []*searched{db, other} {
			hits := d.found(t, Query{Text: "common"})
			if len(hits) <= i {
				t.Fatalf("%d hits when %d were stored", len(hits), i+1)
			}
			for j, h := range hits {
				if want := fmt.Sprintf("common %d", len(hits)-1-j); h != want {
					t.Fatalf("hit %d of %d is %q, want %q", j, len(hits), h, want)
				}
			}
		}
	}
}

// TestSearchPlan: the index gives the newest first, nothing is sorted.
func TestSearchPlan(t *testing.T) {
	db := openSearched(t)
	for _, query := range []string{selectFound, `SELECT rowid FROM message_words ORDER BY rowid DESC LIMIT 1`} {
		args := []any{`"a" *`, 9, 9}[:strings.Count(query, "?")]
		plan, err := all(t.Context(), db.readers, func(s scanner) (string, error) {
			var a, b, c int
			var detail string
			err := s.Scan(&a, &b, &c, &detail)
			return detail, err
		}, "EXPLAIN QUERY PLAN "+query, args...)
		if err != nil {
			t.Fatal(err)
		}
		if steps := strings.Join(plan, "; "); strings.Contains(steps, "TEMP B-TREE") || slices.Contains(plan, "SCAN m") {
			t.Error(steps)
		}
	}
}
