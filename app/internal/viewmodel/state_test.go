package viewmodel

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
	"earshot/internal/safetext"
	"earshot/internal/trust"
)

func id(n byte) identity.DeviceID { return identity.DeviceID{n, n} }

// message is the n-th message with device 1, n minutes after the morning.
func message(n int, out bool) messenger.Message {
	at := noon.Add(-3*time.Hour + time.Duration(n)*time.Minute)
	m := messenger.Message{
		ID: msgid.ID{byte(n >> 8), byte(n), 1}, Peer: id(1), Outgoing: out, SortKey: uint64(1000 + n),
		Text: fmt.Sprintf("text %d", n), SentAt: at, StoredAt: at, State: messenger.Received,
	}
	if out {
		m.State = messenger.Delivered
	}
	return m
}

func messages(from, to int) []messenger.Message {
	var out []messenger.Message
	for n := from; n < to; n++ {
		out = append(out, message(n, false))
	}
	return out
}

// newest takes the answer to a question for one page.
func (t *thread) newest(page []messenger.Message) { t.setNewest(page, len(page) >= pageSize) }

func texts(rows []*Row) []string {
	var out []string
	for _, r := range rows {
		out = append(out, string(r.Text))
	}
	return out
}

func peer(n byte, name string, online bool) messenger.Peer {
	return messenger.Peer{ID: id(n), Name: name, Online: online, LastSeen: noon.Add(-time.Hour)}
}

func TestApply(t *testing.T) {
	known := func(s *state) { s.setPeers([]messenger.Peer{peer(1, "Mia", true)}) }
	open := func(s *state) {
		s.open(id(1))
		s.thread.newest(messages(0, 3))
	}
	mia, renamed, gone := peer(1, "Mia", true), peer(1, "Maria", true), peer(1, "Mia", true)
	self := messenger.Self{ID: id(9), Name: "Lena"}
	request := messenger.Request{Peer: id(1)}
	fresh, other := message(5, false), message(5, false)
	other.Peer = id(2)
	for _, c := range []struct {
		name   string
		before []func(*state)
		event  messenger.Event
		stale  stale
		check  func(*state) bool
	}{
		{"lagged reads everything", nil, messenger.Event{Kind: messenger.EventLagged}, staleAll, nil},
		{"self", nil, messenger.Event{Kind: messenger.EventSelf, Self: &self}, staleSelf | staleSettings, func(s *state) bool { return s.self.Name == "Lena" }},
		{"a new device", nil, messenger.Event{Kind: messenger.EventPeerFound, Peer: &mia}, staleConversations | staleRequests,
			func(s *state) bool { return s.peers[id(1)].Online }},
		{"a known device again", []func(*state){known}, messenger.Event{Kind: messenger.EventPeerUpdated, Peer: &mia}, 0, nil},
		{"a new name", []func(*state){known}, messenger.Event{Kind: messenger.EventPeerUpdated, Peer: &renamed}, staleConversations | staleRequests,
			func(s *state) bool { return s.peers[id(1)].Name == "Maria" }},
		{"lost is offline whatever the event says", []func(*state){known}, messenger.Event{Kind: messenger.EventPeerLost, Peer: &gone}, 0,
			func(s *state) bool { return !s.peers[id(1)].Online }},
		{"a request", []func(*state){open}, messenger.Event{Kind: messenger.EventRequest, Request: &messenger.Request{Peer: id(3)}}, staleRequests, nil},
		{"a request of the open chat", []func(*state){open}, messenger.Event{Kind: messenger.EventRequestGone, Request: &request}, staleRequests | staleThread, nil},
		{"a message of the open chat", []func(*state){open}, messenger.Event{Kind: messenger.EventMessage, Message: &fresh}, staleConversations,
			func(s *state) bool { return len(s.thread.messages) == 4 }},
		{"a message of another chat", []func(*state){open}, messenger.Event{Kind: messenger.EventMessage, Message: &other}, staleConversations,
			func(s *state) bool { return len(s.thread.messages) == 3 }},
		{"an event without content", nil, messenger.Event{Kind: messenger.EventMessage}, 0, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newState()
			for _, f := range c.before {
				f(s)
			}
			if got := s.apply(c.event); got != c.stale {
				t.Errorf("stale is %b, want %b", got, c.stale)
			}
			if c.check != nil && !c.check(s) {
				t.Errorf("the state is %+v", s)
			}
		})
	}
}

