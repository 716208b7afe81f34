package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"earshot/app/internal/view"
	"earshot/app/internal/viewmodel"
	"earshot/internal/engine"
	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/trust"
)

// fakeDevice is a device with one contact.
type fakeDevice struct {
	messenger.Service // what the window does not call

	mu     sync.Mutex
	sent   []string
	runErr error
	told   []messenger.Notice
	hung   bool // Send does not answer
	closed bool
	marked bool
	away   []bool
}

func (d *fakeDevice) Self(context.Context) (messenger.Self, error) {
	return messenger.Self{ID: identity.DeviceID{9}, Name: "Lena"}, nil
}
func (d *fakeDevice) Peers(context.Context) ([]messenger.Peer, error) {
	return []messenger.Peer{{ID: identity.DeviceID{1}, Name: "Mia", Online: true}}, nil
}
func (d *fakeDevice) Notices(context.Context) ([]messenger.Notice, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.told), nil
}
func (d *fakeDevice) DismissNotice(_ context.Context, id string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.told = slices.DeleteFunc(d.told, func(n messenger.Notice) bool { return n.ID == id })
	return nil
}
func (d *fakeDevice) Pairing(context.Context) (messenger.Pairing, error) {
	return messenger.Pairing{}, nil
}
func (d *fakeDevice) Requests(context.Context) ([]messenger.Request, error) { return nil, nil }
func (d *fakeDevice) Conversations(context.Context) ([]messenger.Conversation, error) {
	return []messenger.Conversation{{Contact: messenger.Contact{ID: identity.DeviceID{1}, Name: "Mia", Level: trust.Accepted}, Unread: 1}}, nil
}
func (d *fakeDevice) History(context.Context, messenger.Page) ([]messenger.Message, error) {
	return nil, nil
}
func (d *fakeDevice) SetTyping(context.Context, identity.DeviceID, bool) error { return nil }
func (d *fakeDevice) Settings(context.Context) ([]messenger.Setting, error)    { return nil, nil }
func (d *fakeDevice) MarkRead(context.Context, identity.DeviceID) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.marked = true
	return nil
}
func (d *fakeDevice) Send(ctx context.Context, out messenger.Outgoing) (messenger.Message, error) {
	if d.hung {
		<-ctx.Done()
		return messenger.Message{}, ctx.Err()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sent = append(d.sent, out.Text)
	return messenger.Message{ID: out.ID, Peer: out.To, Outgoing: true, Text: out.Text}, nil
}
func (d *fakeDevice) Subscribe(ctx context.Context) (<-chan messenger.Event, error) {
	ch := make(chan messenger.Event)
	context.AfterFunc(ctx, func() { close(ch) })
	return ch, nil
}
func (d *fakeDevice) Run(ctx context.Context) error {
	if d.runErr != nil {
		return d.runErr
	}
	<-ctx.Done()
	return nil
}
func (d *fakeDevice) SetAway(away bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.away = append(d.away, away)
}
func (d *fakeDevice) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	return nil
}

// rig is a shell whose dispatched functions run on the goroutine of the test.
type rig struct {
	t *testing.T
	*shell
	queue chan func()
	log   bytes.Buffer
	dump  string
}

func newRig(t *testing.T, open func(context.Context) (device, error), set ...func(*options)) *rig {
	t.Helper()
	r := &rig{t: t, queue: make(chan func(), 1024), dump: filepath.Join(t.TempDir(), "ui.json")}
	opt := options{
		Place: usualPlace(),
		Home:  "/somewhere", Open: open, Dump: r.dump, Logger: slog.New(slog.NewTextHandler(&r.log, nil)),
		Dispatch: func(f func()) { r.queue <- f },
	}
	for _, f := range set {
		f(&opt)
	}
	r.shell = newShell(test.NewTempApp(t), opt)
	t.Cleanup(func() {
		r.stop()
		r.window.Close()
	})
	return r
}

// until runs what is dispatched until the file of the window satisfies ok.
func (r *rig) until(what string, ok func(dumpFile) bool) dumpFile {
	r.t.Helper()
	limit := time.After(20 * time.Second)
	for {
		var file dumpFile
		raw, err := os.ReadFile(r.dump)
		if err == nil {
			if err := json.Unmarshal(raw, &file); err != nil {
				r.t.Fatalf("half a file: %v", err)
			}
		}
		if err == nil && ok(file) {
			return file
		}
		select {
		case f := <-r.queue:
			f()
		case <-limit:
			r.t.Fatalf("no %s; the window holds %+v, the log:\n%s", what, file, r.log.String())
		}
	}
}

