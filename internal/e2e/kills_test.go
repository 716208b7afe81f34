package e2e

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"earshot/internal/faultbench"
)

// Texts go both ways while both devices are killed and started again: every
// text arrives, once, in the order it was written. Texts written while a device
// is dead are taken by the command itself, which is then its owner.
func TestKillsLoseNothing(t *testing.T) {
	const kills, texts = 5, 500 // each side
	lan := faultbench.NewLAN(t, "anna", "bert")
	a, b := newDevice(t, lan, "anna"), newDevice(t, lan, "bert")
	for _, d := range []*device{a, b} {
		d.start()
		d.ready()
	}
	befriend(a, b)

	var writers sync.WaitGroup
	write := func(from, to *device) {
		for i := range texts {
			out, code := from.ctl("send", "--wait", "0s", to.id, line(from, i))
			if code != 0 && code != 3 {
				t.Errorf("%s: text %d: exit %d: %s", from.host, i, code, out)
				return
			}
		}
	}
	writers.Go(func() { write(a, b) })
	writers.Go(func() { write(b, a) })
	done := make(chan struct{})
	go func() { writers.Wait(); close(done) }()

	// A kill every so many texts that the other side got, so that the rhythm
	// follows the work and not the clock.
	for i := range 2 * kills {
		d, o := a, b
		if i%2 == 1 {
			d, o = b, a
		}
		step := 1 + rand.IntN(texts/kills/4)
		waitFor(t, func() bool { return d.count("message", o) >= step || closed(done) })
		d.kill()
		d.start()
		d.ready()
	}
	<-done
	for _, p := range [][2]*device{{a, b}, {b, a}} {
		from, to := p[0], p[1]
		last := line(from, texts-1)
		waitFor(t, func() bool {
			return slices.Contains(to.history(from), last) && strings.HasPrefix(from.must("outbox"), "nothing")
		})
		got := slices.DeleteFunc(to.history(from), func(s string) bool { return s == "may I?" })
		if len(got) != texts {
			t.Errorf("%s has %d texts from %s, want %d", to.host, len(got), from.host, texts)
		}
		for i, s := range got {
			if s != line(from, i) {
				t.Errorf("%s: place %d holds %q, want %q", to.host, i, s, line(from, i))
				break
			}
		}
	}
}

func line(from *device, i int) string { return fmt.Sprintf("%s %04d", from.host, i) }

func closed(ch <-chan struct{}) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}
