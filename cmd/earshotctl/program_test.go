package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/netip"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/internal/messenger"
	"earshot/internal/msgid"
	"earshot/internal/trust"
)

func TestUsage(t *testing.T) {
	tests := []struct {
		args string
		code int
		says string // in one of the two outputs
	}{
		{"", exitUsage, "usage:"},
		{"help", exitDone, "history PEER"},
		{"--help", exitDone, "history PEER"},
		{"-h send", exitDone, "usage: earshotctl [--home DIR] [--json] [--verbose] send PEER"},
		{"help send", exitDone, "send PEER"},
		{"help nothing", exitUsage, "no command"},
		{"nothing", exitUsage, "no command"},
		{"id more", exitUsage, "usage: earshotctl id"},
		{"send", exitUsage, "usage: earshotctl send"},
		{"send a b c", exitUsage, "usage: earshotctl send"},
		{"id --wait 3s", exitUsage, "no flag --wait"},
		{"peers --limit 3", exitUsage, "no flag --limit"},
		{"peers --wait soon", exitUsage, "--wait wants"},
		{"peers --wait -1s", exitUsage, "--wait wants"},
		{"peers --wait", exitUsage, "needs a value"},
		{"--home= id", exitUsage, "needs a value"},
		{"--json=yes id", exitUsage, "takes no value"},
		{"history x --limit 0", exitUsage, "--limit wants"},
		{"history x --before x", exitUsage, "not a message ID"},
		{"run --reply", exitUsage, "needs a value"},
		{"run --reply=", exitUsage, "needs a value"},
		{"run --reply='rev", exitUsage, "a quote is not closed"},
		{"run --reply=''", exitUsage, "names no program"},
		{"run --reply=earshot-has-no-such-program", exitUsage, "not found"},
		{"id --reply=rev", exitUsage, "no flag --reply"},
		{"id --nothing", exitUsage, "unknown flag"},
		{"send x -y", exitUsage, "goes after --"},
		{"version", exitDone, "earshotctl 0."},
	}
	for _, tt := range tests {
		f := newFake()
		out, errs, code := f.call(t, "", strings.Fields(tt.args)...)
		if code != tt.code || !strings.Contains(out+errs, tt.says) {
			t.Errorf("%q: exit %d, want %d; %q, want %q", tt.args, code, tt.code, out+errs, tt.says)
		}
		if tt.code == exitUsage && len(f.opened) > 0 {
			t.Errorf("%q opened the device", tt.args)
		}
	}
}

func TestFlagsAnywhere(t *testing.T) {
	for _, args := range [][]string{
		{"--json", "--home", "/x", "send", "--wait", "1ms", "Anna", "--", "-y"},
		{"send", "Anna", "--wait=1ms", "--json", "--home=/x", "--", "-y"},
	} {
		a, err := parseArguments(args)
		if err != nil || !slices.Equal(a.words, []string{"send", "Anna", "-y"}) || a.home != "/x" || !a.json || a.wait != time.Millisecond {
			t.Errorf("%q: %+v, %v", args, a, err)
		}
	}
}

