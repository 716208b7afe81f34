package store

import (
	"fmt"
	"testing"

	"earshot/internal/identity"
)

// Damage in the index for search costs one call: what comes after it is stored
// and found without a new start.
func TestADamagedIndexIsMadeAnewAtOnce(t *testing.T) {
	dir, peer := t.TempDir(), identity.DeviceID{2}
	db := openInside(t, dir)
	var in []Incoming
	for i := range 3 * maxTail {
		in = append(in, text(peer, i+1, fmt.Sprint("before ", i)))
	}
	if _, err := db.Receive(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if _, err := db.writer.conn.ExecContext(t.Context(), `UPDATE message_words_data SET block = randomblob(length(block))`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = openInside(t, dir) // nothing of the index is in memory
	refused, stored := 0, 0
	for i := range 2 * maxTail {
		if _, err := db.Receive(t.Context(), []Incoming{text(peer, 1000+i, fmt.Sprint("after ", i))}); err != nil {
			refused++
			continue
		}
		stored++
	}
	if refused != 1 {
		t.Errorf("%d messages were refused, want the one that met the damage", refused)
	}
	for word, want := range map[string]int{"before": 3 * maxTail, "after": stored} {
		if hits, err := db.Search(t.Context(), Query{Text: word}); err != nil || len(hits) != want {
			t.Errorf("%q: %d hits, want %d (%v)", word, len(hits), want, err)
		}
	}
	if db.damaged() {
		t.Error("the history counts as damaged")
	}
	if m, err := readMarker(dir); err != nil || !m.damage {
		t.Errorf("the next start does not check everything (%v)", err)
	}
}
