package viewmodel

import (
	"strings"
	"testing"
	"time"

	"earshot/internal/messenger"
	"earshot/internal/trust"
)

// trusted is a device that says its name itself.
func trusted(n byte, name string, level trust.Level, online bool) messenger.Peer {
	return messenger.Peer{ID: id(n), Name: name, Said: name, Level: level, Online: online, Added: time.Unix(int64(n), 0)}
}

// chatAmong is the chat with the first of some devices.
func chatAmong(now time.Time, peers ...messenger.Peer) *Chat {
	s := newState()
	s.setPeers(peers)
	s.open(peers[0].ID)
	return s.snapshot(now).Chat
}

func TestAbout(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	nick := trusted(1, "Mia", trust.Accepted, false)
	nick.Said, nick.Kind, nick.LastSeen = "Pixel \x1b[31m9\u202e", "phone", now.Add(-time.Hour)
	a := chatAmong(now, nick).About
	if a.Nick != "Mia" || strings.ContainsAny(string(a.Said), "\x1b\u202e") || !strings.Contains(string(a.Said), "Pixel") {
		t.Errorf("nick %q, said %q", a.Nick, a.Said)
	}
	if a.Kind != "Phone" || a.Presence != "Last seen 11:00" || a.LongID != id(1).String() {
		t.Errorf("%+v", a)
	}
	for _, c := range []struct {
		level                        trust.Level
		want                         Trust
		word                         string
		name, block, forget, replace bool
	}{
		{trust.Stranger, Stranger, "Stranger", false, true, false, false},
		{trust.Accepted, Accepted, "Accepted", true, true, true, false},
		{trust.Verified, Verified, "Verified", true, true, true, true},
		{trust.Blocked, Blocked, "Blocked", true, false, true, false},
	} {
		p := trusted(1, "Mia", c.level, true)
		p.Kind, p.Knocks = "toaster", 3
		a := chatAmong(now, p, trusted(2, "Tom", trust.Accepted, false)).About
		if a.Trust != c.want || a.Level != c.word || a.Means == "" || a.Kind != "" || a.Nick != "" || a.Said != "" {
			t.Errorf("%s: %+v", c.word, a)
		}
		if a.CanName != c.name || a.CanBlock != c.block || a.CanForget != c.forget || len(a.Older) > 0 != c.replace {
			t.Errorf("%s: what can be done: %+v", c.word, a)
		}
		if got := strings.Contains(string(a.Means), "tried 3 times"); got != (c.level == trust.Blocked) {
			t.Errorf("%s: %q", c.word, a.Means)
		}
	}
}

// TestOlderContacts: those of the name first, then those that are away, and none
// that is blocked, a stranger or the device itself.
func TestOlderContacts(t *testing.T) {
	a := chatAmong(time.Unix(0, 0),
		trusted(1, "Mia", trust.Verified, true), trusted(2, "Zoe", trust.Accepted, true), trusted(3, "Tom", trust.Accepted, false),
		trusted(4, "mia", trust.Accepted, true), trusted(5, "Eve", trust.Blocked, false), trusted(6, "Sam", trust.Stranger, true),
		trusted(7, "Ann", trust.Verified, true)).About
	var got []string
	for _, o := range a.Older {
		got = append(got, string(o.Name))
	}
	if s := strings.Join(got, " "); s != "mia Tom Ann Zoe" {
		t.Errorf("older contacts: %s", s)
	}
}