func TestSend(t *testing.T) {
	anna := peer("Anna", deviceID("anna"), trust.Accepted)
	away := anna
	away.Online = false
	full := strings.Repeat("x", messenger.MaxTextBytes)
	short := anna.ID.Short()
	tests := []struct {
		what string
		peer messenger.Peer
		with func(*fakeDevice)
		in   string
		args []string
		code int
		out  string
		text string // that was sent
	}{
		{what: "at once", with: func(f *fakeDevice) { f.state = messenger.Delivered }, args: []string{"hi"}, out: "delivered to Anna (" + short + ")\n", text: "hi"},
		{what: "by an event", with: func(f *fakeDevice) { f.state, f.announce = messenger.Delivered, true }, args: []string{"hi", "--wait", "1m"}, out: "delivered to Anna (" + short + ")\n", text: "hi"},
		{what: "away", peer: away, args: []string{"hi", "--wait", "1ms"}, code: exitKept, out: "kept in the outbox: Anna (" + short + ") is not in earshot\n", text: "hi"},
		{what: "not accepted", with: func(f *fakeDevice) { f.state = messenger.Waiting }, args: []string{"hi", "--wait", "1ms"}, code: exitKept, out: "kept in the outbox: waiting for Anna (" + short + ") to accept\n", text: "hi"},
		{what: "cancelled", with: func(f *fakeDevice) { f.state = messenger.Failed }, args: []string{"hi"}, code: exitFailed, out: "cancelled: Anna (" + short + ")\n", text: "hi"},
		{what: "refused", with: func(f *fakeDevice) { f.failed = messenger.ErrBlocked }, args: []string{"hi"}, code: exitFailed},
		{what: "empty", args: []string{""}, code: exitFailed},
		{what: "empty input", in: "\n", code: exitFailed},
		{what: "one line end goes", in: "a\n\n", args: []string{"--wait", "0"}, code: exitKept, text: "a\n"},
		{what: "no line end", in: "a\r\nb", args: []string{"--wait", "0"}, code: exitKept, text: "a\r\nb"},
		{what: "a Windows line end goes", in: "a\r\n", args: []string{"--wait", "0"}, code: exitKept, text: "a"},
		{what: "full", in: full + "\n", args: []string{"--wait", "0"}, code: exitKept, text: full},
		{what: "too long", in: full + "x\n", code: exitFailed},
		{what: "far too long", args: []string{full + full}, code: exitFailed},
		{what: "bytes", args: []string{"a\xff"}, code: exitFailed},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			f := newFake(anna)
			if !tt.peer.ID.IsZero() {
				f.peers[0] = tt.peer
			}
			if tt.with != nil {
				tt.with(f)
			}
			out, errs, code := f.call(t, tt.in, append([]string{"send", "Anna"}, tt.args...)...)
			if code != tt.code || tt.out != "" && out != tt.out || (code == exitFailed) != (errs != "") {
				t.Errorf("exit %d, %q, %q; want %d, %q", code, out, errs, tt.code, tt.out)
			}
			sent := ""
			if len(f.messages) > 0 {
				sent = f.messages[0].Text
			}
			if sent != tt.text {
				t.Errorf("sent %d bytes %.20q, want %d", len(sent), sent, len(tt.text))
			}
		})
	}
}

func TestSendWaitsForAStranger(t *testing.T) {
	stranger := peer("Bob", deviceID("stranger"), trust.Stranger)
	f := newFake()
	f.found = []messenger.Peer{stranger}
	f.state = messenger.Delivered
	if out, errs, code := f.call(t, "", "send", stranger.ID.Short(), "hi", "--wait", "1m"); code != exitDone {
		t.Errorf("exit %d, %q, %q", code, out, errs)
	}
	if _, errs, code := newFake().call(t, "", "send", stranger.ID.Short(), "hi", "--wait", "1ms"); code != exitNotFound {
		t.Errorf("nobody there: exit %d, %q", code, errs)
	}
	// What cannot be an ID, and a stranger's name, is not waited for.
	for _, name := range []string{"Zoë", "Carla"} {
		f := newFake(peer("Carla", deviceID("carla"), trust.Stranger))
		if _, errs, code := f.call(t, "", "send", name, "hi", "--wait", "24h"); code != exitNotFound {
			t.Errorf("%s: exit %d, %q", name, code, errs)
		}
	}
}

func TestRunForPeople(t *testing.T) {
	anna := peer("Anna", deviceID("anna"), trust.Accepted)
	f := newFake(anna)
	f.self.Addresses = []netip.AddrPort{netip.MustParseAddrPort("10.0.0.1:1"), netip.MustParseAddrPort("10.0.0.2:1")}
	r, w := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"run", "--home", "/tmp/x"}, stdio{strings.NewReader(""), w, io.Discard, func(string) string { return "" }, nil, nil}, f.open)
		w.Close()
	}()
	lines := bufio.NewScanner(r)
	expect := func(want string) {
		t.Helper()
		if !lines.Scan() || !strings.Contains(lines.Text(), want) {
			t.Errorf("%q, want %q", lines.Text(), want)
		}
	}
	expect("  ready      Me (" + f.self.ID.Short() + ") at 10.0.0.1:1, 10.0.0.2:1")
	expect("  found      Anna (" + anna.ID.Short() + ")")
	expect("earshotctl --home /tmp/x send PEER TEXT")
	f.emit(messenger.Event{Kind: messenger.EventMessage, Message: &messenger.Message{Peer: anna.ID, Text: "a\nb\x1b"}})
	expect("  from       Anna (" + anna.ID.Short() + "): a")
	expect(`                     b\x1b`)
	f.emit(messenger.Event{Kind: messenger.EventState, Message: &messenger.Message{Peer: deviceID("new"), Outgoing: true, State: messenger.Delivered, StoredAt: time.Now().Add(time.Hour)}})
	expect("  delivered  to " + deviceID("new").Short())
	cancel()
	if code := <-done; code != exitDone {
		t.Errorf("exit %d", code)
	}
}

