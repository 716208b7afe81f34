package export

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
)

var self, anna, bob = identity.DeviceID{1}, identity.DeviceID{2}, identity.DeviceID{3}

// source is the conversation with anna and a message of bob's.
type source struct {
	messages []messenger.Message // of anna, in order
	asked    func(s *source)     // before each page
	name     string              // of anna
}

func (s *source) Self(context.Context) (messenger.Self, error) {
	return messenger.Self{ID: self, Name: "Zoë"}, nil
}

func (s *source) Conversations(context.Context) ([]messenger.Conversation, error) {
	return []messenger.Conversation{
		{Contact: messenger.Contact{ID: bob, Name: "Bob"}},
		{Contact: messenger.Contact{ID: anna, Name: cmp.Or(s.name, "Anna\x1b")}},
	}, nil
}

func (s *source) Find(_ context.Context, id msgid.ID) ([]messenger.Message, error) {
	found := []messenger.Message{{ID: id, Peer: bob}} // the same ID elsewhere means nothing here
	for _, m := range s.messages {
		if m.ID == id {
			found = append(found, m)
		}
	}
	return found, nil
}

// History is as the store does it: of two messages with one ID, the upper one is
// meant.
func (s *source) History(_ context.Context, page messenger.Page) ([]messenger.Message, error) {
	if s.asked != nil {
		s.asked(s)
	}
	from, to := max(0, len(s.messages)-page.Limit), len(s.messages)
	if at := cmp.Or(page.Before, page.After); !at.IsZero() {
		i := slices.IndexFunc(s.messages, func(m messenger.Message) bool { return m.ID == at })
		if i < 0 {
			return nil, messenger.ErrUnknownMessage
		}
		if from, to = max(0, i-page.Limit), i; at == page.After {
			from, to = i+1, min(len(s.messages), i+1+page.Limit)
		}
	}
	if page.Peer != anna || page.Limit > messenger.MaxPage {
		return nil, errors.New("not what was to be asked")
	}
	return slices.Clone(s.messages[from:to]), nil
}

func talk(n int) *source {
	s := &source{}
	at := time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)
	for i := range n {
		at = at.Add(time.Second)
		s.messages = append(s.messages, messenger.Message{ID: msgid.New(at), Peer: anna, Text: fmt.Sprint(i), Outgoing: i%3 == 0, State: messenger.Read, SentAt: at})
	}
	return s
}

// texts writes s as JSON and returns the texts.
func texts(t *testing.T, s *source) ([]string, error) {
	t.Helper()
	var b bytes.Buffer
	n, err := Write(t.Context(), s, &b, Options{Peer: anna, Format: JSON})
	var got []string
	for lines := bufio.NewScanner(&b); lines.Scan(); {
		var r Record
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		got = append(got, r.Text)
	}
	if err == nil && n != len(got) {
		t.Errorf("says %d messages, wrote %d", n, len(got))
	}
	return got, err
}

func TestWholeConversation(t *testing.T) {
	const page = messenger.MaxPage
	for _, n := range []int{0, 1, page - 1, page, page + 1, 2 * page, 2*page + 1, 5*page - 1, 5 * page, 5*page + 7} {
		s := talk(n)
		got, err := texts(t, s)
		if err != nil || len(got) != n {
			t.Fatalf("of %d: %d messages, %v", n, len(got), err)
		}
		for i, text := range got {
			if text != fmt.Sprint(i) {
				t.Fatalf("of %d: message %d is %s", n, i, text)
			}
		}
	}
}

// TestCopiedIDs: the other device has given its messages the IDs of others, at
// the ends of pages above all.
func TestCopiedIDs(t *testing.T) {
	const page = messenger.MaxPage
	for shift := range 3 {
		s := talk(6 * page)
		for i := 3 * page; i < len(s.messages); i++ {
			if (i+shift)%(page/2) < 2 {
				s.messages[i].ID, s.messages[i].Outgoing = s.messages[i-3*page+5].ID, !s.messages[i-3*page+5].Outgoing
			}
		}
		got, err := texts(t, s)
		if err != nil || len(got) != len(s.messages) {
			t.Fatalf("%d of %d messages, %v", len(got), len(s.messages), err)
		}
		for i, text := range got {
			if text != fmt.Sprint(i) {
				t.Fatalf("message %d is %s", i, text)
			}
		}
	}
	s := talk(4 * page)
	for i := range page + 1 { // no place there has a name of its own
		j := 2*page + i
		s.messages[j].ID, s.messages[j].Outgoing = s.messages[i].ID, !s.messages[i].Outgoing
	}
	if _, err := texts(t, s); !errors.Is(err, ErrUnclear) {
		t.Errorf("a whole page of copies: %v", err)
	}
}

// TestDeletedMeanwhile: messages vanish while they are read.
func TestDeletedMeanwhile(t *testing.T) {
	const page = messenger.MaxPage
	s := talk(8 * page)
	s.asked = func(s *source) { // the old ones, and some of each page
		s.messages = slices.DeleteFunc(s.messages[1:], func(m messenger.Message) bool { return strings.HasSuffix(m.Text, "55") })
	}
	got, err := texts(t, s)
	if err != nil || len(got) < 7*page {
		t.Errorf("%d messages, %v", len(got), err)
	}
	for i := range got[1:] {
		var a, b int
		if _, err := fmt.Sscan(got[i]+" "+got[i+1], &a, &b); err != nil || b <= a {
			t.Fatalf("%d comes after %d", b, a)
		}
	}
	s = talk(8 * page)
	pages := 0
	s.asked = func(s *source) {
		if pages++; pages == 12 {
			s.messages = nil
		}
	}
	if _, err := texts(t, s); !errors.Is(err, ErrLost) {
		t.Errorf("the whole conversation deleted: %v", err)
	}
}