func has(id, text string) func(dumpFile) bool {
	return func(f dumpFile) bool {
		_, ok := find(f, id, text)
		return ok
	}
}

func find(f dumpFile, id, text string) (dumpElement, bool) {
	for _, e := range f.Elements {
		if e.ID == id && strings.Contains(e.Text, text) {
			return e, true
		}
	}
	return dumpElement{}, false
}

func opens(d device) func(context.Context) (device, error) {
	return func(context.Context) (device, error) { return d, nil }
}

// tap presses the middle of an element of the file.
func (r *rig) tap(f dumpFile, id string) {
	r.t.Helper()
	e, ok := find(f, id, "")
	if !ok {
		r.t.Fatalf("no %s in %+v", id, f)
	}
	scale := r.window.Canvas().Scale()
	test.TapCanvas(r.window.Canvas(), fyne.NewPos((e.X+e.W/2)/scale, (e.Y+e.H/2)/scale))
}

func TestWindowShowsAndSends(t *testing.T) {
	d := &fakeDevice{}
	r := newRig(t, opens(d))
	r.focus(true)
	r.start()
	file := r.until("conversation", has("conversation/"+identity.DeviceID{1}.Short(), ""))
	if file.Width != windowWidth*r.window.Canvas().Scale() {
		t.Errorf("the window is %v wide", file.Width)
	}
	r.tap(file, "conversation/"+identity.DeviceID{1}.Short())
	file = r.until("composer", has("composer", ""))
	for _, c := range "hello" {
		if f := r.window.Canvas().Focused(); f != nil {
			f.TypedRune(c)
		} else { // on a phone nothing has the keyboard yet
			r.window.Canvas().OnTypedRune()(c)
		}
	}
	file = r.until("typed text", has("composer", "hello"))
	r.tap(file, "send")
	r.until("sent text", func(f dumpFile) bool {
		for _, e := range f.Elements {
			if strings.HasPrefix(e.ID, "out/") && e.Text == "hello" && e.State == "queued" {
				return true
			}
		}
		return false
	})
	r.stop()
	if len(d.sent) != 1 || d.sent[0] != "hello" || !d.closed || !d.marked {
		t.Errorf("sent %q, closed %v, marked %v", d.sent, d.closed, d.marked)
	}
	if strings.Contains(r.log.String(), "hello") {
		t.Error("the log holds the text of a message")
	}
}

// TestAFolderThatDoesNotOpen: the window says what is wrong and what to do.
func TestAFolderThatDoesNotOpen(t *testing.T) {
	r := newRig(t, func(context.Context) (device, error) {
		return nil, errors.New("the key can be read by others; run: chmod 600 key")
	})
	r.start()
	file := r.until("failure", has("failure", "The key can be read by others; run: chmod 600 key\n"))
	if e, _ := find(file, "failure", ""); !strings.Contains(e.Text, "/somewhere") || !strings.Contains(e.Label, "cannot open") {
		t.Errorf("got %+v", e)
	}
}

// TestADeviceThatStops: the home folder is free before the window says that
// something is wrong, so that it can be opened again.
func TestADeviceThatStops(t *testing.T) {
	first, second := &fakeDevice{runErr: errors.New("no port is free")}, &fakeDevice{}
	opened := 0
	r := newRig(t, func(context.Context) (device, error) {
		opened++
		if opened == 1 {
			return first, nil
		}
		return second, nil
	})
	r.start()
	file := r.until("failure", has("failure", "No port is free"))
	first.mu.Lock()
	if !first.closed {
		t.Error("the failure is shown and the home folder is still taken")
	}
	first.mu.Unlock()
	before := r.window.Content()
	r.renderer(nil)(viewmodel.Snapshot{Ready: true}) // one that was still on its way
	if r.window.Content() != before {
		t.Error("the failure does not stay on the screen")
	}
	r.tap(file, "failure/copy")
	if got := r.app.Clipboard().Content(); !strings.Contains(got, "No port is free") {
		t.Errorf("copied %q", got)
	}
	r.tap(file, "failure/again")
	r.until("window", has("self", "Lena"))
	r.stop()
	if !second.closed || opened != 2 {
		t.Errorf("opened %d times, the second is closed: %v", opened, second.closed)
	}
}

