package app

import (
	"encoding/json"
	"os"
	"strings"
	"sync"
	"time"

	"fyne.io/fyne/v2"

	"earshot/app/internal/view"
)

// DumpEnv names an environment variable that helps tests which drive the real
// window: if it holds the path of a file, the named parts of the window and
// where they are on it are written there as JSON, soon after every change. The
// file is replaced as a whole and holds what is on the screen, messages
// included. Without the variable nothing is written.
const DumpEnv = "EARSHOT_UI_DUMP"

// dumpPause is how long changes are gathered before the file is written.
const dumpPause = 30 * time.Millisecond

// dumpTries is how often the file is written again when something was not drawn
// yet: the toolkit knows where a thing is from its first frame on. What is never
// drawn, because it is scrolled away, stays unknown.
const dumpTries = 4

// dumpFile is the content of the file; all measures are pixels of the window.
type dumpFile struct {
	Width    float32       `json:"width"`
	Height   float32       `json:"height"`
	Elements []dumpElement `json:"elements"`
}

type dumpElement struct {
	ID    string  `json:"id"`
	Label string  `json:"label"`
	Text  string  `json:"text"`
	State string  `json:"state"`
	X     float32 `json:"x"`
	Y     float32 `json:"y"`
	W     float32 `json:"w"`
	H     float32 `json:"h"`
}

// visible drops the characters that only isolate a name's writing direction.
var visible = strings.NewReplacer("\u2066", "", "\u2067", "", "\u2068", "", "\u2069", "")

// dumper writes the file of DumpEnv. Its fields belong to the goroutine of the
// window, the timer does not.
type dumper struct {
	path     string
	window   fyne.Window
	dispatch func(func())
	elements func() []view.Element

	mu      sync.Mutex
	timer   *time.Timer // nil: nothing is due
	tries   int         // left for what is not drawn yet
	stopped bool
}

func newDumper(path string, w fyne.Window, dispatch func(func())) *dumper {
	return &dumper{path: path, window: w, dispatch: dispatch}
}

// later writes the file soon.
func (d *dumper) later() { d.due(dumpTries) }

// again writes the file once more for what was not drawn yet.
func (d *dumper) again() {
	d.mu.Lock()
	tries := d.tries
	d.mu.Unlock()
	if tries > 0 {
		d.due(tries - 1)
	}
}

func (d *dumper) due(tries int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tries = tries
	if d.path == "" || d.stopped || d.timer != nil {
		return
	}
	d.timer = time.AfterFunc(dumpPause, func() {
		d.mu.Lock()
		d.timer = nil
		d.mu.Unlock()
		d.dispatch(d.write)
	})
}

// stop ends the writing.
func (d *dumper) stop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stopped = true
	if d.timer != nil {
		d.timer.Stop()
	}
}

func (d *dumper) write() {
	if d.elements == nil {
		return
	}
	file, whole := d.measure()
	if !whole {
		d.again()
	}
	raw, err := json.Marshal(file)
	if err != nil {
		fyne.LogError("Could not describe the window", err)
		return
	}
	part := d.path + ".part"
	if err := os.WriteFile(part, raw, 0o600); err != nil {
		fyne.LogError("Could not write the description of the window", err)
		return
	}
	if err := os.Rename(part, d.path); err != nil {
		fyne.LogError("Could not replace the description of the window", err)
	}
}

// measure describes what was drawn, and reports whether that is everything.
func (d *dumper) measure() (file dumpFile, whole bool) {
	c := d.window.Canvas()
	scale := c.Scale()
	size := c.Size()
	file, whole = dumpFile{Width: size.Width * scale, Height: size.Height * scale}, true
	for _, e := range d.elements() {
		if fyne.CurrentApp().Driver().CanvasForObject(e.Object) == nil {
			whole = false
			continue
		}
		pos := fyne.CurrentApp().Driver().AbsolutePositionForObject(e.Object)
		s := e.Object.Size()
		file.Elements = append(file.Elements, dumpElement{
			ID: e.ID, Label: e.Label, Text: visible.Replace(e.Text), State: e.State,
			X: pos.X * scale, Y: pos.Y * scale, W: s.Width * scale, H: s.Height * scale,
		})
	}
	return file, whole
}
