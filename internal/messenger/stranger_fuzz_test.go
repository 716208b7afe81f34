package messenger

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"earshot/internal/identity"
	"earshot/internal/msgid"
	"earshot/internal/store"
	"earshot/internal/trust"
	"earshot/netcore/wire"
)

// strangerLink is a link of a device that nobody here knows.
type strangerLink struct {
	peer  identity.DeviceID
	hello wire.Hello
	mu    sync.Mutex
	sent  int
	once  sync.Once
	done  chan struct{}
}

func (l *strangerLink) Peer() identity.DeviceID { return l.peer }
func (l *strangerLink) Hello() wire.Hello       { return l.hello }
func (l *strangerLink) Remote() netip.AddrPort  { return netip.MustParseAddrPort("192.0.2.66:50000") }
func (l *strangerLink) Outbound() bool          { return false }
func (l *strangerLink) Close(wire.ByeReason)    { l.once.Do(func() { close(l.done) }) }
func (l *strangerLink) Exporter() [32]byte      { return [32]byte{1} }
func (l *strangerLink) Done() <-chan struct{}   { return l.done }

func (l *strangerLink) Send(_ context.Context, m wire.Message) error {
	_, err := wire.AppendFrame(nil, m)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent++
	return err
}

func (l *strangerLink) Ping(ctx context.Context) error {
	select {
	case <-l.done:
		return errLinkEnded
	default:
		return ctx.Err()
	}
}

// livedIn is a home with a contact, a blocked device, a message each way and one
// that waits.
type livedIn struct {
	file, epoch []byte
	rows        string
}

const strangersFriend = "Ada's laptop" // the name of the contact in it

var (
	fuzzSelf    = identity.DeviceID{1, 1}
	fuzzFriend  = identity.DeviceID{2, 2}
	fuzzBlocked = identity.DeviceID{3, 3}
	fuzzUnknown = identity.DeviceID{4, 4}
)

