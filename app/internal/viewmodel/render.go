package viewmodel

import (
	"slices"
	"time"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/safetext"
	"earshot/internal/trust"
)

// hues is how many colours avatars have.
const hues = 10

// snapshot returns what the state looks like at the time now, in its zone.
func (s *state) snapshot(now time.Time) Snapshot {
	names := s.names()
	folded := make(map[identity.DeviceID]string, len(names))
	shared := make(map[string]int, len(names))
	for id, n := range names {
		folded[id] = safetext.FoldName(string(n))
		shared[folded[id]]++
	}
	device := func(id identity.DeviceID) Device {
		name, level := names[id], s.levelOf(id)
		d := Device{
			ID: id, ShortID: id.Short(), ShowID: shared[folded[id]] > 1 || name == safetext.Unnamed,
			Face:     face(id, name, presenceOf(s.peers[id])),
			Verified: level == trust.Verified, CanPair: level == trust.Stranger || level == trust.Accepted,
		}
		r, _ := s.request(id)
		if d.ShowID || !r.ReplacedBy.IsZero() || !s.peers[id].ReplacedBy.IsZero() {
			d.Caution = s.caution(id, r.ReplacedBy, names, s.alike(id, folded))
		}
		return d
	}
	out := Snapshot{
		Ready: s.ready, Self: s.selfSnapshot(), Notice: s.noticeNow(), Alerts: alerts(s.notices), Keep: s.setting(messenger.SettingKeep),
		Visibility: s.self.Visibility, AskVisible: s.asksVisible(now), Blocked: s.blocked(device),
	}
	for _, id := range s.order {
		if p := s.peers[id]; p.Online && p.Level != trust.Blocked {
			out.Nearby = append(out.Nearby, device(id))
		}
	}
	slices.SortStableFunc(out.Nearby, func(a, b Device) int {
		ac, bc := s.peers[a.ID].Level.IsContact(), s.peers[b.ID].Level.IsContact()
		if ac != bc {
			if ac {
				return -1
			}
			return 1
		}
		return byName(a, b)
	})
	out.NearbyHint = s.nearbyHint(len(out.Nearby) == 0)
	for _, r := range s.requests {
		out.Requests = append(out.Requests, Request{Device: device(r.Peer), Text: safetext.Body(r.Text)})
	}
	for _, c := range s.conversations {
		if s.level(c.Contact) != trust.Blocked {
			out.Conversations = append(out.Conversations, s.conversationSnapshot(c, device(c.Contact.ID), now))
		}
	}
	if s.search != nil {
		out.Search = s.search.snapshot(device, now)
	}
	if s.thread != nil {
		out.Chat = s.chatSnapshot(device(s.thread.peer), now)
		out.Chat.About = s.about(s.chatPeer(), device, now)
	}
	out.Pairing, out.PairCard = s.pairSnapshot(device)
	return out
}

// noticeNow is the most pressing thing to tell.
func (s *state) noticeNow() string {
	switch {
	case s.stay != "":
		return s.stay
	case s.isLate():
		return "Earshot does not answer. What you wrote is not stored yet; it is tried again while this window is open."
	case s.silent:
		return "Earshot does not answer at the moment. It is asked again every second."
	}
	return s.notice
}

// names is the name of every device that may be on the screen, this one too.
func (s *state) names() map[identity.DeviceID]safetext.Display {
	raw := make(map[identity.DeviceID]string, len(s.peers)+len(s.conversations))
	for _, r := range s.requests {
		raw[r.Peer] = r.Name
	}
	for _, c := range s.conversations {
		raw[c.Contact.ID] = c.Contact.Name
	}
	for id, p := range s.peers {
		if p.Name != "" || raw[id] == "" {
			raw[id] = p.Name
		}
	}
	if !s.self.ID.IsZero() {
		raw[s.self.ID] = s.self.Name
	}
	out := make(map[identity.DeviceID]safetext.Display, len(raw)+1)
	if s.thread != nil {
		out[s.thread.peer] = safetext.Unnamed // unless it is known below
	}
	for id, name := range raw {
		out[id] = safetext.Name(name)
	}
	return out
}

func face(id identity.DeviceID, name safetext.Display, p Presence) Face {
	return Face{Name: name, Initials: initials(name), Hue: int(id[0]) % hues, Presence: p}
}

func presenceOf(p messenger.Peer) Presence {
	switch {
	case p.Online && p.Away:
		return Away
	case p.Online:
		return Here
	}
	return Absent
}

func (s *state) selfSnapshot() Self {
	status := "This device · " + s.self.ID.Short()
	offline := s.ready && len(s.self.Addresses) == 0
	if offline {
		status = "No network · " + s.self.ID.Short()
	}
	return Self{Face: face(s.self.ID, safetext.Name(s.self.Name), Absent), ShortID: s.self.ID.Short(), Status: status, Offline: offline}
}

