package engine

import (
	"context"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/internal/identity"
	"earshot/internal/messenger"
)

const (
	benchTextBytes = 200   // what a person writes at once
	benchBurst     = 2_000 // texts: more than the queues on the way hold
)

// pair is two devices with a link that have accepted each other.
type pair struct {
	a      *Engine
	events <-chan messenger.Event // of a
	bob    identity.DeviceID      // the other device
	text   string
	bursts int
}

// newPair runs two devices with the profiler label part=earshot on everything
// that they do, and talks once.
func newPair(b *testing.B) *pair {
	b.Helper()
	p := &pair{text: strings.Repeat("x", benchTextBytes)}
	pprof.Do(b.Context(), pprof.Labels("part", "earshot"), func(ctx context.Context) {
		p.a = benchDevice(ctx, b)
		other := benchDevice(ctx, b)
		var err error
		if p.events, err = p.a.Subscribe(b.Context()); err != nil {
			b.Fatal(err)
		}
		bob, err := p.a.Add(b.Context(), must(other.Self(b.Context())).Addresses[0].String())
		if err != nil {
			b.Fatal(err)
		}
		p.bob = bob.ID
		p.acquaint(b, other)
		p.roundTrip(b)
	})
	return p
}

// acquaint lets the other device accept a first text.
func (p *pair) acquaint(b *testing.B, other *Engine) {
	b.Helper()
	atOther, err := other.Subscribe(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	if _, err := p.a.Send(b.Context(), messenger.Outgoing{To: p.bob, Text: p.text}); err != nil {
		b.Fatal(err)
	}
	limit := time.After(patience)
	for {
		select {
		case e := <-atOther:
			if e.Kind != messenger.EventRequest {
				continue
			}
			if err := other.Allow(b.Context(), e.Request.Peer); err != nil {
				b.Fatal(err)
			}
			return
		case <-limit:
			b.Fatalf("no request within %v", patience)
		}
	}
}

// benchDevice runs a device on an empty home folder until the benchmark ends.
func benchDevice(ctx context.Context, b *testing.B) *Engine {
	b.Helper()
	e, err := Open(ctx, Options{Home: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan error, 1)
	go func() { done <- e.Run(run) }()
	b.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			b.Errorf("Run: %v", err)
		}
		if err := e.Close(); err != nil {
			b.Errorf("Close: %v", err)
		}
	})
	select {
	case <-e.Ready():
	case <-time.After(patience):
		b.Fatal("not ready")
	}
	return e
}

// roundTrip sends a text and waits until its tick says that the other device
// has stored it.
func (p *pair) roundTrip(b *testing.B) {
	msg, err := p.a.Send(b.Context(), messenger.Outgoing{To: p.bob, Text: p.text})
	if err != nil {
		b.Fatal(err)
	}
	limit := time.After(patience)
	for {
		select {
		case e := <-p.events:
			if e.Kind == messenger.EventState && e.Message.ID == msg.ID && e.Message.State == messenger.Delivered {
				return
			}
		case <-limit:
			b.Fatalf("not delivered within %v", patience)
		}
	}
}

// BenchmarkRoundTrip takes turns between a text that is stored on both sides
// and acknowledged, and the yardstick: a TLS 1.3 echo of the same bytes with one
// fdatasync per side. A bare commit of one row, of which Earshot needs three in a
// row (to send, to receive, to note the acknowledgement), tells how much of the
// time is the disk. The numbers are medians.
func BenchmarkRoundTrip(b *testing.B) {
	p, yard, disk := newPair(b), newEcho(b, benchTextBytes), newCommits(b)
	yard.roundTrip(b)
	var ours, theirs, commit []time.Duration
	for b.Loop() {
		theirs = append(theirs, clock(func() { yard.roundTrip(b) }))
		ours = append(ours, clock(func() { p.roundTrip(b) }))
		commit = append(commit, clock(func() { disk.one(b.Context(), b, yard.buf) }))
	}
	report(b, median(ours), median(theirs))
	b.ReportMetric(float64(median(commit).Nanoseconds()), "commit-ns/op")
}

// report gives both times and how many yardsticks ours is.
func report(b *testing.B, ours, yardstick time.Duration) {
	b.ReportMetric(float64(ours.Nanoseconds()), "ns/op")
	b.ReportMetric(float64(yardstick.Nanoseconds()), "yardstick-ns/op")
	b.ReportMetric(float64(ours)/float64(yardstick), "ratio")
}

// BenchmarkBurst takes turns between a burst of texts, from the first Send
// until the outbox is empty, and the yardstick: as many commits of one row, and
// nothing else, on the same disk. The times are per text and per commit.
func BenchmarkBurst(b *testing.B) {
	b.Run("senders=1", func(b *testing.B) { benchmarkBurst(b, 1) })
	b.Run("senders=8", func(b *testing.B) { benchmarkBurst(b, 8) })
}

func benchmarkBurst(b *testing.B, senders int) {
	p, yard := newPair(b), newCommits(b)
	text := []byte(p.text)
	yard.one(b.Context(), b, text)
	var ours, theirs []time.Duration
	for b.Loop() {
		theirs = append(theirs, clock(func() {
			for range benchBurst {
				yard.one(b.Context(), b, text)
			}
		})/benchBurst)
		ours = append(ours, clock(func() { p.burst(b, senders) })/benchBurst)
	}
	report(b, median(ours), median(theirs))
	b.ReportMetric(float64(time.Second)/float64(median(ours)), "texts/s")
	b.ReportMetric(float64(time.Second)/float64(median(theirs)), "yardstick-commits/s")
}

// burst sends benchBurst texts and returns when the other device has stored all
// of them and this one knows.
func (p *pair) burst(b *testing.B, senders int) {
	p.bursts++
	text := strings.Repeat(string('a'+rune(p.bursts%26)), benchTextBytes)
	var wg sync.WaitGroup
	for range senders {
		wg.Go(func() {
			for range benchBurst / senders {
				if _, err := p.a.Send(b.Context(), messenger.Outgoing{To: p.bob, Text: text}); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	complete := p.followTicks(b, text)
	wg.Wait()
	left := must(p.a.Outbox(b.Context()))
	for limit := time.Now().Add(patience); !complete && len(left) > 0 && time.Now().Before(limit); {
		left = must(p.a.Outbox(b.Context()))
	}
	if len(left) > 0 {
		b.Fatalf("%d texts are still in the outbox", len(left))
	}
}

// followTicks counts the ticks of the texts of one burst and reports whether all
// came; when events were dropped it stops.
func (p *pair) followTicks(b *testing.B, text string) bool {
	limit := time.After(10 * patience)
	for n := 0; n < benchBurst; {
		select {
		case e := <-p.events:
			switch {
			case e.Kind == messenger.EventLagged:
				return false
			case e.Kind == messenger.EventState && e.Message.State == messenger.Delivered && e.Message.Text == text:
				n++
			}
		case <-limit:
			b.Fatalf("%d of %d texts were delivered", n, benchBurst)
		}
	}
	return true
}
