package store

import (
	"testing"
	"time"

	"earshot/internal/identity"
	"earshot/internal/msgid"
)

// What was removed before it had a number is in no answer of a search.
func TestARemovedRequestIsNotFound(t *testing.T) {
	db, peer := openInside(t, t.TempDir()), identity.DeviceID{2}
	r := Request{ID: msgid.New(time.Now()), Peer: peer, Text: "a secret"}
	if _, err := db.AddRequest(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Accept(t.Context(), peer); err != nil {
		t.Fatal(err)
	}
	var in []Incoming
	for i := range 2 * maxTail { // the request is in the index by then
		in = append(in, text(peer, i+1, "x"))
	}
	if _, err := db.Receive(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{1, 0} {
		hits, err := db.Search(t.Context(), Query{Text: "secret"})
		if err != nil || len(hits) != want {
			t.Errorf("%d hits, want %d (%v)", len(hits), want, err)
		}
		var words int
		if err := db.readers.QueryRowContext(t.Context(), `SELECT count(*) FROM message_words WHERE words MATCH 'secret'`).Scan(&words); err != nil || words != want {
			t.Errorf("%d rows of the index, want %d (%v)", words, want, err)
		}
		if err := db.Remove(t.Context(), peer, r.ID, false); err != nil && want == 1 {
			t.Fatal(err)
		}
	}
}