func (s *state) conversationSnapshot(c messenger.Conversation, d Device, now time.Time) Conversation {
	out := Conversation{Device: d, Unread: c.Unread, Open: s.thread != nil && s.thread.peer == d.ID}
	if !c.Last.ID.IsZero() {
		out.Preview = safetext.Line(c.Last.Text)
		out.Time = rowTime(shownAt(c.Last).In(now.Location()), now)
		out.Tick = tickOf(c.Last)
		if c.Last.Deleted {
			out.Preview, out.Tick = deletedText, TickNone
		}
	}
	if s.peers[d.ID].Typing {
		out.Preview, out.Typing, out.Tick = typingText, true, TickNone
	}
	return out
}

// typingText says that somebody is writing.
const typingText = "typing…"

// setting is the value of a setting, "" if it is not known.
func (s *state) setting(key string) string {
	for _, one := range s.settings {
		if one.Key == key {
			return one.Value
		}
	}
	return ""
}

// level is how far a contact is trusted, by the newest that is known.
func (s *state) level(c messenger.Contact) trust.Level {
	if p, ok := s.peers[c.ID]; ok {
		return p.Level
	}
	return c.Level
}

// levelOf is how far a device is trusted, by the newest that is known.
func (s *state) levelOf(id identity.DeviceID) trust.Level {
	if p, ok := s.peers[id]; ok {
		return p.Level
	}
	c, _ := s.conversation(id)
	return c.Contact.Level
}

func pickWord(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}

// chatPeer is the device of the open chat as far as it is known.
func (s *state) chatPeer() messenger.Peer {
	id := s.thread.peer
	if p, known := s.peers[id]; known {
		return p
	}
	if c, talked := s.conversation(id); talked {
		return messenger.Peer{
			ID: id, Name: c.Contact.Name, Said: c.Contact.Said, Kind: c.Contact.Kind, Level: c.Contact.Level,
			AcceptsMe: c.Contact.AcceptsMe, LastSeen: c.Contact.LastSeen,
		}
	}
	r, _ := s.request(id)
	return messenger.Peer{ID: id, Name: r.Name, Said: r.Name, Kind: r.Kind}
}

func (s *state) chatSnapshot(d Device, now time.Time) *Chat {
	id := s.thread.peer
	peer := s.chatPeer()
	c, talked := s.conversation(id)
	draft := s.draft(id)
	t := s.thread
	t.unsaved, t.contact, t.name, t.writable = s.sendingTo(id), peer.Level.IsContact(), d.Name, peer.Level != trust.Blocked
	chat := &Chat{
		Device: d, Typing: peer.Typing,
		Contact: t.contact, Receipts: talked && c.Contact.Receipts,
		Status: seen(peer, now),
		Rows:   t.snapshot(now), Older: t.older, Newer: t.newer, Missed: t.missed, Place: t.place,
		CanWrite: t.writable,
		Draft:    draft.text, DraftRev: draft.rev, Error: draft.err,
		Mode: draft.mode.kind, ModeRev: draft.mode.rev, Of: s.quoteOf(t, draft.mode),
	}
	if t.contact {
		chat.Status += pickWord(d.Verified, " · verified", " · not verified")
	}
	if peer.Typing {
		chat.Status = typingText
	}
	if d.ShowID {
		chat.Status += " · " + d.ShortID
	}
	s.addBar(chat, peer, now)
	chat.Blank = t.loaded && len(chat.Rows) == 0
	return chat
}

// addBar says what stands between two devices.
func (s *state) addBar(chat *Chat, peer messenger.Peer, now time.Time) {
	name := safetext.Isolate(chat.Name)
	if r, ok := s.request(chat.ID); ok {
		chat.Bar, chat.CanWrite = BarRequest, false
		chat.BarText = name + safetext.Display(" ("+chat.ShortID+")") + " asks to write to you." + warning(chat)
		at := shownAt(messenger.Message{SentAt: r.SentAt, StoredAt: r.At}).In(now.Location())
		chat.Rows = append(chat.Rows, // without Links: a stranger's are not opened
			&Row{Key: "day/request", Kind: RowDay, Text: safetext.Display(dayChip(at, now))},
			&Row{Key: "request/" + r.ID.String(), Text: safetext.Body(r.Text), Raw: r.Text, Acts: CanCopy, Time: clockTime(at), First: true, Last: true})
		return
	}
	switch {
	case s.thread.said != "": // about what the person just did
		chat.Bar, chat.BarText = BarNote, safetext.Display(s.thread.said)
	case peer.Level == trust.Blocked:
		chat.Bar, chat.BarText = BarBlocked, "You have blocked this device. Tap its name above to unblock it."
	case peer.Level.IsContact() && !peer.AcceptsMe && s.thread.waits():
		chat.Bar, chat.BarText = BarWaiting, "Waiting for "+name+" to accept."
	case peer.Level == trust.Stranger && len(chat.Rows) == 0:
		chat.Bar = BarStranger
		if peer.AcceptsMe || s.refused[chat.ID] { // it has written to this device
			chat.BarText = "You have not let " + name + " in. Your first message does." + warning(chat)
			return
		}
		chat.BarText = name + " does not know you yet. Your first message asks to be let in." + warning(chat)
	}
}

// warning is the caution about the device of a chat behind another sentence.
func warning(chat *Chat) safetext.Display {
	if chat.Caution == "" {
		return ""
	}
	return "\n" + chat.Caution
}
