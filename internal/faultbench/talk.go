package faultbench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"earshot/internal/control"
	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
)

// askAgain is how often a device is asked that does not run just now.
const askAgain = 10 * time.Millisecond

// Befriend makes two running devices contacts. The text that asks is the first of
// their conversation.
func Befriend(a, b *Device) {
	a.t.Helper()
	a.Found(b)
	b.Found(a)
	if err := a.Send(a.t.Context(), b, "may I?"); err != nil {
		a.t.Fatal(err)
	}
	b.Wait("request", func(e Event) bool { return e.Kind == "request" && e.Str("from") == a.ID.String() })
	b.Must("allow", a.ID.String())
	a.Wait("delivery", func(e Event) bool { return e.Kind == "delivered" && e.Str("to") == b.ID.String() })
}

// Send gives a text to the running program of the device, over its control
// socket, and returns when the text is queued. While the device does not run or
// stands still it waits, and tries the same message again; ctx ends that. Any
// other error is a refusal of the device: the text is not queued.
func (d *Device) Send(ctx context.Context, to *Device, text string) error {
	return d.SendAs(ctx, msgid.Now(), to, text)
}

// SendAs is Send with an ID that the caller made, so that a refused text can be
// tried again as the same message.
func (d *Device) SendAs(ctx context.Context, id msgid.ID, to *Device, text string) error {
	d.ledger.Wrote(Text{From: d.ID, To: to.ID, ID: id, Text: text, By: d.program})
	_, err := persist(ctx, func() (messenger.Message, error) {
		return d.client.Send(ctx, messenger.Outgoing{ID: id, To: to.ID, Text: text})
	})
	if err != nil {
		return fmt.Errorf("%s: %q: %w", d.Name, text, err)
	}
	d.ledger.Queued(d.ID, id)
	return nil
}

// persist repeats a call until the device takes it.
func persist[R any](ctx context.Context, call func() (R, error)) (R, error) {
	tick := time.NewTicker(askAgain)
	defer tick.Stop()
	for {
		r, err := call()
		if !errors.Is(err, control.ErrOwnerGone) {
			return r, err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return r, fmt.Errorf("%w: %w", ctx.Err(), err)
		}
	}
}

// Writer is somebody who writes to a contact.
type Writer struct {
	From, To *Device
	Texts    int           // how many; 0: until the context ends
	Every    time.Duration // 0: as fast as the device takes them
	Insist   bool          // a text that is refused is tried again, until it is taken
}

// Run writes numbered texts, one after the other. The end of the context ends it
// and is no error; a refusal is, unless it insists.
func (w Writer) Run(ctx context.Context) error {
	pace := make(<-chan time.Time)
	if w.Every > 0 {
		tick := time.NewTicker(w.Every)
		defer tick.Stop()
		pace = tick.C
	}
	for i := 0; i < w.Texts || w.Texts == 0; i++ {
		if w.Every > 0 {
			select {
			case <-pace:
			case <-ctx.Done():
				return nil
			}
		}
		if err := w.write(ctx, Line(w.From, i)); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
	}
	return nil
}

// Write is a [Writer] of n texts that does not insist.
func (d *Device) Write(ctx context.Context, to *Device, n int, every time.Duration) error {
	return Writer{From: d, To: to, Texts: n, Every: every}.Run(ctx)
}

// refusedAgain is how long somebody who insists waits: about as long as it takes
// to press Send once more.
const refusedAgain = 200 * time.Millisecond

func (w Writer) write(ctx context.Context, text string) error {
	id := msgid.Now()
	for {
		err := w.From.SendAs(ctx, id, w.To, text)
		if err == nil || !w.Insist || ctx.Err() != nil {
			return err
		}
		select {
		case <-time.After(refusedAgain):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Line is the text number i of a Writer.
func Line(from *Device, i int) string { return fmt.Sprintf("%s %06d", from.Name, i) }

// History returns the whole conversation with o, in the order shown. It works
// beside a running device and without one.
func (d *Device) History(o *Device) []Held {
	d.t.Helper()
	return d.held(d.Must("--json", "history", "--limit", strconv.Itoa(math.MaxInt32), o.ID.String()))
}

// Outbox returns what waits, oldest first. It works beside a running device and
// without one.
func (d *Device) Outbox() []Held {
	d.t.Helper()
	return d.held(d.Must("--json", "outbox"))
}

// held reads the messages that a command printed.
func (d *Device) held(out string) (all []Held) {
	d.t.Helper()
	for line := range strings.Lines(out) {
		var m struct {
			From, To identity.DeviceID
			ID       msgid.ID
			Text     string
		}
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			d.t.Fatalf("%s: %v: %s", d.Name, err, line)
		}
		all = append(all, Held(m))
	}
	return all
}
