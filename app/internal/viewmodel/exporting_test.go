package viewmodel

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"earshot/internal/identity"
)

// page is a file in memory that may be full.
type page struct {
	bytes.Buffer
	full      bool
	committed int
	discarded int
}

func (p *page) Write(b []byte) (int, error) {
	if p.full {
		return 0, errors.New("disk full")
	}
	return p.Buffer.Write(b)
}

func (p *page) Commit() error {
	p.committed++
	return nil
}
func (p *page) Discard()      { p.discarded++ }
func (p *page) Where() string { return "Downloads/x" }

func TestExport(t *testing.T) {
	svc := newFake()
	svc.history = talk(700)
	atDesk(t, svc, func(d *desk) {
		d.Open(id(1))
		d.settle()
		var text, json, full page
		d.Export(id(1), &text, false)
		chat := d.settle().Chat
		if chat.Bar != BarNote || chat.BarText != "Exported 700 messages to Downloads/x." || text.committed != 1 || !strings.Contains(text.String(), "text 699") {
			t.Errorf("it says %q, %d bytes, closed %d times", chat.BarText, text.Len(), text.committed)
		}
		d.Type(id(1), "x")
		if chat := d.settle().Chat; chat.Bar != BarNone {
			t.Errorf("while writing it still says %q", chat.BarText)
		}
		d.Export(id(1), &json, true)
		if d.settle(); !strings.HasPrefix(json.String(), "{") || strings.Count(json.String(), "\n") != 700 {
			t.Errorf("%d lines", strings.Count(json.String(), "\n"))
		}
		full.full = true
		d.Export(id(1), &full, true)
		if chat := d.settle().Chat; !strings.HasPrefix(string(chat.BarText), "Not exported: the file could not") || full.discarded != 1 || full.committed != 0 {
			t.Errorf("it says %q, closed %d times", chat.BarText, full.discarded)
		}
		d.Export(id(1), &full, true)
		d.Open(identity.DeviceID{3})
		if snap := d.settle(); !strings.HasPrefix(snap.Notice, "Not exported: the file could not") || snap.Chat.Bar == BarNote {
			t.Errorf("after the chat was left: notice %q, bar %q", snap.Notice, snap.Chat.BarText)
		}
		d.Open(id(1))
		svc.mu.Lock()
		svc.history = nil
		svc.mu.Unlock()
		d.Open(identity.DeviceID{3})
		if chat := d.settle().Chat; chat.Bar == BarNote {
			t.Errorf("another chat says %q", chat.BarText)
		}
	})
}

// TestAnExportHoldsNothingUp: texts are sent meanwhile, and the end of the
// window ends it.
func TestAnExportHoldsNothingUp(t *testing.T) {
	svc := newFake()
	svc.history = talk(10)
	atDesk(t, svc, func(d *desk) {
		d.Open(id(1))
		d.settle()
		w := &stuck{begun: make(chan struct{}), closed: make(chan struct{})}
		d.Export(id(1), w, false)
		<-w.begun
		d.React(id(1), keyN(9, true), "👍")
		if r := lastRow(d.settle()); r.Mine == "" {
			t.Error("a reaction waits for the export")
		}
		close(w.closed)
		d.settle()
	})
}

// stuck is a file that takes its time.
type stuck struct{ begun, closed chan struct{} }

func (s *stuck) Write(b []byte) (int, error) {
	close(s.begun)
	<-s.closed
	return len(b), nil
}

func (s *stuck) Commit() error { return nil }
func (s *stuck) Discard()      {}
func (s *stuck) Where() string { return "" }