func TestPeersThatAreNotListedAreOffline(t *testing.T) {
	s := newState()
	s.setPeers([]messenger.Peer{peer(1, "Mia", true), peer(2, "Jonas", true)})
	s.setPeers([]messenger.Peer{peer(2, "Jonas", true)})
	snap := s.snapshot(noon)
	if len(snap.Nearby) != 1 || snap.Nearby[0].Name != "Jonas" {
		t.Errorf("nearby is %+v", snap.Nearby)
	}
}

func TestSameNamesShowTheirIDs(t *testing.T) {
	s := newState()
	s.self = messenger.Self{ID: id(9), Name: "Lena"}
	s.setPeers([]messenger.Peer{
		peer(1, "ThinkPad", true), peer(2, "Think\u200bPad", true), peer(3, "Jonas", true), peer(4, "\x07", true), peer(5, "Lena", true),
	})
	nearby := s.snapshot(noon).Nearby
	if len(nearby) != 5 {
		t.Fatalf("%d devices nearby, want 5", len(nearby))
	}
	for _, d := range nearby {
		if want := d.ID != id(3); d.ShowID != want {
			t.Errorf("%q shows its short ID: %v, want %v", d.Name, d.ShowID, want)
		}
	}
}

func TestNearbyHasOneOrder(t *testing.T) {
	known := peer(1, "Zoe", true)
	known.Level = trust.Accepted
	all := []messenger.Peer{peer(4, "anna", true), known, peer(3, "Bert", true), peer(2, "Bert", true)}
	for range 8 {
		s := newState()
		s.setPeers(all)
		var got []identity.DeviceID
		for _, d := range s.snapshot(noon).Nearby {
			got = append(got, d.ID)
		}
		if want := []identity.DeviceID{id(1), id(4), id(2), id(3)}; !slices.Equal(got, want) {
			t.Fatalf("order %v, want %v", got, want)
		}
		all = append(all[1:], all[0])
	}
}

func TestThread(t *testing.T) {
	for _, c := range []struct {
		name  string
		build func(*thread)
		want  string
		older bool
	}{
		{"a page", func(th *thread) { th.newest(messages(0, 3)) }, "0 1 2", false},
		{"a full page has more above", func(th *thread) { th.newest(messages(40, 40+pageSize)) }, "40…99", true},
		{"the page above", func(th *thread) {
			th.newest(messages(40, 40+pageSize))
			th.setOlder(messages(0, 40))
		}, "0…99", false},
		{"new at the end", func(th *thread) {
			th.newest(messages(0, 2))
			th.put(message(2, false))
		}, "0 1 2", false},
		{"late in the middle", func(th *thread) {
			th.newest([]messenger.Message{message(0, false), message(2, false)})
			th.put(message(1, false))
		}, "0 1 2", false},
		{"above what is in memory", func(th *thread) {
			th.newest(messages(40, 40+pageSize))
			th.put(message(3, false))
		}, "40…99", true},
		{"above, but there is nothing more in the store", func(th *thread) {
			th.newest(messages(1, 3))
			th.put(message(0, false))
		}, "0 1 2", false},
		{"twice", func(th *thread) {
			th.newest(messages(0, 2))
			th.put(message(1, false))
		}, "0 1", false},
		{"read again after a loss, touching", func(th *thread) {
			th.newest(messages(0, pageSize))
			th.newest(messages(10, 10+pageSize))
		}, "0…69", true},
		{"read again after a loss, with a gap", func(th *thread) {
			th.newest(messages(0, pageSize))
			th.newest(messages(200, 200+pageSize))
		}, "200…259", true},
		{"empty", func(th *thread) { th.newest(nil) }, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			th := newThread(id(1))
			c.build(th)
			if got := numbers(th); got != c.want || th.older != c.older {
				t.Errorf("got %q, older %v; want %q, %v", got, th.older, c.want, c.older)
			}
			if len(th.index) != len(th.messages) {
				t.Errorf("%d messages, %d in the index", len(th.messages), len(th.index))
			}
		})
	}
}

