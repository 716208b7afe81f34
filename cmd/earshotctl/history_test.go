package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"earshot/internal/messenger"
	"earshot/internal/msgid"
	"earshot/internal/trust"
)

func TestHistoryBothWays(t *testing.T) {
	anna := deviceID("anna")
	f := newFake(peer("Anna", anna, trust.Accepted))
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for i := range 900 {
		at := start.Add(time.Duration(i) * time.Second)
		f.messages = append(f.messages, messenger.Message{ID: msgid.New(at), Peer: anna, Text: "x", SentAt: at, State: messenger.Received})
	}
	short := shortID(f.self.ID, f.messages[450])
	for args, want := range map[string][2]int{ // first and last of the messages
		"--after 450":               {451, 500},
		"--after 450 --limit 300":   {451, 750},
		"--after 450 --limit 800":   {451, 899},
		"--after 890":               {891, 899},
		"--before 450 --limit 300":  {150, 449},
		"--around 450 --limit 5":    {448, 452},
		"--around 450 --limit 501":  {200, 700},
		"--around 450 --limit 9999": {0, 899},
		"--around 0 --limit 3":      {0, 1},
		"--around SHORT --limit 1":  {450, 450},
		"--after short --limit 1":   {451, 451},
	} {
		words := append([]string{"history", "anna", "--json"}, strings.Fields(args)...)
		switch words[4] {
		case "SHORT":
			words[4] = short
		case "short":
			words[4] = strings.ToLower(short)
		default:
			var n int
			if err := json.Unmarshal([]byte(words[4]), &n); err != nil {
				t.Fatal(err)
			}
			words[4] = f.messages[n].ID.String()
		}
		out, errs, code := f.call(t, "", words...)
		lines := strings.Split(strings.TrimSpace(out), "\n")
		if code != exitDone || len(lines) != want[1]-want[0]+1 ||
			!strings.Contains(lines[0], f.messages[want[0]].ID.String()) || !strings.Contains(lines[len(lines)-1], f.messages[want[1]].ID.String()) {
			t.Errorf("history %s: exit %d, %d lines, %s", args, code, len(lines), errs)
		}
	}
	id, last := f.messages[0].ID.String(), f.messages[899].ID.String()
	for want, words := range map[string][]string{"above": {"--before", id}, "below": {"--after", last}} {
		out, errs, code := f.call(t, "", append([]string{"history", "anna"}, words...)...)
		if code != exitDone || out != "nothing stands "+want+" that message with Anna ("+anna.Short()+")\n" {
			t.Errorf("nothing %s: exit %d, %q", want, code, out+errs)
		}
	}
	if _, errs, code := f.call(t, "", "history", "anna", "--before", id, "--after", id); code != exitUsage {
		t.Errorf("two places: exit %d, %q", code, errs)
	}
	if _, errs, code := f.call(t, "", "history", "anna", "--around", msgid.Now().String()); code != exitNotFound {
		t.Errorf("no such message: exit %d, %q", code, errs)
	}
}

// colourful is one message of each look, in the order of lookWant.
func colourful(peer [32]byte) []messenger.Message {
	at := time.Date(2026, 3, 2, 9, 30, 0, 0, time.Local)
	id := func(n byte) msgid.ID { return msgid.ID{6: 0x70, 8: 0x80, 15: n} }
	all := []messenger.Message{
		{ID: id(1), Text: "Coffee?", State: messenger.Received, Mine: "👍"},
		{ID: id(2), Outgoing: true, Text: "At\nten", State: messenger.Read, EditedAt: at, Theirs: "🎉", ReplyTo: id(1), Quote: &messenger.Quote{Text: "Coffee?"}},
		{ID: id(3), State: messenger.Read, Deleted: true},
		{ID: id(4), Outgoing: true, Text: "late", State: messenger.Queued, EditedAt: at, Changing: true, ReplyTo: id(3), Quote: &messenger.Quote{Deleted: true}},
		{ID: id(5), Outgoing: true, Text: "never", State: messenger.Failed, ReplyTo: id(9)},
		{ID: id(6), Outgoing: true, State: messenger.Delivered, Deleted: true, Changing: true},
		{ID: id(7), Text: "bye", State: messenger.Read, Changing: true},
		{ID: id(8), Outgoing: true, Text: "bye", State: messenger.Delivered, Changing: true, Mine: "x", Theirs: "y and much more"},
	}
	for i := range all {
		all[i].Peer, all[i].SentAt = peer, at
	}
	return all
}

