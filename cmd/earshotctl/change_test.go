package main

import (
	"errors"
	"strings"
	"testing"
	"time"

	"earshot/internal/messenger"
	"earshot/internal/msgid"
	"earshot/internal/trust"
)

// talk is a fake with a received and a sent message, and the IDs of both.
func talk() (f *fakeDevice, theirs, mine messenger.Message) {
	f = newFake(peer("Anna", deviceID("anna"), trust.Accepted))
	theirs = messenger.Message{ID: msgid.New(time.Now()), Peer: deviceID("anna"), Text: "Coffee?", State: messenger.Received}
	mine = messenger.Message{ID: msgid.New(time.Now()), Peer: deviceID("anna"), Text: "Yes", Outgoing: true, State: messenger.Delivered}
	f.messages = []messenger.Message{theirs, mine}
	return f, theirs, mine
}

func TestChange(t *testing.T) {
	atAnna := "Anna (" + deviceID("anna").Short() + ")"
	over := func(f *fakeDevice) {
		f.changed = func(m *messenger.Message) {
			now := *m
			now.Changing = false
			f.emit(messenger.Event{Kind: messenger.EventState, Message: &now})
		}
	}
	same := func(f *fakeDevice) { f.changed = func(m *messenger.Message) { m.Changing = false } }
	tests := []struct {
		what string
		with func(*fakeDevice)
		in   string
		args string // MINE and THEIRS stand for IDs
		code int
		says string
		did  string
	}{
		{"edit", over, "", "edit MINE No --wait 1m", exitDone, "edit delivered to " + atAnna + "\n", `change 2 "No" true`},
		{"edit from standard input", over, "No\n\n", "edit MINE", exitDone, "edit delivered", `change 2 "No\n" true`},
		{"edit, kept", nil, "", "edit MINE No --wait 1ms", exitKept, "edit kept in the outbox: " + atAnna + " has not confirmed it yet\n", `change 2 "No" true`},
		{"edit, not waiting", nil, "", "edit MINE No --wait 0", exitKept, "edit kept in the outbox", `change 2 "No" true`},
		{"edit to what it is", same, "", "edit MINE Yes", exitDone, "nothing to do: it is so already\n", `change 2 "Yes" true`},
		{"edit of another's", nil, "", "edit THEIRS No", exitFailed, "only its writer can edit", `change 2 "No" false`},
		{"edit to nothing", nil, "", "edit MINE", exitFailed, "no text to send", ""},
		{"edit of nothing", nil, "", "edit 01890000-0000-7000-8000-000000000001 No", exitNotFound, "no message with the ID", ""},
		{"edit of what is no ID", nil, "", "edit Anna No", exitUsage, "not a message ID", ""},
		{"react", over, "", "react THEIRS 👍", exitDone, "reaction 👍 delivered to " + atAnna, `change 4 "👍" false`},
		{"react to own", over, "", "react MINE 👍", exitDone, "reaction 👍 delivered", `change 4 "👍" true`},
		{"take back", over, "", "react THEIRS --remove", exitDone, "taking back of the reaction delivered", `change 4 "" false`},
		{"react with nothing", nil, "", "react THEIRS", exitUsage, "say an emoji", ""},
		{"react with both", nil, "", "react THEIRS 👍 --remove", exitUsage, "not both", ""},
		{"react with a word too long", nil, "", "react THEIRS " + strings.Repeat("x", 65), exitFailed, "one emoji", ""},
		{"react with a word", nil, "", "react THEIRS ok", exitFailed, "one emoji", ""},
		{"react with two", nil, "", "react THEIRS 👍👍", exitFailed, "one emoji", ""},
		{"react with nothing to see", nil, "", "react THEIRS \u202e", exitFailed, "one emoji", ""},
		{"react with a family", nil, "", "react THEIRS 👨‍👩‍👧‍👦 --wait 0", exitKept, "reaction 👨‍👩‍👧‍👦 kept", `change 4 "👨\u200d👩\u200d👧\u200d👦" false`},
		{"react, blocked", func(f *fakeDevice) { f.failed = messenger.ErrBlocked }, "", "react THEIRS 👍", exitFailed, "is blocked here; earshotctl allow", `change 4 "👍" false`},
		{"delete", over, "", "delete MINE", exitDone, "deletion delivered to " + atAnna, `change 3 "" true`},
		{"delete another's", nil, "", "delete THEIRS", exitFailed, "earshotctl delete ID --here", `change 3 "" false`},
		{"delete what was cancelled", func(f *fakeDevice) { f.failed = messenger.ErrCancelled }, "", "delete MINE", exitFailed, "never sent; earshotctl delete ID --here", `change 3 "" true`},
		{"edit what was cancelled", func(f *fakeDevice) { f.failed = messenger.ErrCancelled }, "", "edit MINE x", exitFailed, "send it again", `change 2 "x" true`},
		{"delete here", nil, "", "delete THEIRS --here", exitDone, "deleted from this device; " + atAnna + " is not told", "remove THEIRS"},
		{"delete here what waits", func(f *fakeDevice) { f.failed = messenger.ErrWaits }, "", "delete MINE --here", exitFailed, "cancel it first", "remove MINE"},
		{"delete here, waiting", nil, "", "delete MINE --here --wait 1s", exitUsage, "nothing to wait for", ""},
		{"cancel", nil, "", "cancel MINE", exitDone, "cancelled: it is not sent to " + atAnna + " any more", "cancel MINE"},
		{"cancel another's", nil, "", "cancel THEIRS", exitFailed, "does not wait any more", "cancel THEIRS"},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			for _, short := range []bool{false, true} {
				f, theirs, mine := talk()
				if tt.with != nil {
					tt.with(f)
				}
				full := strings.NewReplacer("MINE", mine.ID.String(), "THEIRS", theirs.ID.String())
				name := full
				if short {
					name = strings.NewReplacer("MINE", strings.ToLower(shortID(f.self.ID, mine)), "THEIRS", shortID(f.self.ID, theirs))
				}
				out, errs, code := f.call(t, tt.in, strings.Fields(name.Replace(tt.args))...)
				if code != tt.code || !strings.Contains(out+errs, tt.says) {
					t.Errorf("exit %d, %q; want %d, %q", code, out+errs, tt.code, tt.says)
				}
				if did := strings.Join(f.did, "; "); did != full.Replace(tt.did) {
					t.Errorf("did %q, want %q", did, full.Replace(tt.did))
				}
				if tt.code == exitUsage && len(f.opened) > 0 {
					t.Error("opened the device")
				}
			}
		})
	}
}

