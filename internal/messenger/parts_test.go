package messenger

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"earshot/internal/store"
	"earshot/netcore/wire"
)

func TestResumeFrame(t *testing.T) {
	for _, c := range []struct {
		name string
		seen []store.Seen
		want []wire.Have
	}{
		{"nothing", nil, nil},
		{"no gap", []store.Seen{{Epoch: 7, Ranges: []store.Range{{Lo: 1, Hi: 5}}}}, []wire.Have{{Epoch: 7, Top: 5}}},
		{"begins late", []store.Seen{{Epoch: 7, Ranges: []store.Range{{Lo: 3, Hi: 5}}}}, []wire.Have{{Epoch: 7, Top: 5, Missing: []wire.Range{{Lo: 1, Hi: 2}}}}},
		{"gap", []store.Seen{{Epoch: 7, Ranges: []store.Range{{Lo: 1, Hi: 2}, {Lo: 5, Hi: 5}}}}, []wire.Have{{Epoch: 7, Top: 5, Missing: []wire.Range{{Lo: 3, Hi: 4}}}}},
	} {
		if got := resumeFrame(c.seen).Have; !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestResumeFrameStaysWithinTheLimits(t *testing.T) {
	var seen []store.Seen
	for e := range uint64(store.MaxSeenEpochs) {
		s := store.Seen{Epoch: e + 1}
		for n := range uint64(3 * maxResumeGaps) {
			s.Ranges = append(s.Ranges, store.Range{Lo: 2*n + 2, Hi: 2*n + 2})
		}
		seen = append(seen, s)
	}
	r := resumeFrame(seen)
	if err := wire.Validate(r); err != nil {
		t.Fatal(err)
	}
	if len(r.Have) != wire.MaxEpochs {
		t.Errorf("%d epochs, want %d", len(r.Have), wire.MaxEpochs)
	}
}

// What a peer says it has and what is then sent must together be everything.
func TestResumeCoversEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		top := rapid.Uint64Range(0, 200).Draw(t, "top")
		has := map[uint64]bool{}
		var runs []store.Range
		for n := uint64(1); n <= top; n++ {
			if !rapid.Bool().Draw(t, "has") {
				continue
			}
			has[n] = true
			if k := len(runs); k > 0 && runs[k-1].Hi == n-1 {
				runs[k-1].Hi = n
			} else {
				runs = append(runs, store.Range{Lo: n, Hi: n})
			}
		}
		var have wire.Have
		if f := resumeFrame([]store.Seen{{Epoch: 1, Ranges: runs}}); len(f.Have) > 0 {
			have = f.Have[0]
		}
		sent := map[uint64]bool{}
		for _, r := range lacking(have, top) {
			for n := r.Lo; n <= r.Hi; n++ {
				sent[n] = true
			}
		}
		for n := uint64(1); n <= top; n++ {
			if !has[n] && !sent[n] {
				t.Fatalf("number %d is neither there nor sent", n)
			}
			if has[n] && sent[n] && len(have.Missing) < maxResumeGaps {
				t.Fatalf("number %d is sent although it is there", n)
			}
		}
	})
}

func TestWithoutAndSplit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lo := rapid.Uint64Range(1, 20).Draw(t, "lo")
		hi := lo + rapid.Uint64Range(0, 40).Draw(t, "length")
		ranges := []store.Range{{Lo: lo, Hi: hi}}
		var have []uint64
		for n := lo; n <= hi; n++ {
			if rapid.Bool().Draw(t, "have") {
				have = append(have, n)
			}
		}
		at := rapid.Uint64Range(0, 70).Draw(t, "at")
		upTo, above := split(without(ranges, have), at)
		count := map[uint64]int{}
		for _, n := range have {
			count[n]++
		}
		for _, r := range append(upTo, above...) {
			for n := r.Lo; n <= r.Hi; n++ {
				count[n]++
			}
		}
		for n := lo; n <= hi; n++ {
			if count[n] != 1 {
				t.Fatalf("number %d counted %d times: have %v, up to %d %v, above %v", n, count[n], have, at, upTo, above)
			}
		}
		for _, r := range upTo {
			if r.Hi > at {
				t.Fatalf("%v reaches above %d", r, at)
			}
		}
	})
}