func TestCautions(t *testing.T) {
	old := trusted(8, "Mia", trust.Stranger, true)
	old.ReplacedBy = id(1)
	for _, c := range []struct {
		what  string
		peers []messenger.Peer
		want  string // of the first, with names isolated by \u2068 and \u2069
	}{
		{"a stranger with the name of a contact", []messenger.Peer{trusted(2, "MIA", trust.Stranger, true), trusted(1, "Mia", trust.Accepted, false)},
			"New device with the name of \u2068Mia\u2069. Not \u2068Mia\u2069 unless you pair."},
		{"another name", []messenger.Peer{trusted(2, "Tom", trust.Stranger, true), trusted(1, "Mia", trust.Accepted, false)}, ""},
		{"the name of a stranger", []messenger.Peer{trusted(2, "Mia", trust.Stranger, true), trusted(1, "Mia", trust.Stranger, true)}, ""},
		{"a contact with the name of a verified one", []messenger.Peer{trusted(2, "Mia", trust.Accepted, true), trusted(3, "Mia", trust.Verified, false)},
			"Another device with the name of \u2068Mia\u2069. Not \u2068Mia\u2069 unless you pair."},
		{"the verified one itself", []messenger.Peer{trusted(3, "Mia", trust.Verified, true), trusted(2, "Mia", trust.Accepted, false)}, ""},
		{"a blocked one", []messenger.Peer{trusted(2, "Mia", trust.Blocked, true), trusted(1, "Mia", trust.Accepted, false)}, ""},
		{"one that was replaced", []messenger.Peer{old, trusted(1, "Mia Neu", trust.Verified, true)},
			"You replaced this device by \u2068Mia Neu\u2069. Whoever has it now may be somebody else."},
	} {
		s := newState()
		s.setPeers(c.peers)
		s.open(c.peers[0].ID)
		snap := s.snapshot(time.Unix(0, 0))
		if got := string(snap.Chat.Caution); got != c.want {
			t.Errorf("%s: %q", c.what, got)
		}
		for _, d := range snap.Nearby {
			if d.ID == c.peers[0].ID && string(d.Caution) != c.want {
				t.Errorf("%s: in the strip %q", c.what, d.Caution)
			}
		}
	}
}

// TestRequestsAreMarked: a request of somebody with a contact's name, and of a
// device that was replaced, which nothing but the request knows of.
func TestRequestsAreMarked(t *testing.T) {
	s := newState()
	s.setPeers([]messenger.Peer{trusted(1, "Mia", trust.Verified, false)})
	s.requests = []messenger.Request{
		{Peer: id(2), Name: "mia", Text: "Hi"}, {Peer: id(3), Name: "Old", ReplacedBy: id(1)}, {Peer: id(4), Name: "Tom"},
		{Peer: id(5), Name: "Gone", ReplacedBy: id(77)},
	}
	s.open(id(2))
	snap := s.snapshot(time.Unix(0, 0))
	for i, want := range []string{"New device with the name of \u2068Mia\u2069", "You replaced this device by \u2068Mia\u2069", "", "You replaced this device by another device"} {
		if got := string(snap.Requests[i].Caution); !strings.HasPrefix(got, want) || (want == "") != (got == "") {
			t.Errorf("request %d: %q", i, got)
		}
	}
	if !snap.Requests[0].ShowID || snap.Requests[2].ShowID {
		t.Error("names that are read alike do not show their IDs, or others do")
	}
	if !strings.Contains(string(snap.Chat.BarText), "Not \u2068Mia\u2069 unless you pair.") {
		t.Errorf("above the composer: %q", snap.Chat.BarText)
	}
}

func TestBlockedDevices(t *testing.T) {
	one, many := trusted(2, "Zoe", trust.Blocked, false), trusted(3, "anna", trust.Blocked, true)
	one.Knocks, many.Knocks = 1, 12
	s := newState()
	s.setPeers([]messenger.Peer{one, many, trusted(4, "Bob", trust.Blocked, false), trusted(1, "Mia", trust.Accepted, true)})
	snap := s.snapshot(time.Unix(0, 0))
	var got []string
	for _, b := range snap.Blocked {
		got = append(got, string(b.Name)+": "+b.Tries)
	}
	want := "anna: It has tried 12 times since Earshot was started.|Bob: |Zoe: It has tried once since Earshot was started."
	if s := strings.Join(got, "|"); s != want {
		t.Errorf("%q", s)
	}
	if len(snap.Nearby) != 1 {
		t.Errorf("%d devices nearby", len(snap.Nearby))
	}
}

func TestContactCommands(t *testing.T) {
	f := newFake()
	atDesk(t, f, func(d *desk) {
		d.Open(id(1))
		ok := d.SetNick(id(1), " Mia ") && d.SetNick(id(1), "")
		d.settle()
		if !ok || d.SetNick(id(1), strings.Repeat("x", 41)) {
			t.Error("wrong about what can be a name")
		}
		if d.settle().Notice == "" {
			t.Error("nothing is said of a name that cannot be one")
		}
		d.Unblock(id(2))
		d.Replace(id(1), id(3))
		if c := d.settle().Chat; c == nil || c.ID != id(3) {
			t.Errorf("after the device of the open chat was replaced: %+v", c)
		}
		d.Forget(id(3))
		if c := d.settle().Chat; c != nil {
			t.Error("the chat with a device that was forgotten stays")
		}
		for _, call := range []string{
			"nick " + id(1).Short() + ` "Mia"`, "nick " + id(1).Short() + ` ""`, "unblock " + id(2).Short(),
			"replace " + id(1).Short() + " " + id(3).Short(), "forget " + id(3).Short(),
		} {
			if f.count(call) != 1 {
				t.Errorf("%d calls %s", f.count(call), call)
			}
		}
		f.fail = messenger.ErrNotVerified
		d.Open(id(1))
		d.Replace(id(1), id(3))
		if s := d.settle(); !strings.HasPrefix(s.Notice, "Pair with the new device first") || s.Chat.ID != id(1) {
			t.Errorf("refused: %q, chat %v", s.Notice, s.Chat.ID.Short())
		}
	})
}