func TestTakeBackByEmptyEmoji(t *testing.T) {
	f, theirs, _ := talk()
	out, errs, code := f.call(t, "", "react", theirs.ID.String(), "", "--wait", "0")
	if code != exitKept || len(f.did) != 1 || f.did[0] != `change 4 "" false` {
		t.Errorf("exit %d, %q, %q", code, f.did, out+errs)
	}
}

func TestReplyCommand(t *testing.T) {
	f, theirs, _ := talk()
	f.state = messenger.Delivered
	out, errs, code := f.call(t, "Yes\nplease\n", "reply", shortID(f.self.ID, theirs), "--json")
	sent := f.messages[2]
	if code != exitDone || sent.ReplyTo != theirs.ID || sent.Peer != theirs.Peer || sent.Text != "Yes\nplease" {
		t.Errorf("exit %d, %+v, %q", code, sent, errs)
	}
	if !strings.Contains(out, `"reply_to":"`+theirs.ID.String()+`"`) {
		t.Errorf("printed %q", out)
	}
}

// TestTwoOfOneID: a device gave its message the ID of another one.
func TestTwoOfOneID(t *testing.T) {
	f, _, mine := talk()
	copied := mine
	copied.Outgoing, copied.Text, copied.State = false, "a copy", messenger.Received
	f.messages = append(f.messages, copied)
	_, errs, code := f.call(t, "", "edit", mine.ID.String(), "No")
	if code != exitFailed || len(f.did) > 0 || !strings.Contains(errs, "2 messages have the ID") {
		t.Errorf("exit %d, did %q, %q", code, f.did, errs)
	}
	for _, m := range []messenger.Message{mine, copied} {
		short := shortID(f.self.ID, m)
		if !strings.Contains(errs, short) {
			t.Errorf("%q does not name %s", errs, short)
		}
		f.did = nil
		if f.call(t, "", "delete", short, "--wait", "0"); len(f.did) != 1 || strings.HasSuffix(f.did[0], "true") != m.Outgoing {
			t.Errorf("%s: %q", m.Text, f.did)
		}
	}
}

func TestShortIDIsLookedForNewestFirst(t *testing.T) {
	f := newFake(peer("Anna", deviceID("anna"), trust.Accepted), peer("Bob", deviceID("bob"), trust.Accepted))
	store := func(name string, n int) messenger.Message {
		for range n {
			f.messages = append(f.messages, messenger.Message{ID: msgid.Now(), Peer: deviceID(name), State: messenger.Delivered, Outgoing: true})
		}
		return f.messages[len(f.messages)-1]
	}
	oldest := store("bob", 1)
	store("bob", 3*messenger.MaxPage)
	recent := store("anna", 1)
	store("anna", messenger.MaxPage)
	newest := store("bob", 1)
	for _, tt := range []struct {
		m     messenger.Message
		reads int
	}{{newest, 1}, {recent, 3}, {oldest, 6}} {
		f.reads = 0
		_, errs, code := f.call(t, "", "cancel", shortID(f.self.ID, tt.m))
		if code != exitDone || f.did[len(f.did)-1] != "cancel "+tt.m.ID.String() || f.reads > tt.reads {
			t.Errorf("exit %d after %d reads, want at most %d: %s", code, f.reads, tt.reads, errs)
		}
	}
	if _, errs, code := f.call(t, "", "cancel", "AAAAAAAAAA"); code != exitNotFound || !strings.Contains(errs, "no message here") {
		t.Errorf("exit %d, %q", code, errs)
	}
	// In history, only the conversation that is meant.
	if _, errs, code := f.call(t, "", "history", "Bob", "--before", shortID(f.self.ID, recent)); code != exitNotFound {
		t.Errorf("exit %d, %q", code, errs)
	}
	all, err := f.Conversations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := findShort(t.Context(), f, shortID(f.self.ID, oldest), all, 3*messenger.MaxPage); !errors.Is(err, errNotFound) || !strings.Contains(err.Error(), "use the full ID") {
		t.Errorf("beyond the bound: %v", err)
	}
}