func TestHistoryShowsEverything(t *testing.T) {
	f := newFake(peer("Anna", deviceID("anna"), trust.Accepted))
	f.messages = colourful(deviceID("anna"))
	out, _, _ := f.call(t, "", "history", "anna")
	want := `2026-03-02 09:30  Anna  Coffee?
  reaction        me    👍
2026-03-02 09:30  me    At
                        ten  [edited]
  answers         Anna  Coffee?
  reaction        Anna  🎉
2026-03-02 09:30  Anna  [deleted]
2026-03-02 09:30  me    late  [edited, queued]
  answers         Anna  [deleted]
2026-03-02 09:30  me    never  [cancelled]
  answers               [no longer here]
2026-03-02 09:30  me    [deleted, change waits]
2026-03-02 09:30  Anna  bye
  reaction        me    [taken back, waits]
2026-03-02 09:30  me    bye  [change waits]
  reaction        Anna  y
  reaction        me    x
`
	if out != want {
		t.Errorf("printed\n%s\nwant\n%s", out, want)
	}
	out, _, _ = f.call(t, "", "history", "anna", "--ids", "--limit", "8")
	for _, m := range f.messages {
		if !strings.Contains(out, "2026-03-02 09:30  "+shortID(f.self.ID, m)+"  ") {
			t.Errorf("--ids does not show %s:\n%s", shortID(f.self.ID, m), out)
		}
	}
	out, _, _ = f.call(t, "", "history", "anna", "--json", "--limit", "7")
	line, _, _ := strings.Cut(out, "\n")
	_, line, _ = strings.Cut(line, `"state":`)
	if want := `"read","reply_to":"00000000-0000-7000-8000-000000000001","quote":{"from":"` + deviceID("anna").String() +
		`","text":"Coffee?"},"edited_at":"` + f.messages[1].EditedAt.UTC().Format("2006-01-02T15:04:05.000Z") + `","reactions":{"theirs":"🎉"}}`; line != want {
		t.Errorf("JSON %s, want %s", line, want)
	}
}

func TestOutboxNamesChanges(t *testing.T) {
	f := newFake(peer("Anna", deviceID("anna"), trust.Accepted))
	f.messages = colourful(deviceID("anna"))
	at := f.messages[0].SentAt
	for _, c := range []messenger.Message{
		{Kind: messenger.KindEdit, Text: "new\nlines", Target: f.messages[1].ID, TargetMine: true},
		{Kind: messenger.KindReact, Text: "👍", Target: f.messages[0].ID},
		{Kind: messenger.KindReact, Target: f.messages[6].ID},
		{Kind: messenger.KindDelete, Target: f.messages[5].ID, TargetMine: true},
		{Kind: messenger.KindReact, Text: "👍", Target: msgid.Now()},
	} {
		c.ID, c.Peer, c.Outgoing, c.SentAt = msgid.Now(), deviceID("anna"), true, at
		f.messages = append(f.messages, c)
	}
	out, _, _ := f.call(t, "", "outbox", "--ids")
	var want strings.Builder
	for i, what := range []string{"late", "edit: new lines", "reaction 👍 to: Coffee?", "reaction taken back from: bye",
		"deletion of the message of 2026-03-02 09:30", "reaction 👍 to: a message that is no longer here"} {
		id := "-         "
		if i == 0 {
			id = shortID(f.self.ID, f.messages[3])
		}
		want.WriteString("2026-03-02 09:30  " + id + "  Anna (" + deviceID("anna").Short() + ")  queued  " + what + "\n")
	}
	if out != want.String() {
		t.Errorf("printed\n%s\nwant\n%s", out, want.String())
	}
	out, _, _ = f.call(t, "", "outbox", "--json")
	if !strings.Contains(out, `"kind":"edit"`) || !strings.Contains(out, `"of":"`+f.messages[1].ID.String()+`","of_from":"`+f.self.ID.String()+`"`) {
		t.Errorf("JSON %s", out)
	}
}