// numbers lists the messages of a thread, many as "first…last".
func numbers(th *thread) string {
	var ns []string
	for _, e := range th.messages {
		ns = append(ns, strings.TrimPrefix(string(e.text), "text "))
	}
	if len(ns) > 5 {
		for i, n := range ns {
			if n != fmt.Sprint(int(th.messages[0].m.SortKey)-1000+i) {
				return "a gap at " + n
			}
		}
		return ns[0] + "…" + ns[len(ns)-1]
	}
	return strings.Join(ns, " ")
}

func TestAChangedStateChangesOneRow(t *testing.T) {
	th := newThread(id(1))
	th.newest([]messenger.Message{message(0, true), message(1, true), message(2, true)})
	before := th.snapshot(noon)
	changed := message(1, true)
	changed.State = messenger.Read
	th.put(changed)
	after := th.snapshot(noon)
	for i := range before {
		same := before[i] == after[i]
		if same == (i == 2) { // row 0 is the chip of the day
			t.Errorf("row %d: same pointer %v", i, same)
		}
	}
	if after[2].Tick != TickRead || before[2].Tick != TickDelivered {
		t.Errorf("ticks: %v, then %v", before[2].Tick, after[2].Tick)
	}
}

func TestRowsAreGroupedAndDated(t *testing.T) {
	at := func(n int, out bool, when time.Time) messenger.Message {
		m := message(n, out)
		m.SentAt, m.StoredAt = when, when
		return m
	}
	future := at(9, false, noon)
	future.SentAt = noon.Add(48 * time.Hour)
	th := newThread(id(1))
	th.newest([]messenger.Message{
		at(0, false, noon.Add(-26*time.Hour)),
		at(1, false, noon.Add(-26*time.Hour+5*time.Minute)),
		at(2, false, noon.Add(-26*time.Hour+11*time.Minute)),
		at(3, false, noon.Add(-2*time.Hour)),
		at(4, true, noon.Add(-2*time.Hour)),
		at(5, true, noon.Add(-2*time.Hour)),
		future,
	})
	var got []string
	for _, r := range th.snapshot(noon) {
		word := string(r.Text) + " " + r.Time
		if r.Kind == RowDay {
			word = "[" + string(r.Text) + "]"
		}
		if r.First {
			word = "<" + word
		}
		if r.Last {
			word += ">"
		}
		got = append(got, word)
	}
	want := []string{
		"[Yesterday]", "<text 0 10:00", "text 1 10:05>", "<text 2 10:11>",
		"[Today]", "<text 3 10:00>", "<text 4 10:00", "text 5 10:00>", "<text 9 12:00>",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%q, want\n%q", got, want)
	}
}

func TestBars(t *testing.T) {
	waiting := message(1, true)
	waiting.State = messenger.Waiting
	for _, c := range []struct {
		name     string
		level    trust.Level
		accepts  bool
		page     []messenger.Message
		request  bool
		bar      Bar
		text     string
		canWrite bool
	}{
		{"a stranger without messages", trust.Stranger, false, nil, false, BarStranger, "does not know you yet", true},
		{"a stranger that accepted this device", trust.Stranger, true, nil, false, BarStranger, "You have not let \u2068Mia\u2069 in", true},
		{"a stranger that asks", trust.Stranger, true, nil, true, BarRequest, "asks to write to you", false},
		{"asked, not accepted", trust.Accepted, false, []messenger.Message{waiting}, false, BarWaiting, "Waiting for \u2068Mia\u2069 to accept.", true},
		{"accepted both ways", trust.Accepted, true, []messenger.Message{waiting}, false, BarNone, "", true},
		{"a contact without messages", trust.Accepted, false, nil, false, BarNone, "", true},
		{"blocked", trust.Blocked, true, []messenger.Message{message(1, true)}, false, BarBlocked, "You have blocked", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newState()
			p := peer(1, "Mia", true)
			p.Level, p.AcceptsMe = c.level, c.accepts
			s.setPeers([]messenger.Peer{p})
			s.open(id(1))
			s.thread.newest(c.page)
			if c.request {
				s.requests = []messenger.Request{{ID: msgid.ID{1}, Peer: id(1), Name: "Mia", Text: "Hello\x1b[2J", At: noon, SentAt: noon}}
			}
			chat := s.snapshot(noon).Chat
			if chat.Bar != c.bar || !strings.Contains(string(chat.BarText), c.text) || chat.CanWrite != c.canWrite {
				t.Errorf("got bar %v %q, can write %v", chat.Bar, chat.BarText, chat.CanWrite)
			}
			if c.request && chat.Rows[1].Text != "Hello␛[2J" {
				t.Errorf("the request reads %q", chat.Rows[1].Text)
			}
		})
	}
}