var fuzzHome = sync.OnceValues(func() (h livedIn, err error) {
	dir, err := os.MkdirTemp("", "earshot-fuzz-")
	if err != nil {
		return h, err
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	db, err := store.Open(ctx, dir, fuzzSelf, store.Options{})
	if err != nil {
		return h, err
	}
	now := time.Now()
	steps := []func() error{
		func() error { return db.SetLevel(ctx, fuzzFriend, trust.Verified) },
		func() error {
			return db.SetProfile(ctx, fuzzFriend, strangersFriend, "laptop", make([]byte, wire.PresenceKeyBytes))
		},
		func() error { return db.SetAcceptsMe(ctx, fuzzFriend, true) },
		func() error { return db.SetLevel(ctx, fuzzBlocked, trust.Blocked) },
		func() error {
			_, _, err := db.Enqueue(ctx, store.NewMessage{ID: msgid.ID{1}, Peer: fuzzFriend, Text: "waits", At: now})
			return err
		},
		func() error {
			_, err := db.Receive(ctx, []store.Incoming{{ID: msgid.ID{2}, Peer: fuzzFriend, Epoch: 7, Seq: 1, Text: "came", At: now}})
			return err
		},
		db.Close,
	}
	for i, step := range steps {
		if err := step(); err != nil {
			return h, fmt.Errorf("step %d: %w", i, err)
		}
	}
	if h.rows, err = dumpRows(dir); err != nil {
		return h, err
	}
	if h.file, err = os.ReadFile(filepath.Join(dir, "earshot.db")); err == nil {
		h.epoch, err = os.ReadFile(filepath.Join(dir, "epoch"))
	}
	return h, err
})

// dumpRows writes out every table that holds what a person has: all but the
// requests, and the settings, where the program notes its own times.
func dumpRows(dir string) (string, error) {
	db, err := sql.Open("sqlite", filepath.Join(dir, "earshot.db"))
	if err != nil {
		return "", err
	}
	defer db.Close()
	var b strings.Builder
	for _, table := range []string{"contact", "address", "message", "conversation", "outbox", "numbering", "seen", "seen_epoch"} {
		rows, err := db.Query("SELECT * FROM " + table + " ORDER BY 1, 2")
		if err != nil {
			return "", err
		}
		columns, err := rows.Columns()
		if err != nil {
			return "", err
		}
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		for rows.Next() {
			if err := rows.Scan(into...); err != nil {
				return "", err
			}
			fmt.Fprintf(&b, "%s: %x\n", table, values)
		}
		if err := rows.Err(); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

// Before trust. FuzzStranger hands the messenger whatever frames decode, of every
// type there is, from a device that it does not know and under any name. All
// tables but that of requests stay as they were byte for byte; at most one
// request is kept, within its limits and with what the link proved; each frame is
// answered by at most one.
func FuzzStranger(f *testing.F) {
	for n := range 256 {
		m := wire.New(wire.Type(n))
		if m == nil {
			continue
		}
		if body, err := wire.Encode(m); err == nil {
			f.Add(append([]byte{byte(n), 0, byte(len(body))}, body...), strangersFriend)
		}
	}
	id := wire.ID{9}
	everything := []byte{}
	for _, m := range []wire.Message{
		&wire.Request{ID: id, HLC: 1 << 63, Text: "hi"}, &wire.Accepted{}, &wire.Msg{ID: id, Epoch: 1, Seq: 1, HLC: 1, Text: "x"},
		&wire.Edit{ID: wire.ID{8}, Epoch: 7, Seq: 2, HLC: 2, Target: wire.ID{2}, Text: "y"}, &wire.Delete{ID: wire.ID{7}, Epoch: 7, Seq: 3, HLC: 2, Target: wire.ID{2}},
		&wire.React{ID: wire.ID{6}, Epoch: 7, Seq: 4, HLC: 2, Target: wire.ID{1}, Yours: true, Emoji: "x"}, &wire.Ack{IDs: []wire.ID{{1}}, State: wire.AckStored},
		&wire.Ack{IDs: []wire.ID{{1}}, State: wire.AckAsked}, &wire.Resume{Have: []wire.Have{{Epoch: 7, Top: 9}}}, &wire.Gone{Epoch: 7, Ranges: []wire.Range{{Lo: 2, Hi: 9}}},
		&wire.Profile{Name: strangersFriend, Kind: "laptop", PresenceKey: make([]byte, wire.PresenceKeyBytes)}, &wire.Away{Away: true}, &wire.Typing{Typing: true}, &wire.Error{Code: wire.CodeNotAccepted},
	} {
		body, err := wire.Encode(m)
		if err != nil {
			f.Fatal(err)
		}
		everything = append(append(everything, byte(m.Type()), byte(len(body)>>8), byte(len(body))), body...)
	}
	f.Add(everything, strangersFriend)
	f.Add(everything, "\x1b]0;x\a\u202e"+strings.Repeat("\u0335", 40))
	f.Fuzz(func(t *testing.T, in []byte, name string) {
		hello := wire.Hello{ProtoMin: 1, ProtoMax: 1, Role: wire.RoleChat, Name: name, Kind: "phone", App: "fuzz", Accepts: len(in)%2 == 0, Features: []string{wire.FeatureChanges}}
		if wire.Validate(&hello) != nil {
			return // the link would have ended
		}
		synctest.Test(t, func(t *testing.T) { beStranger(t, in, hello) })
	})
}

// beStranger is one link of a stranger, from Hello to its end.
func beStranger(t *testing.T, in []byte, hello wire.Hello) {
	home, err := fuzzHome()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, data := range map[string][]byte{"earshot.db": home.file, "epoch": home.epoch} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w := newWorld(t)
	n := w.newNode("self", dir)
	n.id = fuzzSelf
	n.start()
	defer n.stop()
	l := &strangerLink{peer: fuzzUnknown, hello: hello, done: make(chan struct{})}
	n.m.LinkUp(l)
	frames := 0
	for len(in) >= 3 && !ended(l.done) {
		size := min(int(binary.BigEndian.Uint16(in[1:])), len(in)-3)
		if m, err := wire.Decode(wire.Type(in[0]), in[3:3+size]); err == nil {
			frames++
			_ = n.m.Handle(l, m) // an error is the stranger's fault
		}
		in = in[3+size:]
	}
	settle()
	requests, err := n.m.Requests(t.Context())
	if err != nil || len(requests) > 1 {
		t.Fatalf("%d requests of one device, %v", len(requests), err)
	}
	for _, r := range requests {
		if r.Peer != fuzzUnknown || r.Name != hello.Name || utf8.RuneCountInString(r.Text) > wire.MaxRequestChars {
			t.Fatalf("%+v", r)
		}
	}
	if n.m.Level(fuzzUnknown) != trust.Stranger {
		t.Fatalf("a stranger became %v", n.m.Level(fuzzUnknown))
	}
	l.Close(0)
	n.m.LinkClosed(l)
	settle()
	if l.sent > frames+1 {
		t.Fatalf("%d frames were answered with %d", frames, l.sent)
	}
	n.stop()
	if rows, err := dumpRows(dir); err != nil || rows != home.rows {
		t.Fatalf("%v\nbefore\n%s\nafter\n%s", err, home.rows, rows)
	}
}

func ended(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}
