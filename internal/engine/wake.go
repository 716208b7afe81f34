package engine

import (
	"context"
	"time"
)

const (
	// wakeTick is how often it is asked whether the program was stopped: half of
	// the 10 seconds in which a device is to be back after sleep.
	wakeTick = 5 * time.Second
	// wakeTickTold is the same where the system says that its clock has leapt, as
	// it does after sleep: then only a stop of the program alone is to be noticed,
	// which its links survive for so long.
	wakeTickTold = 30 * time.Second
	// wakeGap is how long nothing must have run to count: a busy machine is late
	// by less, and other devices give up a silent one after more.
	wakeGap = 5 * time.Second
)

// sleepWatch notices that the program did not run for a while: the computer
// slept, and the clock on the wall ran ahead of the one that counts only what
// the program lived through; or the system stopped the program alone, as phones
// do, and both went on.
type sleepWatch struct {
	tick        time.Duration // between two calls, at most
	wall, lived time.Time
}

// slept takes the time on the wall and one with the monotonic clock, and reports
// whether the program did not run for wakeGap since the last call.
func (w *sleepWatch) slept(wall, lived time.Time) bool {
	last := *w
	w.wall, w.lived = wall.Round(0), lived
	if last.wall.IsZero() {
		return false
	}
	ran := lived.Sub(last.lived)
	return w.wall.Sub(last.wall)-ran > wakeGap || ran > w.tick+wakeGap
}

// clocks returns the time on the wall and one with the monotonic clock.
func clocks() (wall, lived time.Time) {
	now := time.Now()
	return now, now
}

// whenWoken calls f each time the program runs again after it did not, by what
// now returns, until ctx ends. It looks every tick and when leapt says that a
// clock did. The time that f takes does not count.
func whenWoken(ctx context.Context, now func() (wall, lived time.Time), tick time.Duration, leapt <-chan struct{}, f func()) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	watch := sleepWatch{tick: tick}
	for {
		if watch.slept(now()) {
			f()
			watch = sleepWatch{tick: tick}
			watch.slept(now())
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-leapt:
		}
	}
}

// watchSleep calls f each time the program runs again after it did not, until
// ctx ends.
func watchSleep(ctx context.Context, f func()) {
	tick := wakeTick
	leaps := newClockLeaps()
	var leapt chan struct{}
	if leaps != nil {
		tick, leapt = wakeTickTold, make(chan struct{}, 1)
		done := make(chan struct{})
		go func() {
			defer close(done)
			leaps.watch(leapt)
		}()
		defer func() { leaps.Close(); <-done }()
	}
	whenWoken(ctx, clocks, tick, leapt, f)
}
