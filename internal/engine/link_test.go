package engine

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"earshot/internal/messenger"
	"earshot/internal/trust"
)

// verified waits until a pairing has ended well.
func verified(t *testing.T, events <-chan messenger.Event, where string) {
	t.Helper()
	e := until(t, events, "end of the pairing at "+where, func(e messenger.Event) bool {
		return e.Kind == messenger.EventPairing && e.Pairing.Over()
	})
	if p := e.Pairing; p.Stage != messenger.PairVerified || !p.ByLink {
		t.Errorf("the pairing at %s ended with %+v", where, p)
	}
}

// TestLinkOpenedBesideTheOwner: a pairing link that starts a second program works
// through the first, which stays the only owner, and nothing of the link's secret
// is on any disk afterwards.
func TestLinkOpenedBesideTheOwner(t *testing.T) {
	homes := []string{t.TempDir(), t.TempDir()}
	shows, stopShows := device(t, homes[0])
	first, stopFirst := device(t, homes[1])
	second, stopSecond := device(t, homes[1])
	atFirst, atSecond := subscribe(t, first), subscribe(t, second)
	invite, err := shows.Invite(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	self, err := shows.Self(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	claim, err := second.ReadLink(t.Context(), invite.Link)
	if err != nil || claim.ID != self.ID || claim.Level != trust.Stranger {
		t.Fatalf("the link claims %+v, %v", claim, err)
	}
	if _, err := second.PairByLink(t.Context(), invite.Link); err != nil {
		t.Fatal(err)
	}
	verified(t, atSecond, "the second")
	verified(t, atFirst, "the owner")
	for name, e := range map[string]*Engine{"the owner": first, "the second": second} {
		if b, err := e.backend(t.Context()); err != nil || (b.owner != nil) != (e == first) {
			t.Errorf("%s: owner %v, %v", name, b.owner != nil, err)
		}
		peers, err := e.Peers(t.Context())
		if err != nil || len(peers) != 1 || peers[0].Level != trust.Verified {
			t.Errorf("%s has %+v, %v", name, peers, err)
		}
	}
	parsed, err := trust.ParseInvitation(invite.Link)
	if err != nil {
		t.Fatal(err)
	}
	secret := strings.Split(invite.Link, "/")[5]
	if len(secret) != 26 {
		t.Fatalf("the secret has %d characters", len(secret))
	}
	search := func() {
		t.Helper()
		for _, home := range homes {
			keepsOut(t, home, []byte(secret), parsed.Token[:])
		}
	}
	search()
	stopSecond()
	stopFirst()
	stopShows()
	search()
}

// keepsOut looks for words, and for text in either case, in all files of a folder.
func keepsOut(t *testing.T, dir string, words ...[]byte) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		raw, err := os.ReadFile(path)
		files++
		for _, w := range words {
			if bytes.Contains(raw, w) || bytes.Contains(bytes.ToUpper(raw), bytes.ToUpper(w)) {
				t.Errorf("%s holds the secret of a link", d.Name())
			}
		}
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("looked at %d files, %v", files, err)
	}
}