func TestMarkReadIsAskedForOnce(t *testing.T) {
	s := newState()
	s.conversations = []messenger.Conversation{{Contact: messenger.Contact{ID: id(1)}, Last: message(3, false), Unread: 2}}
	steps := []struct {
		name string
		do   func()
		want bool
	}{
		{"no chat is open", func() { s.focused = true }, false},
		{"open without focus", func() { s.focused = false; s.open(id(1)) }, false},
		{"focused", func() { s.focused = true }, true},
		{"again", func() {}, false},
		{"one more message", func() { s.conversations[0].Unread, s.conversations[0].Last = 3, message(4, false) }, true},
		{"one that is below the screen", func() { s.above, s.conversations[0].Unread, s.conversations[0].Last = true, 4, message(5, false) }, false},
		{"the end is reached", func() { s.above = false }, true},
		{"all read", func() { s.conversations[0].Unread = 0 }, false},
	}
	for _, c := range steps {
		c.do()
		if _, got := s.toMark(); got != c.want {
			t.Errorf("%s: got %v", c.name, got)
		}
	}
}

func TestARefusedTextComesBack(t *testing.T) {
	s := newState()
	s.draft(id(1)).text = "typed since"
	s.refuse(sending{out: messenger.Outgoing{To: id(1), Text: "the long one"}}, "why")
	d := s.draft(id(1))
	if d.text != "the long one\ntyped since" || d.err != "why" || d.rev != 1 {
		t.Errorf("the draft is %+v", d)
	}
}

// TestStrangersThatWentAreForgotten: but not one that something on the screen is
// about, nor what was typed for it.
func TestStrangersThatWentAreForgotten(t *testing.T) {
	s := newState()
	contact := peer(6, "Friend", false)
	contact.Level = trust.Accepted
	everybody := []messenger.Peer{peer(1, "Open", true), peer(2, "Asks", true), peer(3, "Talked", true), peer(4, "Gone", true), peer(5, "Here", true), contact, peer(7, "Draft", true)}
	s.setPeers(everybody)
	s.requests = []messenger.Request{{Peer: id(2)}}
	s.conversations = []messenger.Conversation{{Contact: messenger.Contact{ID: id(3)}}}
	s.draft(id(4))
	s.draft(id(7)).text = "half a"
	s.open(id(1))
	s.setPeers([]messenger.Peer{peer(5, "Here", true)})
	if got := s.peers[id(4)]; len(s.order) != 5 || len(s.peers) != 5 || got.Name != "" || s.drafts[id(4)] != nil || s.drafts[id(7)] == nil {
		t.Errorf("after they went: %v, drafts %v", s.order, s.drafts)
	}
	s.open(id(5))
	if len(s.order) != 4 || len(s.peers) != 4 {
		t.Errorf("after the chat was left: %v", s.order)
	}
	gone := peer(5, "Here", true)
	s.open(id(3))
	s.apply(messenger.Event{Kind: messenger.EventPeerLost, Peer: &gone})
	if _, known := s.peers[id(5)]; known {
		t.Error("a stranger that is lost is kept")
	}
}

