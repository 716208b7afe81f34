package engine

import (
	"context"
	"time"
)

const (
	// wakeTick is how often it is asked whether the program was stopped: a fifth
	// of the 10 seconds in which a device is to be back after sleep.
	wakeTick = 2 * time.Second
	// wakeGap is how long nothing must have run to count: a busy machine is late
	// by less, and other devices give up a silent one after more.
	wakeGap = 5 * time.Second
)

// sleepWatch notices that the program did not run for a while: the computer
// slept, and the clock on the wall ran ahead of the one that counts only what
// the program lived through; or the system stopped the program alone, as phones
// do, and both went on.
type sleepWatch struct{ wall, lived time.Time }

// slept takes the time on the wall and one with the monotonic clock, and reports
// whether the program did not run for wakeGap since the last call, which was
// wakeTick ago.
func (w *sleepWatch) slept(wall, lived time.Time) bool {
	last := *w
	w.wall, w.lived = wall.Round(0), lived
	return !last.wall.IsZero() && max(w.wall.Sub(last.wall), lived.Sub(last.lived)) > wakeTick+wakeGap
}

// clocks returns the time on the wall and one with the monotonic clock.
func clocks() (wall, lived time.Time) {
	now := time.Now()
	return now, now
}

// whenWoken calls f each time the program runs again after it did not, by what
// now returns, until ctx ends. The time that f takes does not count.
func whenWoken(ctx context.Context, now func() (wall, lived time.Time), f func()) {
	tick := time.NewTicker(wakeTick)
	defer tick.Stop()
	var watch sleepWatch
	for {
		if watch.slept(now()) {
			f()
			watch = sleepWatch{}
			watch.slept(now())
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