func TestDecide(t *testing.T) {
	id := deviceID("stranger")
	for cmd, level := range map[string]string{"allow": "accepted", "refuse": "stranger", "block": "blocked"} {
		f := newFake()
		f.requests = []messenger.Request{{ID: msgid.New(time.Now()), Peer: id, Name: "Bob\x1b"}}
		out, errs, code := f.call(t, "", cmd, id.Short()[:5], "--json")
		if code != exitDone || !slices.Equal(f.did, []string{cmd + " " + id.Short()}) || !strings.Contains(out, `"level":"`+level+`"`) || !f.opened[0].offline {
			t.Errorf("%s: exit %d, %q, %q, %q", cmd, code, f.did, out, errs)
		}
		if _, _, code := f.call(t, "", cmd, "Bob"); code != exitNotFound {
			t.Errorf("%s by name: exit %d, want %d", cmd, code, exitNotFound)
		}
	}
	f := newFake(peer("Anna", deviceID("anna"), trust.Accepted))
	if _, errs, code := f.call(t, "", "refuse", "Anna"); code != exitNotFound {
		t.Errorf("nothing to refuse: exit %d, %q", code, errs)
	}
}

func TestHistoryPages(t *testing.T) {
	anna := deviceID("anna")
	f := newFake(peer("Anna", anna, trust.Accepted))
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for i := range 600 {
		at := start.Add(time.Duration(i) * time.Second)
		f.messages = append(f.messages, messenger.Message{ID: msgid.New(at), Peer: anna, Text: "x", SentAt: at, State: messenger.Received})
	}
	for args, want := range map[string][2]int{ // first and last of the messages
		"": {550, 599}, "--limit 3": {597, 599}, "--limit 600": {0, 599}, "--limit 9999": {0, 599}, "--limit 300": {300, 599},
		"--limit 2 --before " + f.messages[10].ID.String(): {8, 9},
	} {
		out, errs, code := f.call(t, "", append([]string{"history", "anna", "--json"}, strings.Fields(args)...)...)
		lines := strings.Split(strings.TrimSpace(out), "\n")
		if code != exitDone || len(lines) != want[1]-want[0]+1 ||
			!strings.Contains(lines[0], f.messages[want[0]].ID.String()) || !strings.Contains(lines[len(lines)-1], f.messages[want[1]].ID.String()) {
			t.Errorf("history %s: exit %d, %d lines, %s", args, code, len(lines), errs)
		}
	}
}

func TestPeers(t *testing.T) {
	f := newFake(peer("Anna", deviceID("anna"), trust.Verified), peer("你好\x1b[2J", deviceID("s"), trust.Stranger))
	f.peers[0].Addresses = []netip.AddrPort{netip.MustParseAddrPort("10.0.0.1:7342")}
	f.peers[0].Online = false
	f.peers[0].LastSeen = time.Date(2026, 1, 2, 3, 4, 5, 6e6, time.FixedZone("", 3600))
	out, _, code := f.call(t, "", "peers", "--json", "--wait", "1ms")
	want := `{"name":"Anna","id":"` + deviceID("anna").String() + `","short_id":"` + deviceID("anna").Short() +
		`","level":"verified","online":false,"away":false,"addresses":["10.0.0.1:7342"],"last_seen":"2026-01-02T02:04:05.006Z"}`
	lines := strings.Split(out, "\n")
	if code != exitDone || lines[0] != want || strings.Contains(lines[1], "last_seen") || !strings.Contains(lines[1], `"addresses":[]`) {
		t.Errorf("exit %d\n%s", code, out)
	}
	if f.opened[1].offline {
		t.Error("peers did not take the network")
	}
	f.peers[0].Online, f.peers[0].Away = true, true
	if out, _, _ = f.call(t, "", "peers", "--wait", "0"); !strings.Contains(out, "  away  ") {
		t.Error(out)
	}
	f.self.Port = 7342 // another process runs the device: no need to listen
	f.opened, f.closed = nil, 0
	out, _, _ = f.call(t, "", "peers")
	lines = strings.Split(out, "\n")
	if !f.opened[1].offline || !strings.HasPrefix(lines[2], "你好[2J  "+deviceID("s").Short()) || !strings.HasPrefix(lines[1], "Anna     "+deviceID("anna").Short()) {
		t.Errorf("offline %v\n%s", f.opened[1].offline, out)
	}
}