func TestTheRawTextIsThereToCopy(t *testing.T) {
	s := newState()
	s.open(id(1))
	m := message(0, false)
	m.Text = "a\x1b\u202eb"
	s.thread.newest([]messenger.Message{m})
	if r := s.snapshot(noon).Chat.Rows[1]; r.Raw != m.Text || string(r.Text) == m.Text {
		t.Errorf("raw %q, shown %q", r.Raw, r.Text)
	}
	s.requests = []messenger.Request{{ID: msgid.ID{1}, Peer: id(1), Text: m.Text, At: noon, SentAt: noon}}
	rows := s.snapshot(noon).Chat.Rows
	if r := rows[len(rows)-1]; r.Raw != m.Text {
		t.Errorf("of a request: %q", r.Raw)
	}
}

// TestWhoseLinksOpen: those of contacts and one's own; never a stranger's.
func TestWhoseLinksOpen(t *testing.T) {
	for level, want := range map[trust.Level]bool{trust.Stranger: false, trust.Accepted: true, trust.Verified: true, trust.Blocked: false} {
		s := newState()
		p := peer(1, "Mia", true)
		p.Level = trust.Accepted
		s.setPeers([]messenger.Peer{p})
		s.open(id(1))
		s.thread.newest([]messenger.Message{message(1, false), message(2, true)})
		s.snapshot(noon)
		p.Level = level // rows that are drawn already follow
		s.setPeers([]messenger.Peer{p})
		s.requests = []messenger.Request{{ID: msgid.ID{1}, Peer: id(1), Text: "https://example.org", At: noon, SentAt: noon}}
		rows := s.snapshot(noon).Chat.Rows
		if in, out, ask := rows[1], rows[2], rows[4]; in.Links != want || !out.Links || ask.Links {
			t.Errorf("%v: incoming %v, own %v, asked %v", level, in.Links, out.Links, ask.Links)
		}
	}
}

func TestTheHintKnowsWhetherThereIsANetwork(t *testing.T) {
	s := newState()
	s.ready = true
	if snap := s.snapshot(noon); !snap.Self.Offline || !strings.Contains(snap.NearbyHint, "no network") || strings.Contains(snap.NearbyHint, "Start Earshot") {
		t.Errorf("offline: %q, %q", snap.Self.Status, snap.NearbyHint)
	}
	s.self.Addresses = []netip.AddrPort{netip.MustParseAddrPort("192.0.2.1:9")}
	if snap := s.snapshot(noon); snap.Self.Offline || !strings.Contains(snap.NearbyHint, "Start Earshot") {
		t.Errorf("online: %q, %q", snap.Self.Status, snap.NearbyHint)
	}
}

// TestAnEventIsFasterThanTheAnswer: the stored message takes the place of the
// one that waits.
func TestAnEventIsFasterThanTheAnswer(t *testing.T) {
	th := newThread(id(1))
	th.unsaved = []*entry{sending{out: messenger.Outgoing{ID: message(0, true).ID, Text: "text 0"}, at: noon}.entry()}
	before := th.snapshot(noon)
	th.put(message(0, true))
	if after := th.snapshot(noon); len(before) != 2 || len(after) != 2 || before[1].Key != after[1].Key || after[1].Tick != TickDelivered {
		t.Errorf("rows %q, then %q", texts(before), texts(after))
	}
}

// TestAReadingDoesNotDropWhatWasStoredMeanwhile: a page that was read before a
// text was stored does not know it.
func TestAReadingDoesNotDropWhatWasStoredMeanwhile(t *testing.T) {
	th := newThread(id(1))
	th.newest(messages(0, 2))
	th.fresh = nil // a reading begins
	th.putSent(message(2, true))
	th.newest(messages(0, 2))
	if got := numbers(th); got != "0 1 2" {
		t.Errorf("got %q", got)
	}
}

func TestPeerTextIsMadeHarmless(t *testing.T) {
	s := newState()
	s.setPeers([]messenger.Peer{peer(1, "Mi\u202Ea\x1b", true)})
	s.conversations = []messenger.Conversation{{Contact: messenger.Contact{ID: id(1)}, Last: message(1, false)}}
	s.conversations[0].Last.Text = "a\nb\x00"
	snap := s.snapshot(noon)
	if got := snap.Nearby[0].Name; got != safetext.Name("Mi\u202Ea\x1b") {
		t.Errorf("the name is %q", got)
	}
	if got := snap.Conversations[0].Preview; got != "a b␀" {
		t.Errorf("the preview is %q", got)
	}
}