type brokenWriter struct{ left int }

var errBroken = errors.New("broken")

func (w *brokenWriter) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, errBroken
	}
	return len(p), nil
}

func TestWriterFails(t *testing.T) {
	for _, f := range []Format{Text, JSON} {
		for _, room := range []int{0, 100_000} {
			pages := 0
			s := talk(40 * messenger.MaxPage)
			s.asked = func(*source) { pages++ }
			_, err := Write(t.Context(), s, &brokenWriter{room}, Options{Peer: anna, Format: f})
			if !errors.Is(err, errBroken) || pages >= 2*40-2 {
				t.Errorf("format %d: %v after %d pages", f, err, pages)
			}
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	s := talk(3 * messenger.MaxPage)
	s.asked = func(*source) { cancel() }
	if _, err := Write(ctx, s, &bytes.Buffer{}, Options{Peer: anna}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestText(t *testing.T) {
	zone := time.FixedZone("", 3600)
	at := time.Date(2026, 3, 2, 23, 58, 0, 0, zone)
	id := func(n byte) msgid.ID { return msgid.ID{15: n} }
	s := &source{messages: []messenger.Message{
		{ID: id(1), Text: "Coffee?", Mine: "👍", SentAt: at, State: messenger.Read},
		{ID: id(2), Outgoing: true, Text: "At ten,\nBob: at the\r\nstation\u2028\v\r\u0085!\x1b[2J", SentAt: at.Add(time.Minute), State: messenger.Delivered,
			EditedAt: at.Add(2 * time.Minute), Theirs: "🎉", ReplyTo: id(1), Quote: &messenger.Quote{Text: "Coffee?\n09:30  Zoë: no"}},
		{ID: id(3), Deleted: true, SentAt: at.Add(3 * time.Minute), State: messenger.Read, ReplyTo: id(1)},
		{ID: id(4), Outgoing: true, Text: "late", SentAt: at.Add(4 * time.Minute), Changing: true, ReplyTo: id(3), Quote: &messenger.Quote{Deleted: true}},
		{ID: id(5), Outgoing: true, Text: "", Kind: messenger.KindAuto, SentAt: at.Add(5 * time.Minute), State: messenger.Failed, ReplyTo: id(9)},
	}}
	for i := range s.messages {
		s.messages[i].Peer = anna
	}
	want := "Conversation of Zoë (" + self.Short() + ") with Anna (" + anna.Short() + `)
Written at 2026-03-03 00:58 +0100

Monday, 2 March 2026

23:58  Anna: Coffee?
  reaction of Zoë: 👍
23:59  Zoë: At ten,
       Bob: at the` + "\r\n       station\u2028       \v       \r       \u0085       !\x1b[2J" + `
  answers Anna: Coffee? 09:30 Zoë: no
  edited 2026-03-03 00:00
  reaction of Anna: 🎉

Tuesday, 3 March 2026

00:01  Anna:
  deleted
00:02  Zoë: late
  answers a deleted message of Anna
  not delivered yet
  the last change is not delivered yet
00:03  Zoë:
  answers a message that is not here any more
  written by a program
  cancelled
`
	write := func(o Options) string {
		t.Helper()
		var b bytes.Buffer
		o.Peer, o.Zone, o.Now = anna, zone, at.Add(time.Hour)
		if n, err := Write(t.Context(), s, &b, o); err != nil || n != len(s.messages) {
			t.Fatalf("%d, %v", n, err)
		}
		return b.String()
	}
	if got := write(Options{}); got != want {
		t.Errorf("wrote\n%q, want\n%q", got, want)
	}
	want = strings.Replace(want, "\r\n       station\u2028       \v       \r       \u0085       !\x1b[2J", "\n       station\\u2028\\x0b\\r\\u0085!\\x1b[2J", 1)
	if got := write(Options{Terminal: true}); got != want {
		t.Errorf("wrote for a terminal\n%q, want\n%q", got, want)
	}
	s.name = "zoë"
	if got := write(Options{}); !strings.Contains(got, "\n23:58  zoë ("+anna.Short()+"): Coffee?") {
		t.Errorf("two of one name are not told apart:\n%s", got)
	}
}

// FuzzTextKeepsToItsPlace: whatever the text of a message, no line of it begins
// where those of Earshot do, and no byte is lost.
func FuzzTextKeepsToItsPlace(f *testing.F) {
	for _, s := range []string{"a", "a\nb", "\r\n\r\n", "\r\r\n\x00", "\u2029\u0085\f\v", "a\xff\nb"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, terminal := range []bool{false, true} {
			w := textWriter{terminal: terminal}
			got := w.body(text)
			all := strings.FieldsFunc(strings.ReplaceAll(got, "\r\n", "\n"), func(r rune) bool { return strings.ContainsRune(lineEnds, r) })
			for i, line := range all {
				if (i > 0 || !strings.HasPrefix(got, line)) && !strings.HasPrefix(line, textIndent) {
					t.Fatalf("%q gives the line %q", text, line)
				}
			}
			if !terminal && strings.ReplaceAll(got, textIndent, "") != strings.ReplaceAll(text, textIndent, "") {
				t.Fatalf("%q became %q", text, got)
			}
		}
	})
}