// evil holds everything that a terminal may take for a command.
const evil = "a\x1b]0;x\x07\r\u009b2J\x7f\u202eb\n\tc"

func TestHarmless(t *testing.T) {
	id := deviceID("s")
	f := newFake(peer("Bob\x1b[31m\u202e", id, trust.Accepted))
	f.self.Name = "Me\x1b[0m"
	f.requests = []messenger.Request{{ID: msgid.New(time.Now()), Peer: deviceID("q"), Name: evil, Text: evil}}
	f.messages = []messenger.Message{
		{ID: msgid.New(time.Now()), Peer: id, Text: evil, State: messenger.Received},
		{ID: msgid.New(time.Now()), Peer: id, Text: evil, Outgoing: true, Theirs: evil, Mine: evil, Quote: &messenger.Quote{Text: evil}},
		{ID: msgid.New(time.Now()), Peer: id, Outgoing: true, Kind: messenger.KindReact, Text: evil},
	}
	f.messages[2].Target = f.messages[0].ID
	danger := regexp.MustCompile(`[\x00-\x08\x0b-\x1f\x7f\x{80}-\x{9f}\x{202a}-\x{202e}\x{2066}-\x{2069}]`)
	for _, args := range [][]string{{"id"}, {"peers", "--wait", "0"}, {"history", id.Short()}, {"history", id.Short(), "--ids"}, {"outbox"}, {"clear", id.Short(), "--yes"}, {"receipts", id.Short()},
		{"search", "a"}, {"delete", f.messages[0].ID.String(), "--here"}, {"edit", evil, "x"}, {"react", f.messages[0].ID.String(), "\u202e", "--wait", "0"}, {"export", id.Short(), filepath.Join(t.TempDir(), "\u202e"), "--force"}, {"requests"}, {"allow", "Q\x1b\u202e"}, {"x\x1b\u009b"}, {"allow", deviceID("q").Short()}} {
		for _, format := range [][]string{nil, {"--json"}} {
			out, errs, _ := f.call(t, "", append(args, format...)...)
			if bad := danger.FindString(out + errs); bad != "" {
				t.Errorf("%q prints %+q in %+q", args, bad, out+errs)
			}
			for line := range strings.Lines(out) {
				var v struct{ Text *string }
				if format == nil {
					continue
				}
				if err := json.Unmarshal([]byte(line), &v); err != nil || v.Text != nil && *v.Text != evil {
					t.Errorf("%q: text %+q, %v; want every byte", args, line, err)
				}
			}
		}
	}
}

// events starts run --json and returns what reads its next event.
func events(t *testing.T, f *fakeDevice, args ...string) (next func() map[string]any, stop func() int) {
	t.Helper()
	r, w := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan int, 1)
	var errs bytes.Buffer
	go func() {
		done <- run(ctx, append([]string{"run", "--json", "--home", t.TempDir()}, args...), stdio{strings.NewReader(""), w, &errs, func(string) string { return "" }, nil, nil}, f.open)
		w.Close()
	}()
	lines := bufio.NewScanner(r)
	next = func() map[string]any {
		t.Helper()
		var v map[string]any
		if !lines.Scan() || json.Unmarshal(lines.Bytes(), &v) != nil {
			t.Fatalf("no event: %q", lines.Text())
		}
		return v
	}
	return next, func() int {
		cancel()
		for lines.Scan() {
		}
		return <-done
	}
}

