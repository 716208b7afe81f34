package engine

import (
	"context"
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
	} {
		var w sleepWatch
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
		whenWoken(ctx, func() { t.Error("woken without sleep") })
	})
}
