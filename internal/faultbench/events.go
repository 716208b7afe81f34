package faultbench

import (
	"encoding/json"
	"testing"
	"time"

	"earshot/internal/identity"
	"earshot/internal/msgid"
)

// read takes one line of a run: it goes into the ledger and wakes who waits. A
// line that a kill has cut is no event.
func (d *Device) read(line []byte) {
	e := Event{At: time.Now()}
	var m struct {
		Event    string
		ID       string // of a message or a device
		From, To identity.DeviceID
	}
	if json.Unmarshal(line, &e.What) != nil || json.Unmarshal(line, &m) != nil {
		return
	}
	e.Kind = m.Event
	if id, err := msgid.Parse(m.ID); err == nil {
		switch {
		case m.Event == "message" && m.From != d.ID:
			d.ledger.Shown(Shown{Viewer: d.program, At: d.ID, From: m.From, ID: id})
		case m.Event == "delivered":
			d.ledger.Acked(Acked{From: d.ID, To: m.To, ID: id})
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.events = append(d.events, e)
	close(d.more)
	d.more = make(chan struct{})
}

// Forget drops the events so far.
func (d *Device) Forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.events = nil
}

// Events returns those since the start or Forget.
func (d *Device) Events() []Event {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.events[:len(d.events):len(d.events)]
}

// Wait returns the first event since the start or Forget for which ok is true,
// waiting for it up to [Patience].
func (d *Device) Wait(what string, ok func(Event) bool) Event {
	d.t.Helper()
	limit := time.After(Patience)
	for done := 0; ; {
		d.mu.Lock()
		events, more := d.events, d.more
		d.mu.Unlock()
		for ; done < len(events); done++ {
			if ok(events[done]) {
				return events[done]
			}
		}
		select {
		case <-more:
		case <-d.run.ended:
			d.t.Fatalf("%s ended before %s", d.Name, what)
		case <-limit:
			d.t.Fatalf("%s: no %s within %v", d.Name, what, Patience)
		}
	}
}

// Ready waits until the device can be reached.
func (d *Device) Ready() Event {
	d.t.Helper()
	return d.Wait("ready", func(e Event) bool { return e.Kind == "ready" })
}

// Found waits until o is in earshot.
func (d *Device) Found(o *Device) Event {
	d.t.Helper()
	return d.Wait(o.Name+" in earshot", func(e Event) bool { return e.Kind == "peer_found" && e.Str("id") == o.ID.String() })
}

// Lost waits until o is out of earshot.
func (d *Device) Lost(o *Device) Event {
	d.t.Helper()
	return d.Wait(o.Name+" out of earshot", func(e Event) bool { return e.Kind == "peer_lost" && e.Str("id") == o.ID.String() })
}

// pollEvery is how often a condition is looked at that no event tells.
const pollEvery = 50 * time.Millisecond

// WaitFor waits up to [Patience] until ok is true and ends the test when it does
// not become so.
func WaitFor(t testing.TB, what string, ok func() bool) {
	t.Helper()
	limit, tick := time.After(Patience), time.NewTicker(pollEvery)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("not within %v: %s", Patience, what)
		}
	}
}