func TestRunEvents(t *testing.T) {
	anna, bob := peer("Anna", deviceID("anna"), trust.Accepted), peer("Bob", deviceID("bob"), trust.Stranger)
	f := newFake(anna)
	f.self.Port, f.self.Addresses = 7342, []netip.AddrPort{netip.MustParseAddrPort("10.0.0.1:7342")}
	next, stop := events(t, f)
	expect := func(event, key string, want any) {
		t.Helper()
		if got := next(); got["event"] != event || got[key] != want {
			t.Fatalf("%v, want event %s with %s %v", got, event, key, want)
		}
	}
	expect("ready", "port", 7342.0)
	expect("peer_found", "name", "Anna")
	text := messenger.Message{ID: msgid.New(time.Now()), Peer: anna.ID, Text: "hi", State: messenger.Received}
	sent := messenger.Message{ID: msgid.New(time.Now()), Peer: anna.ID, Outgoing: true, State: messenger.Sent, StoredAt: time.Now().Add(time.Hour)}
	done := sent
	done.State = messenger.Delivered
	renamed := anna
	renamed.Name = "Anne"
	ask := messenger.Request{ID: msgid.New(time.Now()), Peer: bob.ID, Name: "Bob", Text: "hello"}
	for _, ev := range []messenger.Event{
		{Kind: messenger.EventPeerFound, Peer: &anna}, // told already
		{Kind: messenger.EventPeerFound, Peer: &bob},
		{Kind: messenger.EventPeerUpdated, Peer: &renamed},
		{Kind: messenger.EventPeerLost, Peer: &bob},
		{Kind: messenger.EventRequest, Request: &ask},
		{Kind: messenger.EventMessage, Message: &text},
		{Kind: messenger.EventState, Message: &sent},
		{Kind: messenger.EventState, Message: &done},
		{Kind: messenger.EventLagged},
	} {
		f.emit(ev)
	}
	expect("peer_found", "short_id", bob.ID.Short())
	expect("peer_updated", "name", "Anne")
	expect("peer_lost", "name", "Bob")
	expect("request", "text", "hello")
	expect("message", "from", anna.ID.String())
	expect("delivered", "to", anna.ID.String())
	expect("error", "text", "some events were lost; what follows is read anew")
	expect("peer_updated", "name", "Anna") // what Peers says
	if code := stop(); code != exitDone {
		t.Errorf("exit %d after an interrupt, want 0", code)
	}
}

func TestRunFails(t *testing.T) {
	f := newFake()
	f.runErr = errors.New("no socket")
	next, stop := events(t, f)
	if ev := next(); ev["event"] != "error" || ev["text"] != "no socket" {
		t.Errorf("%v", ev)
	}
	if code := stop(); code != exitFailed {
		t.Errorf("exit %d, want 1", code)
	}
	if out, errs, code := f.call(t, "", "add", "host"); code != exitFailed || !strings.Contains(errs, "no socket") || out != "" {
		t.Errorf("add: exit %d, %q", code, errs)
	}
}

func TestHint(t *testing.T) {
	p := &program{home: "/tmp/my home", args: arguments{home: "x"}, stdio: stdio{getenv: func(string) string { return "" }}}
	if got := p.hint(); !strings.Contains(got, "earshotctl --home '/tmp/my home' send PEER TEXT") {
		t.Error(got)
	}
	p.args.home = ""
	if got := p.hint(); strings.Contains(got, "--home") {
		t.Error(got)
	}
	p.getenv = func(name string) string { return map[string]string{calledEnv: "./run ctl"}[name] }
	if got := p.hint(); !strings.HasPrefix(got, "In another terminal: ./run ctl peers, then ./run ctl send") {
		t.Error(got)
	}
}

func TestHintsNameWhatThePersonTypes(t *testing.T) {
	env := func(k string) string {
		return map[string]string{"EARSHOT_HOME": t.TempDir(), calledEnv: "./run ctl"}[k]
	}
	for _, args := range []string{"nothing", "help nothing", "send", "pair a b c", "pair bogus x", "history nobody", "send AAAAAAAA x --wait 1ms", "pair"} {
		var out, errs bytes.Buffer
		f := newFake()
		run(t.Context(), strings.Fields(args), stdio{in: strings.NewReader(""), out: &out, err: &errs, getenv: env}, f.open)
		said := out.String() + strings.TrimPrefix(errs.String(), "earshotctl: ")
		if said == "" || strings.Contains(said, "earshotctl") {
			t.Errorf("%q: %q", args, said)
		}
	}
}
