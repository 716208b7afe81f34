package engine

import (
	"testing"
	"time"
)

// The timer of the system wakes the watch, again and again, and Close ends it.
// That the clock itself leaps is not tried: it is the machine's.
func TestClockLeaps(t *testing.T) {
	c := newClockLeaps()
	if c == nil {
		t.Fatal("this system does not tell of leaps")
	}
	leapt, done := make(chan struct{}, 1), make(chan struct{})
	go func() {
		defer close(done)
		c.watch(leapt)
	}()
	for range 3 {
		for told := false; !told; { // the watch may put the timer far away once more after its word
			if err := c.arm(time.Millisecond); err != nil {
				t.Fatal(err)
			}
			select {
			case <-leapt:
				told = true
			case <-time.After(50 * time.Millisecond):
			}
		}
	}
	c.Close()
	<-done
}
