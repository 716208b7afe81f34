//go:build e2e

package reliability

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"earshot/internal/faultbench"
	"earshot/internal/msgid"
)

// tinyDisk is the size of the file system in memory that holds a home folder.
const tinyDisk = 8 << 20

// refusal is what a sender logs when the receiver could not store a message.
const refusal = `"the other side refused a frame"`

// R18, the chat: a receiver whose disk is full acknowledges nothing that it has
// not stored; its sender keeps it and is told, and its person; with room again
// everything goes on by itself.
func TestR18ReceiverDiskFull(t *testing.T) {
	t.Parallel()
	disk := faultbench.NewSmallDisk(t, tinyDisk)
	c := newCouple(t, "", disk.Home())
	descriptors := c.b.Descriptors()
	for range scale(1, 10) {
		logged := len(logOf(t, c.a))
		disk.Fill()
		writing := background(t, faultbench.Writer{From: c.a, To: c.b, Every: steady / 4}.Run)
		faultbench.WaitFor(t, "a text that is not stored, and a sender that is told", func() bool {
			return strings.Contains(logOf(t, c.a)[logged:], refusal)
		})
		faultbench.WaitFor(t, "a receiver whose person is told", func() bool { return saysFull(c.b) })
		writing.stop()
		if len(c.a.Outbox()) == 0 {
			t.Error("nothing waits, although the receiver's disk is full")
		}
		c.judgeNow()
		writing = background(t, faultbench.Writer{From: c.a, To: c.b, Every: steady / 4}.Run)
		shown := c.ledger.CountShown(c.a.ID, c.b.ID)
		disk.Free() // in the middle of the writing, and what comes now does not overtake what was refused
		freed := time.Now()
		faultbench.WaitFor(t, "messages shown again", func() bool { return c.ledger.CountShown(c.a.ID, c.b.ID) > shown })
		writing.stop()
		faultbench.Settle(t, c.a)
		faultbench.WaitFor(t, "a person who is not told any more", func() bool { return !saysFull(c.b) })
		t.Logf("everything was there %v after there was room again", time.Since(freed).Round(time.Millisecond))
		c.b.NoMoreDescriptors(descriptors)
		c.b.Stop() // one link tells of few refusals, and the next round wants to see its own
		c.start(c.b)
	}
	c.verify()
}

// R18, the other side: a sender whose disk is full says so and queues nothing;
// the same message goes once there is room. What it received is not
// acknowledged before it is stored, and what was acknowledged is not forgotten.
func TestR18SenderDiskFull(t *testing.T) {
	t.Parallel()
	disk := faultbench.NewSmallDisk(t, tinyDisk)
	c := newCouple(t, disk.Home(), "")
	disk.Fill()
	id, text := msgid.Now(), strings.Repeat("long ", 10<<10)
	err := c.a.SendAs(t.Context(), id, c.b, text)
	if err == nil || !strings.Contains(err.Error(), "the disk is full; free some space") {
		t.Fatalf("with a full disk a text is answered with %v", err)
	}
	if out, code := c.a.Ctl("send", "--wait", "0s", c.b.ID.String(), text); code != 1 || !strings.Contains(out, "the disk is full") {
		t.Errorf("send ends with %d: %s", code, out)
	}
	back := background(t, faultbench.Writer{From: c.b, To: c.a, Texts: burst}.Run)
	back.finish()
	there := background(t, faultbench.Writer{From: c.a, To: c.b, Texts: burst, Insist: true}.Run)
	c.a.Kill() // and with a full disk it starts again
	c.a.Start()
	c.a.Ready()
	disk.Free()
	there.finish()
	if err := c.a.SendAs(t.Context(), id, c.b, text); err != nil {
		t.Fatal(err)
	}
	c.verify()
}

// saysFull reports whether a device tells its person that the disk is full.
func saysFull(d *faultbench.Device) bool {
	out, _ := d.Ctl("notices")
	return strings.Contains(out, "The disk is full")
}

// logOf is what a device has logged so far.
func logOf(t *testing.T, d *faultbench.Device) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(d.Home, "earshot.log"))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