// TestReplaceTakesTheDraftAlong, unless something is written to the new one.
func TestReplaceTakesTheDraftAlong(t *testing.T) {
	atDesk(t, newFake(), func(d *desk) {
		d.Open(id(1))
		d.Type(id(1), "Half a sent")
		d.Replace(id(1), id(3))
		if c := d.settle().Chat; c.Draft != "Half a sent" || c.DraftRev == 0 {
			t.Errorf("the draft is %q", c.Draft)
		}
	})
}

// TestAsksOnceWhoSees: ten minutes after the first start, until somebody has
// chosen, here or elsewhere.
func TestAsksOnceWhoSees(t *testing.T) {
	for _, elsewhere := range []bool{false, true} {
		f := newFake()
		f.self.Visibility = messenger.VisibleEveryone
		atDesk(t, f, func(d *desk) {
			f.mu.Lock()
			f.self.Begun = time.Now()
			f.mu.Unlock()
			d.pass(askVisibleAfter - time.Second)
			if d.settle().AskVisible {
				t.Error("it asks too early")
			}
			d.pass(clockStep + time.Second)
			if !d.settle().AskVisible {
				t.Fatal("it does not ask")
			}
			d.pass(time.Hour)
			if !d.settle().AskVisible {
				t.Fatal("it asks no more, and nobody has answered")
			}
			if elsewhere {
				f.mu.Lock()
				f.visible = messenger.VisibleEveryone
				f.mu.Unlock()
				d.pass(clockStep)
			} else {
				d.SetVisibility(VisibleEveryone)
			}
			if d.settle().AskVisible {
				t.Error("it asks again")
			}
			if got := f.count("set " + messenger.SettingVisibility + " " + messenger.VisibleEveryone); (got == 1) == elsewhere {
				t.Errorf("%d times set", got)
			}
		})
	}
}

func TestNearbyHint(t *testing.T) {
	for _, c := range []struct {
		visibility string
		online     bool
		want       string // a part of it; "": nothing
	}{
		{VisibleEveryone, true, ""}, {VisibleEveryone, false, "No other device in earshot."},
		{VisibleContacts, true, "Only contacts are shown while only they can see this device."},
		{VisibleHidden, true, "Only contacts are shown while this device is hidden."},
		{VisibleHidden, false, "No contact in earshot. Only contacts"},
	} {
		s := newState()
		s.self.Visibility = c.visibility
		s.setPeers([]messenger.Peer{trusted(1, "Mia", trust.Accepted, c.online)})
		snap := s.snapshot(time.Unix(0, 0))
		if got := snap.NearbyHint; !strings.HasPrefix(got, c.want) || (c.want == "") != (got == "") || snap.Visibility != c.visibility {
			t.Errorf("%+v: %q", c, got)
		}
		if s.ready = true; !c.online && !strings.HasPrefix(s.snapshot(time.Unix(0, 0)).NearbyHint, "This device is on no network.") {
			t.Error("offline is not said")
		}
	}
}

// TestNamesAreReadAlike: what tells two rows apart is shown whenever a person
// reads one name.
func TestNamesAreReadAlike(t *testing.T) {
	s := newState()
	s.setPeers([]messenger.Peer{trusted(1, "Mia", trust.Accepted, true), trusted(2, "ＭＩＡ", trust.Stranger, true), trusted(3, "Tom", trust.Stranger, true)})
	for _, d := range s.snapshot(time.Unix(0, 0)).Nearby {
		if want := d.ID != id(3); d.ShowID != want {
			t.Errorf("%s shows its ID: %v", d.Name, d.ShowID)
		}
	}
}
