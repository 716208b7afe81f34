//go:build e2e

package reliability

import (
	"testing"
	"time"

	"earshot/internal/faultbench"
)

// wakeLimit is how soon after a freeze the device is reached again and has what
// was written meanwhile.
const wakeLimit = 10 * time.Second

// linkGone is a freeze after which the other side has given up its links: it
// asks after 5 s without an answer, waits 5 s more, and dials in vain.
const linkGone = 16 * time.Second

// R20: a device that stands still for a minute takes up where it was.
func TestR20Frozen(t *testing.T) {
	t.Parallel()
	for _, sender := range []bool{false, true} {
		name := "receiver"
		if sender {
			name = "sender"
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCouple(t, "", "")
			frozen, awake := c.b, c.a
			if sender {
				frozen, awake = c.a, c.b
			}
			descriptors := map[*faultbench.Device]int{c.a: c.a.Descriptors(), c.b: c.b.Descriptors()}
			const every = 200 * time.Millisecond // 5 messages a second
			there := background(t, faultbench.Writer{From: c.a, To: c.b, Every: every}.Run)
			back := background(t, faultbench.Writer{From: c.b, To: c.a, Every: every}.Run)
			faultbench.WaitFor(t, "messages both ways", func() bool {
				return c.ledger.CountShown(c.a.ID, c.b.ID) > 3 && c.ledger.CountShown(c.b.ID, c.a.ID) > 3
			})
			frozen.Freeze()
			pass(span(linkGone, time.Minute))
			written := c.ledger.CountQueued(awake.ID, frozen.ID)
			thawed := time.Now()
			frozen.Thaw()
			faultbench.WaitFor(t, "what was written meanwhile", func() bool {
				return c.ledger.CountShown(awake.ID, frozen.ID) >= written
			})
			took := time.Since(thawed)
			if took > wakeLimit {
				t.Errorf("everything was there %v after the thaw, promised %v", took, wakeLimit)
			}
			there.stop()
			back.stop()
			faultbench.Settle(t, c.a, c.b)
			for d, before := range descriptors {
				d.NoMoreDescriptors(before)
			}
			c.verify()
			t.Logf("%d messages written meanwhile were there %v after the thaw", written, took.Round(time.Millisecond))
		})
	}
}
