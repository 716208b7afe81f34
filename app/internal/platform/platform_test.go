package platform

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"
)

// record is a backend that writes down what it is asked for.
type record struct {
	mu      sync.Mutex
	calls   []string
	fail    map[string]error // by the first word of the call
	started []intent
}

func (r *record) note(format string, args ...any) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	call := fmt.Sprintf(format, args...)
	r.calls = append(r.calls, call)
	first, _, _ := strings.Cut(call, " ")
	return r.fail[first]
}

// take returns the calls since the last time.
func (r *record) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	calls := r.calls
	r.calls = nil
	return calls
}

func (r *record) deviceName() (string, error) { return "phone", r.note("name") }
func (r *record) holdMulticast() error        { return r.note("multicast") }
func (r *record) releaseMulticast() error     { return r.note("no-multicast") }
func (r *record) holdAwake(limit time.Duration) error {
	return r.note("awake %v", limit)
}
func (r *record) releaseAwake() error           { return r.note("no-awake") }
func (r *record) createChannel(c Channel) error { return r.note("channel %s %s", c.ID, c.Name) }
func (r *record) notify(n Notification, action string) error {
	return r.note("notify %s %s %s %s %s", n.Channel, n.Conversation, n.Title, n.Text, action)
}
func (r *record) dismiss(tag string) error   { return r.note("dismiss %s", tag) }
func (r *record) intents() ([]intent, error) { return slices.Clone(r.started), r.note("intents") }
func (r *record) save(name, media string, _ io.Reader) error {
	return r.note("save %s %s", name, media)
}
func (r *record) share(text string) error { return r.note("share %d", len(text)) }

// expect compares the calls since the last time.
func (r *record) expect(t *testing.T, want ...string) {
	t.Helper()
	if got := r.take(); !slices.Equal(got, want) {
		t.Errorf("asked for %q, want %q", got, want)
	}
}

func TestAwakeEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &record{}
		s := newSystem(r)
		must(t, s.HoldAwake(time.Minute))
		r.expect(t, "awake 1m0s")
		time.Sleep(59 * time.Second)
		must(t, s.HoldAwake(time.Minute)) // begins anew
		r.expect(t, "awake 1m0s")
		time.Sleep(59 * time.Second)
		synctest.Wait()
		r.expect(t)
		time.Sleep(time.Second)
		synctest.Wait()
		r.expect(t, "no-awake")
		must(t, s.HoldAwake(time.Minute))
		must(t, s.ReleaseAwake())
		r.expect(t, "awake 1m0s", "no-awake")
		time.Sleep(time.Hour)
		synctest.Wait()
		r.expect(t)
		must(t, s.HoldAwake(MaxAwake))
		must(t, s.Close()) // and leaves no timer behind, or the bubble would not end
		r.expect(t, "awake 10m0s", "no-multicast", "no-awake")
	})
}

func TestAwakeThatFails(t *testing.T) {
	bad := errors.New("bad")
	r := &record{fail: map[string]error{"awake": bad}}
	s := newSystem(r)
	if err := s.HoldAwake(time.Second); !errors.Is(err, bad) {
		t.Errorf("got %v", err)
	}
	r.expect(t, "awake 1s", "no-awake") // what was held already is let go
	for _, d := range []time.Duration{-1, 0, MaxAwake + 1} {
		if s.HoldAwake(d) == nil {
			t.Errorf("awake for %v", d)
		}
	}
	r.expect(t)
}

func TestClosed(t *testing.T) {
	r := &record{}
	s := newSystem(r)
	must(t, s.HoldMulticast())
	must(t, s.Close())
	r.expect(t, "multicast", "no-multicast", "no-awake")
	if s.HoldMulticast() == nil || s.HoldAwake(time.Second) == nil {
		t.Error("something is held after Close")
	}
	r.expect(t)
	must(t, s.Close())
}

// turnstile is a backend that notices two goroutines in it at a time.
type turnstile struct {
	record
	inside, crowded atomic.Int32
}

func (s *turnstile) enter() error {
	if s.inside.Add(1) > 1 {
		s.crowded.Add(1)
	}
	for range 50 {
		runtime.Gosched()
	}
	s.inside.Add(-1)
	return nil
}

func (s *turnstile) holdMulticast() error          { return s.enter() }
func (s *turnstile) releaseMulticast() error       { return s.enter() }
func (s *turnstile) holdAwake(time.Duration) error { return s.enter() }
func (s *turnstile) releaseAwake() error           { return s.enter() }

// TestOneAtATime: what holds and releases is called by one goroutine at a
// time, as a backend is promised.
func TestOneAtATime(t *testing.T) {
	b := &turnstile{}
	s := newSystem(b)
	all := []func() error{
		s.HoldMulticast, s.ReleaseMulticast, s.ReleaseAwake,
		func() error { return s.HoldAwake(time.Microsecond) }, // ends in the midst of it
	}
	for _, do := range all {
		for range 4 {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				for range 100 {
					must(t, do())
				}
			})
		}
	}
	t.Cleanup(func() {
		must(t, s.Close())
		if n := b.crowded.Load(); n > 0 {
			t.Errorf("two at a time, %d times", n)
		}
	})
}

