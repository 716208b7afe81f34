package engine

import (
	"crypto/tls"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/store"
	"earshot/internal/trust"
	"earshot/netcore/wire"
)

// patient are the acts that end with the time of a handshake.
var patient = []act{
	says("silence", func(*testing.T, prober, identity.DeviceID, string) []byte { return nil }),
	says("half a hello", func(t *testing.T, p prober, id identity.DeviceID, _ string) []byte {
		return p.firstFlight(t, nameFor(id))[:100]
	}),
	showing(says("a hello and silence", func(t *testing.T, p prober, id identity.DeviceID, _ string) []byte {
		return p.firstFlight(t, nameFor(id))
	})),
}

// secondKey is the act that a device which is visible to everyone answers.
var secondKey = act{name: "a second key", do: func(t *testing.T, _ prober, id identity.DeviceID, addr string) string {
	c := connect(t, addr)
	conn := tls.Client(c, newProber(t).config(nameFor(id)))
	conn.HandshakeContext(t.Context())
	io.Copy(io.Discard, conn)
	return c.drain(0)
}}

// informed are the acts of a prober that knows the device's ID and shows it.
var informed = []act{
	knows("a dial", nil),
	knows("frames behind the handshake", func(t *testing.T, c *tap, conn *tls.Conn) {
		c.together(t, conn, frame(t, probeHello(), &wire.Ping{Nonce: 7}))
	}),
	{name: "frames after the end", do: func(t *testing.T, p prober, id identity.DeviceID, addr string) string {
		c := connect(t, addr)
		conn := tls.Client(c, p.config(nameFor(id)))
		conn.HandshakeContext(t.Context())
		got := c.drain(0)
		from := c.count()
		conn.Write(frame(t, probeHello()))
		conn.Write(frame(t, &wire.Request{ID: wire.ID{1}, Text: "let me in"}))
		io.Copy(io.Discard, c)
		return fmt.Sprintf("%s, and %d bytes", got, c.count()-from)
	}},
	{name: "without a certificate", do: func(t *testing.T, p prober, id identity.DeviceID, addr string) string {
		c := connect(t, addr)
		cfg := p.config(nameFor(id))
		cfg.Certificates = nil
		conn := tls.Client(c, cfg)
		conn.HandshakeContext(t.Context())
		io.Copy(io.Discard, conn)
		return c.drain(0)
	}},
	{name: "without ALPN", do: func(t *testing.T, p prober, id identity.DeviceID, addr string) string {
		c := connect(t, addr)
		cfg := p.config(nameFor(id))
		cfg.NextProtos = nil
		conn := tls.Client(c, cfg)
		conn.HandshakeContext(t.Context())
		io.Copy(io.Discard, conn)
		return c.drain(0)
	}},
	{name: "several at once", do: func(t *testing.T, p prober, id identity.DeviceID, addr string) string {
		const several = 6
		all := make(chan string, several)
		for range several {
			c := connect(t, addr)
			go func() {
				conn := tls.Client(c, p.config(nameFor(id)))
				conn.HandshakeContext(t.Context())
				io.Copy(io.Discard, conn)
				all <- c.drain(0)
			}()
		}
		var got strings.Builder
		for range several {
			got.WriteString(<-all + "; ")
		}
		return got.String()
	}},
}

// ignorant are the acts of a prober that does not show that it knows the device.
var ignorant = []act{
	says("no name", func(t *testing.T, p prober, _ identity.DeviceID, _ string) []byte { return p.firstFlight(t, "") }),
	says("a wrong name", func(t *testing.T, p prober, _ identity.DeviceID, _ string) []byte {
		return p.firstFlight(t, nameFor(p.key.ID()))
	}),
	says("no TLS", func(*testing.T, prober, identity.DeviceID, string) []byte { return []byte("GET / HTTP/1.1\r\n\r\n") }),
	says("a hello that was used", func(t *testing.T, p prober, id identity.DeviceID, addr string) []byte {
		c := connect(t, addr)
		conn := tls.Client(c, p.config(nameFor(id)))
		conn.HandshakeContext(t.Context())
		io.Copy(io.Discard, conn)
		return c.sent
	}),
}

// watched is a device under test.
type watched struct {
	*Engine
	id   identity.DeviceID
	addr string
}

