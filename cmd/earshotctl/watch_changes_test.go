package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/internal/messenger"
	"earshot/internal/msgid"
	"earshot/internal/trust"
)

func TestRunTellsChanges(t *testing.T) {
	f := newFake(peer("Anna", deviceID("anna"), trust.Accepted))
	old := messenger.Message{ID: msgid.Now(), Peer: deviceID("anna"), Outgoing: true, Text: "old", State: messenger.Delivered, StoredAt: time.Now().Add(-time.Hour)}
	waits := messenger.Message{ID: msgid.Now(), Peer: deviceID("anna"), Text: "waits", State: messenger.Received, StoredAt: time.Now().Add(-time.Hour)}
	f.messages = []messenger.Message{old, waits, {ID: msgid.Now(), Peer: deviceID("anna"), Outgoing: true, Kind: messenger.KindReact, Target: waits.ID, Text: "x"}}
	w := watch(t, f)
	w.told(t)
	reads := f.reads
	tell := func(kind messenger.EventKind, m messenger.Message) messenger.Event {
		return messenger.Event{Kind: kind, Message: &m}
	}
	with := func(m messenger.Message, change func(*messenger.Message)) messenger.Message {
		change(&m)
		return m
	}
	edited := with(old, func(m *messenger.Message) { m.Text, m.Changing, m.EditedAt = "new", true, time.Now() })
	there := with(edited, func(m *messenger.Message) { m.Changing = false })
	queued := with(old, func(m *messenger.Message) {
		m.ID, m.Text, m.State, m.StoredAt = msgid.Now(), "queued", messenger.Queued, time.Now().Add(time.Second)
	})
	failed := with(queued, func(m *messenger.Message) { m.State = messenger.Failed })
	deleted := with(queued, func(m *messenger.Message) { m.ID, m.Text, m.Deleted, m.Changing = msgid.Now(), "", true, true })
	gone := with(deleted, func(m *messenger.Message) { m.Changing = false })
	anna := f.peers[0]
	anna.Typing = true
	for _, step := range []struct {
		what   string
		events []messenger.Event
		want   []string
	}{
		{"an old message is edited", []messenger.Event{tell(messenger.EventChanged, edited)}, []string{"changed new"}},
		{"and the other has it: no delivery of the message", []messenger.Event{tell(messenger.EventState, there), tell(messenger.EventState, there)}, []string{"changed new"}},
		{"a change that waited at the start", []messenger.Event{tell(messenger.EventState, waits)}, []string{"changed waits"}},
		{"edited by the other", []messenger.Event{tell(messenger.EventChanged, waits)}, []string{"changed waits"}},
		{"cancelled", []messenger.Event{tell(messenger.EventMessage, queued), tell(messenger.EventState, failed), tell(messenger.EventState, failed)}, []string{"message queued", "changed queued"}},
		{"deleted before it went", []messenger.Event{tell(messenger.EventChanged, deleted), tell(messenger.EventState, gone)}, []string{"changed ", "changed "}},
		{"removed here", []messenger.Event{tell(messenger.EventRemoved, messenger.Message{Peer: old.Peer, ID: old.ID, Outgoing: true})}, []string{"removed "}},
		{"cleared", []messenger.Event{{Kind: messenger.EventHistory, Peer: &messenger.Peer{ID: old.Peer}}}, []string{"history Anna"}},
		{"typing", []messenger.Event{{Kind: messenger.EventTyping, Peer: &anna}}, []string{"typing Anna"}},
		{"nothing is looked for", []messenger.Event{{Kind: messenger.EventLagged}}, nil},
	} {
		if got := w.told(t, step.events...); !slices.Equal(got, step.want) {
			t.Errorf("%s: printed %q, want %q", step.what, got, step.want)
		}
	}
	if len(w.pending) != 0 {
		t.Errorf("%d wait for a delivery that nobody tells of", len(w.pending))
	}
	if f.reads > reads+1 {
		t.Errorf("read %d pages for a change that waits", f.reads-reads)
	}
}

func TestRunTellsChangesToPeople(t *testing.T) {
	f := newFake(peer("Anna", deviceID("anna"), trust.Accepted))
	w := watch(t, f)
	w.p.args.json = false
	w.out.Reset()
	m := messenger.Message{ID: msgid.Now(), Peer: deviceID("anna"), Outgoing: true, Text: "new\x1b", State: messenger.Delivered, EditedAt: time.Now(), Changing: true, Mine: "👍", Theirs: "\x1b"}
	there := m
	there.Changing = false
	anna, quiet := f.peers[0], f.peers[0]
	anna.Typing = true
	for _, ev := range []messenger.Event{
		{Kind: messenger.EventChanged, Message: &m}, {Kind: messenger.EventState, Message: &there},
		{Kind: messenger.EventRemoved, Message: &there}, {Kind: messenger.EventHistory, Peer: &anna},
		{Kind: messenger.EventTyping, Peer: &anna}, {Kind: messenger.EventTyping, Peer: &quiet},
	} {
		if err := w.event(t.Context(), ev); err != nil {
			t.Fatal(err)
		}
	}
	who := "Anna (" + deviceID("anna").Short() + ")"
	want := []string{
		`  changed    to ` + who + `: new\x1b  [edited, change waits]`,
		`                     (` + who + `: \x1b)`,
		`                     (me: 👍)`,
		`  delivered  to ` + who + `: the change`,
		`  removed    a message with ` + who + `, from this device`,
		`  removed    messages with ` + who + `, from this device`,
		`  typing     ` + who,
	}
	got := strings.Split(strings.TrimSuffix(w.out.String(), "\n"), "\n")
	if len(got) != len(want) {
		t.Fatalf("printed\n%s", w.out)
	}
	for i, line := range got {
		if !strings.HasSuffix(line, want[i]) {
			t.Errorf("line %d is %q, want %q", i, line, want[i])
		}
	}
}