// TestAHistoryThatCanOnlyBeRead is shown, with the reason above it until that
// was read, although the device does not run.
func TestAHistoryThatCanOnlyBeRead(t *testing.T) {
	d := &fakeDevice{runErr: fmt.Errorf("off the network: %w", engine.ErrNewerSchema),
		told: []messenger.Notice{{ID: "read-only", Kind: messenger.NoticeReadOnly}}}
	r := newRig(t, opens(d))
	r.start()
	r.until("conversation", has("conversation/"+identity.DeviceID{1}.Short(), ""))
	r.tap(r.until("alert", has("alert/read-only", "it can be read here")), "alert/read-only/ok")
	file := r.until("no alert", func(f dumpFile) bool { return !has("alert/read-only", "")(f) })
	if has("failure", "")(file) || !has("self", "Lena")(file) {
		t.Errorf("the window holds %+v", file)
	}
}

// TestClosingWithATextThatIsNotStored: the window stays and says so; closed
// once more it goes, and the program does not end as if all were well.
func TestClosingWithATextThatIsNotStored(t *testing.T) {
	d := &fakeDevice{hung: true}
	r := newRig(t, opens(d))
	r.patience = time.Millisecond
	quit := false
	r.quitApp = func() { quit = true }
	r.start()
	r.until("window", has("self", "Lena"))
	c := r.control.Load()
	if !c.Send(identity.DeviceID{1}, "hello", "") {
		t.Fatal("the text is refused")
	}
	r.quit()
	r.until("notice", has("notice", "Not closed: 1 text not stored"))
	if quit || r.ctx.Err() != nil {
		t.Error("the window closed over a text that is not stored")
	}
	r.quit()
	for !quit {
		(<-r.queue)()
	}
	if !d.closed || !r.lost.Load() || !strings.Contains(r.log.String(), "not everything was stored") {
		t.Errorf("closed %v, lost %v, the log:\n%s", d.closed, r.lost.Load(), r.log.String())
	}
}

// TestNothingIsDrawnAfterTheEnd: what is dispatched late is not run.
func TestNothingIsDrawnAfterTheEnd(t *testing.T) {
	d := &fakeDevice{}
	r := newRig(t, opens(d))
	r.start()
	late := <-r.queue // the first picture is on its way
	r.stop()
	before := r.window.Content()
	late()
	r.dispatch(func() { t.Error("drawn after the end") })
	for len(r.queue) > 0 {
		(<-r.queue)()
	}
	if r.window.Content() != before || !d.closed {
		t.Errorf("the content changed; device closed %v", d.closed)
	}
}

// TestQuitClosesTheDeviceFirst: the program ends when everything is stored.
func TestQuitClosesTheDeviceFirst(t *testing.T) {
	d := &fakeDevice{}
	r := newRig(t, opens(d))
	r.start()
	r.until("window", has("self", "Lena"))
	quit := false
	r.quitApp = func() { quit = true }
	r.quit()
	for !quit {
		(<-r.queue)()
	}
	if !d.closed {
		t.Error("the program ended before the device was closed")
	}
}

func TestNoDumpUnlessAsked(t *testing.T) {
	r := newRig(t, opens(&fakeDevice{}))
	d := newDumper("", r.window, r.dispatch)
	d.elements = func() []view.Element { t.Error("the window was described"); return nil }
	d.later()
	if d.timer != nil {
		t.Error("a file is due")
	}
}

func TestExitCodesOfArguments(t *testing.T) {
	var out bytes.Buffer
	if code := run([]string{"--help"}, &out); code != exitOK || !strings.Contains(out.String(), "home") {
		t.Errorf("--help: %d, %q", code, out.String())
	}
	if code := run([]string{"x"}, &out); code != exitUsage {
		t.Errorf("a stray argument: %d", code)
	}
}

// TestNothingStartsOnceStopWaits: hooks and taps may come while stop waits.
func TestNothingStartsOnceStopWaits(t *testing.T) {
	var g goroutines
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				g.Go(func() {})
			}
		})
	}
	g.Wait()
	g.Go(func() { t.Error("started after the end") })
	g.wg.Wait()
	wg.Wait()
}