// under starts a device with a visibility that has a prober at a level.
func under(t *testing.T, visibility string, x identity.DeviceID, level trust.Level) watched {
	t.Helper()
	home := t.TempDir()
	key := must(identity.LoadOrCreate(home))
	db := must(store.Open(t.Context(), home, key.ID(), store.Options{}))
	if level != trust.Stranger {
		if err := db.SetLevel(t.Context(), x, level); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	e, _ := device(t, home)
	if err := e.SetSetting(t.Context(), messenger.SettingVisibility, visibility); err != nil {
		t.Fatal(err)
	}
	return watched{e, key.ID(), address(t, e)}
}

// knocks is how often a device says that x has tried.
func (w watched) knocks(t *testing.T, x identity.DeviceID) int {
	t.Helper()
	for _, p := range must(w.Peers(t.Context())) {
		if p.ID == x {
			return p.Knocks
		}
	}
	return 0
}

// compare does an act to all devices at the same time and returns what came back.
func compare(t *testing.T, x prober, a act, devices []watched) []string {
	t.Helper()
	got := make([]string, len(devices))
	var all sync.WaitGroup
	for i, d := range devices {
		all.Go(func() { got[i] = a.do(t, x, d.id, d.addr) })
	}
	all.Wait()
	return got
}

// A blocked device cannot tell that it is blocked from a device in contacts-only
// mode: whatever it does, it gets the same records, and the same end.
func TestBlockedLooksLikeContactsOnly(t *testing.T) {
	x := newProber(t)
	devices := []watched{
		under(t, messenger.VisibleContacts, x.key.ID(), trust.Blocked),
		under(t, messenger.VisibleContacts, x.key.ID(), trust.Stranger),
		under(t, messenger.VisibleHidden, x.key.ID(), trust.Blocked),
		under(t, messenger.VisibleEveryone, x.key.ID(), trust.Blocked),
	}
	check := func(a act, knows bool, got []string) {
		switch {
		case got[0] != got[1] || got[0] != got[2]:
			t.Errorf("%s\nblocked:  %s\nstranger: %s\nhidden:   %s", a.name, got[0], got[1], got[2])
		case knows && got[0] != got[3]:
			t.Errorf("%s\ncontacts: %s\neveryone: %s", a.name, got[0], got[3])
		case !knows && got[0] != "end" && got[0] != "end late":
			t.Errorf("%s: something came back: %s", a.name, got[0])
		}
	}
	var late sync.WaitGroup // few enough to be let in at once from one address
	for _, a := range patient {
		late.Go(func() { check(a, a.knows, compare(t, x, a, devices)) })
	}
	late.Wait()
	for _, a := range informed {
		check(a, true, compare(t, x, a, devices))
	}
	for _, a := range ignorant {
		check(a, false, compare(t, x, a, devices[:3])) // everybody sees the last one
	}
	if got := compare(t, x, secondKey, devices[:3]); got[0] != got[1] || got[0] != got[2] {
		t.Errorf("a second key\nblocked:  %s\nstranger: %s\nhidden:   %s", got[0], got[1], got[2])
	}
	for i, d := range devices {
		if n := d.knocks(t, x.key.ID()); (n >= len(informed)) != (i != 1) {
			t.Errorf("device %d counts %d knocks", i, n)
		}
	}
}

// online makes a link as a prober and returns it once everything was said that
// a link begins with: Hello, and to a contact Accepted, Profile and Resume.
func (p prober) online(t *testing.T, w watched, level trust.Level) (*tap, *tls.Conn) {
	t.Helper()
	last := wire.TypeHello
	if level.IsContact() {
		last = wire.TypeResume
	}
	c := connect(t, w.addr)
	conn := tls.Client(c, p.config(nameFor(w.id)))
	if err := conn.HandshakeContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	conn.Write(frame(t, probeHello()))
	for _, want := range []wire.Type{last, wire.TypePong} {
		for typ := wire.Type(0); typ != want; {
			var err error
			if typ, _, err = wire.ReadFrame(conn, wire.LimitContact); err != nil {
				t.Fatal(err)
			}
		}
		conn.Write(frame(t, &wire.Ping{Nonce: 1}))
	}
	for typ := wire.Type(0); typ != wire.TypePong; { // of the second Ping
		var err error
		if typ, _, err = wire.ReadFrame(conn, wire.LimitContact); err != nil {
			t.Fatal(err)
		}
	}
	return c, conn
}

// A device that was online when it was blocked sees the same end of its link as
// one that is a stranger when this device begins to hide.
func TestEndOfALiveLinkTellsNothing(t *testing.T) {
	x := newProber(t)
	forget := func(w watched) error { return w.Forget(t.Context(), x.key.ID()) }
	block := func(w watched) error { return w.Block(t.Context(), x.key.ID()) }
	hide := func(w watched) error {
		return w.SetSetting(t.Context(), messenger.SettingVisibility, messenger.VisibleContacts)
	}
	var first string
	for _, tt := range []struct {
		name       string
		visibility string
		level      trust.Level
		end        func(watched) error
	}{
		{"a stranger, and the device hides", messenger.VisibleEveryone, trust.Stranger, hide},
		{"forgotten by a device that hides", messenger.VisibleContacts, trust.Accepted, forget},
		{"blocked by a device that hides", messenger.VisibleContacts, trust.Accepted, block},
		{"blocked by a device that everyone sees", messenger.VisibleEveryone, trust.Accepted, block},
		{"a blocked stranger", messenger.VisibleEveryone, trust.Stranger, block},
	} {
		var got string
		for range 3 { // a machine that does other things too is late once, not thrice
			w := under(t, tt.visibility, x.key.ID(), tt.level)
			if got = x.endOfALink(t, w, tt.level, tt.end); !strings.HasSuffix(got, " late") {
				break
			}
		}
		if first == "" {
			first = got
		}
		if got != first || got != "23:19 end" {
			t.Errorf("%s: %s; want %s", tt.name, got, first)
		}
	}
}

// endOfALink is online with a device when that ends it, says a few things more, and
// returns what came back.
func (p *prober) endOfALink(t *testing.T, w watched, level trust.Level, end func(watched) error) string {
	t.Helper()
	c, conn := p.online(t, w, level)
	before := c.count()
	if err := end(w); err != nil {
		t.Fatal(err)
	}
	var b [1]byte
	conn.Read(b[:]) // until close_notify
	conn.Write(frame(t, &wire.Ping{Nonce: 9}, &wire.Request{ID: wire.ID{1}, Text: "why?"},
		&wire.Msg{ID: wire.ID{2}, Epoch: 1, Seq: 1, Text: "hello?"}, &wire.Msg{ID: wire.ID{3}, Epoch: 1, Seq: 2, Text: "hello?"}))
	got := c.drain(before)
	if rs := must(w.Requests(t.Context())); len(rs) != 0 {
		t.Errorf("what came after the end is kept: %v", rs)
	}
	return got
}
