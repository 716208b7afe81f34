//go:build e2e

package reliability

import (
	"context"
	"os"
	"testing"
	"time"

	"earshot/internal/faultbench"
	"earshot/internal/hostile"
)

func TestMain(m *testing.M) {
	if hostile.IsProcess() {
		os.Exit(hostile.Main())
	}
	sideBySide()
	os.Exit(faultbench.Main(m))
}

// scale returns the number of the long form or of the short one.
func scale(short, long int) int {
	if faultbench.Long() {
		return long
	}
	return short
}

// span is scale for a time.
func span(short, long time.Duration) time.Duration {
	if faultbench.Long() {
		return long
	}
	return short
}

// couple is two contacts on one network, both running.
type couple struct {
	t      *testing.T
	lan    *faultbench.LAN
	ledger *faultbench.Ledger
	a, b   *faultbench.Device
}

// newCouple makes anna and bert. Their home folders are those given, or of their
// own where that is "".
func newCouple(t *testing.T, homeA, homeB string) *couple {
	t.Helper()
	c := &couple{t: t, lan: faultbench.NewLAN(t, "anna", "bert"), ledger: faultbench.NewLedger()}
	c.a = faultbench.NewDevice(t, c.lan, c.ledger, "anna", homeA)
	c.b = faultbench.NewDevice(t, c.lan, c.ledger, "bert", homeB)
	c.start(c.a, c.b)
	faultbench.Befriend(c.a, c.b)
	return c
}

// start runs devices and waits until they can be reached.
func (c *couple) start(devices ...*faultbench.Device) {
	c.t.Helper()
	for _, d := range devices {
		d.Start()
	}
	for _, d := range devices {
		d.Ready()
	}
}

// judgeNow judges what the devices hold at this moment, whether they run or not.
// Nobody writes meanwhile.
func (c *couple) judgeNow() {
	c.t.Helper()
	seen := c.ledger.Record() // before the look: what is shown and told after it counts next time
	for _, d := range []*faultbench.Device{c.a, c.b} {
		faultbench.Look(c.ledger, d, c.a, c.b)
	}
	seen.Ends = c.ledger.Record().Ends
	faultbench.Judge(c.t, seen)
}

// verify is the end of a row.
func (c *couple) verify() {
	c.t.Helper()
	faultbench.Verify(c.t, c.ledger, c.a, c.b)
}

// work is something that goes on in the background. The end of the test ends it.
type work struct {
	t      *testing.T
	cancel context.CancelFunc
	done   chan struct{}
	err    error // valid after done
}

func background(t *testing.T, do func(context.Context) error) *work {
	ctx, cancel := context.WithCancel(t.Context())
	w := &work{t: t, cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(w.done)
		w.err = do(ctx)
	}()
	t.Cleanup(w.stop)
	return w
}

// stop ends the work and waits for its end.
func (w *work) stop() {
	w.cancel()
	<-w.done
}

// ended reports whether the work is over.
func (w *work) ended() bool {
	select {
	case <-w.done:
		return true
	default:
		return false
	}
}

// finish waits for the end of the work and for its success.
func (w *work) finish() {
	w.t.Helper()
	faultbench.WaitFor(w.t, "the end of the writing", w.ended)
	if w.err != nil {
		w.t.Fatal(w.err)
	}
}

// pass waits until a time is over.
func pass(d time.Duration) {
	timer := time.NewTimer(d)
	<-timer.C
}
