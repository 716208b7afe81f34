//go:build e2e

package reliability

import (
	"testing"
	"time"

	"earshot/internal/faultbench"
)

// steady is the load of 50 messages a second.
const steady = 20 * time.Millisecond

// maxRunUp is how long the programs write at most before the power goes.
const maxRunUp = 1500 * time.Millisecond

// cutRounds writes from anna to bert, at 50 messages a second or as fast as it
// goes, and cuts the power of one of them at a moment that chance chooses. What
// the disk then holds is judged before the device starts again.
func cutRounds(t *testing.T, sender bool) {
	t.Parallel()
	rnd := faultbench.Random(t)
	disk := faultbench.NewDisk(t)
	var c *couple
	if sender {
		c = newCouple(t, disk.Home(), "")
	} else {
		c = newCouple(t, "", disk.Home())
	}
	victim := c.b
	if sender {
		victim = c.a
	}
	cuts := scale(4, 50)
	for n := range cuts {
		w := faultbench.Writer{From: c.a, To: c.b}
		if n%2 == 0 {
			w.Every = steady
		}
		shown := c.ledger.CountShown(c.a.ID, c.b.ID)
		writing := background(t, w.Run)
		faultbench.WaitFor(t, "messages on their way", func() bool { return c.ledger.CountShown(c.a.ID, c.b.ID) > shown })
		pass(time.Duration(rnd.Int64N(int64(maxRunUp))))
		victim.PowerCut(disk)
		writing.stop()
		c.judgeNow()
		if t.Failed() {
			return
		}
		c.start(victim)
	}
	c.verify()
	t.Logf("%d power cuts, %d texts queued, %d told as delivered", cuts,
		c.ledger.CountQueued(c.a.ID, c.b.ID), c.ledger.CountAcked(c.a.ID, c.b.ID))
}

// R16: a receiver whose power is cut has what it acknowledged.
func TestR16ReceiverLosesPower(t *testing.T) { cutRounds(t, false) }

// R17: a sender whose power is cut has everything that it showed as queued.
func TestR17SenderLosesPower(t *testing.T) { cutRounds(t, true) }