func TestHybridClock(t *testing.T) {
	now := time.UnixMilli(1_000_000)
	c := &hybridClock{now: func() time.Time { return now }}
	a, b := c.next(), c.next()
	if b <= a {
		t.Error("two times of one moment are not in order")
	}
	now = now.Add(-365 * 24 * time.Hour)
	if d := c.next(); d <= b {
		t.Error("the clock went back a year, and so did the order")
	}
	now = time.UnixMilli(2_000_000)
	if got, limit := c.clamp(hybrid(now.AddDate(15, 0, 0))), hybrid(now.Add(maxSkew)); got != limit {
		t.Errorf("a peer in the year 2040 is clamped to %d, want %d", got, limit)
	}
	if next := c.next(); next <= hybrid(now.Add(maxSkew)) {
		t.Error("an answer sorts before its question")
	}
}

func TestShownTime(t *testing.T) {
	arrived := time.UnixMilli(10_000_000_000)
	for _, c := range []struct {
		written time.Duration
		want    time.Duration
	}{{0, 0}, {-time.Hour, -time.Hour}, {time.Minute, time.Minute}, {time.Hour, 0}} {
		if got := shownTime(arrived.Add(c.written), arrived); !got.Equal(arrived.Add(c.want)) {
			t.Errorf("written %v from arrival is shown %v from arrival", c.written, got.Sub(arrived))
		}
	}
}

func TestSlowSubscriberIsToldThatItMissedEvents(t *testing.T) {
	var h hub
	ctx := t.Context()
	ch := h.subscribe(ctx)
	for range 3 * subscriberQueue {
		h.publish(Event{Kind: EventSelf})
	}
	var last Event
	for n := len(ch); n > 0; n-- {
		last = <-ch
	}
	if last.Kind != EventLagged {
		t.Errorf("the last of many events is %q, want %q", last.Kind, EventLagged)
	}
	h.publish(Event{Kind: EventSelf})
	if e := <-ch; e.Kind != EventSelf {
		t.Errorf("after catching up: %q", e.Kind)
	}
	h.close()
	if _, open := <-ch; open {
		t.Error("the channel is open after the end")
	}
	if _, open := <-h.subscribe(ctx); open {
		t.Error("a subscription after the end is open")
	}
}

func TestSplitAddress(t *testing.T) {
	for _, c := range []struct {
		in, host string
		port     uint16
	}{
		{"laptop", "laptop", 7342},
		{"laptop.local:99", "laptop.local", 99},
		{"10.0.0.5", "10.0.0.5", 7342},
		{"10.0.0.5:1", "10.0.0.5", 1},
		{"fe80::1%eth0", "fe80::1%eth0", 7342},
		{"[fe80::1%eth0]:99", "fe80::1%eth0", 99},
		{"[::1]", "::1", 7342},
		{" ::1 ", "::1", 7342},
	} {
		host, port, err := splitAddress(c.in)
		if err != nil || host != c.host || port != c.port {
			t.Errorf("splitAddress(%q) = %q, %d, %v", c.in, host, port, err)
		}
	}
	for _, in := range []string{"", ":", ":99", "a b", "laptop:", "laptop:0", "laptop:70000", "laptop:x", "http://laptop", "a@b", "1:2:3"} {
		if _, _, err := splitAddress(in); !errors.Is(err, ErrBadAddress) {
			t.Errorf("splitAddress(%q): %v", in, err)
		}
	}
}

func TestRequestText(t *testing.T) {
	for _, c := range []struct {
		in  string
		cut bool
	}{{"x", false}, {strings.Repeat("é", maxRequestChars), false}, {strings.Repeat("é", maxRequestChars+1), true}} {
		got, cut := requestText(c.in)
		if cut != c.cut || len([]rune(got)) > maxRequestChars || !strings.HasPrefix(c.in, got) {
			t.Errorf("%d characters: cut %v to %d", len([]rune(c.in)), cut, len([]rune(got)))
		}
	}
}

func TestBackoffGrowsToItsLimit(t *testing.T) {
	for fails := range 100 {
		d := backoff(fails)
		want := min(firstBackoff<<min(fails, 10), maxBackoff)
		if d < want/2 || d > want {
			t.Errorf("after %d failures: %v, want between %v and %v", fails, d, want/2, want)
		}
	}
}