func TestNotify(t *testing.T) {
	r := &record{}
	s := newSystem(r)
	must(t, s.Notify(Notification{Channel: "c", Conversation: "peer/7", Title: "Ann", Text: "hello"}))
	first := r.take()[0]
	must(t, s.Notify(Notification{Channel: "c", Conversation: "peer/7", Title: "Ann", Text: "hello"}))
	if second := r.take()[0]; second == first {
		t.Error("two notifications with the same action: Android would take them for one")
	}
	f := strings.Fields(first)
	if !slices.Equal(f[:5], []string{"notify", "c", "peer/7", "Ann", "hello"}) {
		t.Errorf("asked for %q", first)
	}
	r.started = []intent{{action: "android.intent.action.MAIN"}, {action: f[5]}}
	for _, want := range []string{"peer/7", ""} {
		if got, err := s.OpenedConversation(); got != want || err != nil {
			t.Errorf("opened %q, %v; want %q", got, err, want)
		}
	}
	for _, n := range []int{0, maxConversation + 1} {
		if s.Notify(Notification{Conversation: strings.Repeat("c", n)}) == nil {
			t.Errorf("a conversation of %d bytes", n)
		}
	}
}

func TestOpenedWithoutTheService(t *testing.T) {
	r := &record{fail: map[string]error{"intents": errors.ErrUnsupported}, started: []intent{{newAction("x"), "earshot://y"}}}
	s := newSystem(r)
	if got, err := s.OpenedConversation(); got != "x" || err != nil {
		t.Errorf("opened %q, %v", got, err)
	}
	if got, err := s.OpenedLinks("earshot"); !slices.Equal(got, []string{"earshot://y"}) || err != nil {
		t.Errorf("opened %q, %v", got, err)
	}
}

func TestShareLimit(t *testing.T) {
	s := newSystem(&record{})
	must(t, s.ShareText(strings.Repeat("x", MaxShared)))
	if err := s.ShareText(strings.Repeat("x", MaxShared+1)); !errors.Is(err, ErrTooLong) {
		t.Errorf("got %v", err)
	}
}

// TestComputer: what a computer has no service for says so, and what it needs
// no service for is fine.
func TestComputer(t *testing.T) {
	if runtime.GOOS == "android" {
		t.Skip("on android there is another backend")
	}
	s := New()
	must(t, s.HoldMulticast())
	must(t, s.ReleaseMulticast())
	must(t, s.HoldAwake(time.Minute))
	must(t, s.ReleaseAwake())
	must(t, s.CreateChannel(Channel{ID: "c", Name: "n"}))
	must(t, s.Dismiss("x"))
	if name, err := s.DeviceName(); name != "" || err != nil {
		t.Errorf("name %q, %v", name, err)
	}
	if c, err := s.OpenedConversation(); c != "" || err != nil {
		t.Errorf("opened %q, %v", c, err)
	}
	if l, err := s.OpenedLinks("earshot"); l != nil || err != nil {
		t.Errorf("opened %q, %v", l, err)
	}
	for name, err := range map[string]error{
		"notify": s.Notify(Notification{Conversation: "c"}),
		"save":   s.SaveToDownloads("n", "text/plain", strings.NewReader("")),
		"share":  s.ShareText("x"),
	} {
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, s.Close())
}

func TestCut(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""}, {"abcdef", "abcdef"}, {"abcdefg", "abc…"}, {"ääää", "ä…"}, {"😀😀", "…"}, {"\xff\xff\xff\xff\xff\xff\xff", "\xff\xff\xff…"},
	} {
		if got := cut(c.in, 6); got != c.want || len(got) > 6 {
			t.Errorf("cut(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

// FuzzParseAction: any app may send any action.
func FuzzParseAction(f *testing.F) {
	for _, s := range []string{newAction("peer/7"), "", actionPrefix, actionPrefix + "/", actionPrefix + "t/" + strings.Repeat("x", 200), "android.intent.action.MAIN"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		token, conversation, ok := parseAction(s)
		if ok != (token != "" && conversation != "") || ok && s != actionPrefix+token+"/"+conversation {
			t.Errorf("parsed %q as %q, %q, %v", s, token, conversation, ok)
		}
		if conversation := cut(s, maxConversation); conversation != "" {
			if _, got, ok := parseAction(newAction(conversation)); !ok || got != conversation {
				t.Errorf("%q came back as %q, %v", conversation, got, ok)
			}
			if utf8.ValidString(s) && !utf8.ValidString(conversation) {
				t.Errorf("a character of %q was cut in two: %q", s, conversation)
			}
		}
	})
}

// TestKinds checks the reading of signatures, on which every call rests.
func TestKinds(t *testing.T) {
	for _, c := range []struct {
		signature, args string
		result          byte
	}{
		{"()V", "", 'V'},
		{"(ILjava/lang/String;)Z", "IL", 'Z'},
		{"([BII)V", "LII", 'V'},
		{"([[Ljava/lang/String;J[IZ)[B", "LJLZ", 'L'},
		{"(Ljava/lang/String;Ljava/lang/CharSequence;I)Landroid/app/X$Y;", "LLI", 'L'},
	} {
		args, result := member{signature: c.signature}.kinds()
		if !reflect.DeepEqual([]any{args, result}, []any{c.args, c.result}) {
			t.Errorf("%s: %q and %c, want %q and %c", c.signature, args, result, c.args, c.result)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}
