package engine

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestSleepWatch(t *testing.T) {
	start := time.Now()
	for _, c := range []struct {
		name        string
		wall, lived time.Duration // since the last call
		want        bool
	}{
		{"an ordinary tick", wakeTick, wakeTick, false},
		{"a late tick", wakeTick + wakeGap, wakeTick + wakeGap, false},
		{"the computer slept", time.Hour, wakeTick, true},
		{"the program was stopped", time.Minute, time.Minute, true},
		{"the clock was set back", -time.Hour, wakeTick, false},
		{"the clock was set a little", wakeTick + wakeGap, wakeTick, false},
		{"a leap was told at once", wakeGap + 2*time.Millisecond, time.Millisecond, true},
		{"a small leap was told", wakeGap, time.Millisecond, false},
	} {
		w := sleepWatch{tick: wakeTick}
		if w.slept(start, start) {
			t.Errorf("%s: the first call says it slept", c.name)
		}
		if got := w.slept(start.Add(c.wall), start.Add(c.lived)); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
		if w.slept(start.Add(c.wall+wakeTick), start.Add(c.lived+wakeTick)) {
			t.Errorf("%s: told twice", c.name)
		}
	}
}

// TestWhenWoken: a program that runs is never woken, and the watch ends.
func TestWhenWoken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		whenWoken(ctx, clocks, wakeTick, nil, func() { t.Error("woken without sleep") })
	})
}

// TestWhenWokenTells: once for each time the program did not run, by either
// clock, and a slow answer to it is no sleep.
func TestWhenWokenTells(t *testing.T) {
	for _, c := range []struct {
		name        string
		wall, lived time.Duration // that the clocks go ahead of those of the bubble
	}{
		{"the computer slept", time.Hour, 0},
		{"the program was stopped", time.Minute, time.Minute},
	} {
		for _, slow := range []time.Duration{0, 3 * (wakeTick + wakeGap)} {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				start := time.Now()
				const often = 10*time.Minute + time.Second // a gap each time
				var told []time.Duration
				whenWoken(ctx, func() (wall, lived time.Time) {
					now := time.Now()
					gaps := min(now.Sub(start)/often, 2)
					return now.Add(gaps * c.wall), now.Add(gaps * c.lived)
				}, wakeTick, nil, func() {
					told = append(told, time.Since(start))
					<-time.After(slow)
				})
				if len(told) != 2 || told[0] > often+wakeTick || told[1] > 2*often+wakeTick {
					t.Errorf("%s, answered in %v: told at %v", c.name, slow, told)
				}
			})
		}
	}
}

// A leap of the clock is noticed when it is told, not at the next tick.
func TestWhenWokenIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		start, leapt := time.Now(), make(chan struct{})
		var ahead atomic.Int64
		var told time.Duration
		go func() {
			<-time.After(7 * time.Second)
			ahead.Store(int64(time.Hour))
			leapt <- struct{}{}
		}()
		whenWoken(ctx, func() (wall, lived time.Time) {
			return time.Now().Add(time.Duration(ahead.Load())), time.Now()
		}, time.Hour, leapt, func() { told = time.Since(start) })
		if told != 7*time.Second {
			t.Errorf("noticed after %v", told)
		}
	})
}
