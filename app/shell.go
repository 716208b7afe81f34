package app

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"

	"earshot/app/internal/view"
	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
	"earshot/internal/messenger"
)

// Size of the window at the first start, in dp.
const (
	windowWidth  = 1000
	windowHeight = 700
)

// device is what the window needs of an engine.
type device interface {
	messenger.Service
	Run(ctx context.Context) error
	Close() error
}

// options are what a shell is made of.
type options struct {
	Home     string                                // as the person gave it, "" for the usual one
	Open     func(context.Context) (device, error) // opens the home folder
	Dispatch func(func())                          // runs a function on the goroutine of the window
	Dump     string                                // file for DumpEnv, "" for none
	Logger   *slog.Logger
}

// shell is the window and the device behind it.
type shell struct {
	opt    options
	app    fyne.App
	window fyne.Window
	tokens *kit.Tokens
	dump   *dumper

	ctx     context.Context // ends in stop
	cancel  context.CancelFunc
	wg      sync.WaitGroup
	over    atomic.Bool // nothing goes to the window any more
	failed  bool        // the window shows a failure; of the window's goroutine
	focused atomic.Bool
	control atomic.Pointer[viewmodel.Controller] // nil until the home folder is open
	quitApp func()                               // ends the loop of the window
}

// newShell makes the window; start opens the device.
func newShell(a fyne.App, opt options) *shell {
	s := &shell{opt: opt, app: a, tokens: kit.Light(), quitApp: a.Quit}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	a.Settings().SetTheme(kit.Theme(s.tokens))
	s.window = a.NewWindow("Earshot")
	s.window.SetPadded(false)
	s.window.SetContent(view.NewMessage(s.tokens, "Earshot", "Opening the home folder …"))
	s.window.Resize(fyne.NewSize(windowWidth, windowHeight))
	s.window.SetCloseIntercept(s.quit)
	s.dump = newDumper(opt.Dump, s.window, s.dispatch)
	return s
}

// start opens the device on a goroutine of its own and runs it until stop.
func (s *shell) start() { s.wg.Go(s.live) }

// live is the life of the device.
func (s *shell) live() {
	d, err := s.opt.Open(s.ctx)
	if err != nil {
		s.opt.Logger.Error("Could not open the home folder; the window says why.")
		s.fail("Earshot cannot open its home folder", err)
		return
	}
	c := viewmodel.New(viewmodel.Options{
		Service: d, Dispatch: s.dispatch, Now: time.Now, Logger: s.opt.Logger,
		Render: s.renderer(),
	})
	c.Focus(s.focused.Load())
	s.control.Store(c)
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := d.Run(s.ctx); err != nil && s.ctx.Err() == nil {
			s.opt.Logger.Error("The device stopped.", "error", err)
			s.fail("Earshot stopped working", err)
		}
	})
	if err := c.Run(s.ctx); err != nil {
		s.opt.Logger.Error("The window lost the device.", "error", err)
	}
	wg.Wait()
	if err := d.Close(); err != nil {
		s.opt.Logger.Error("Could not close the home folder cleanly.", "error", err)
	}
}

// renderer returns what draws snapshots; it makes the view at the first one.
func (s *shell) renderer() func(viewmodel.Snapshot) {
	var root *view.Root
	return func(snap viewmodel.Snapshot) {
		if !snap.Ready || s.failed {
			return
		}
		if root == nil {
			root = view.NewRoot(s.tokens, s.control.Load(), s.app.Clipboard().SetContent)
			root.OnMoved = s.dump.later
			s.dump.elements = root.Elements
			s.window.SetContent(root)
			s.window.Canvas().SetOnTypedRune(root.TypedRune)
		}
		root.Set(snap)
	}
}

// fail shows what went wrong and what to do, instead of the conversations.
func (s *shell) fail(title string, err error) {
	text := sentence(err.Error())
	if s.opt.Home != "" {
		text += "\n\nHome folder: " + s.opt.Home
	}
	text += "\n\nPut that right and start Earshot again. Nothing was deleted."
	s.dispatch(func() {
		s.failed = true
		s.dump.elements = func() []view.Element {
			return []view.Element{{ID: "failure", Label: title, Text: text, Object: s.window.Content()}}
		}
		s.window.SetContent(view.NewMessage(s.tokens, title, text))
		s.dump.later()
	})
}

// sentence begins an error with a capital letter. It gets no full stop: errors
// end in commands to copy.
func sentence(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// dispatch runs f on the goroutine of the window unless it is closing.
func (s *shell) dispatch(f func()) {
	if s.over.Load() {
		return
	}
	s.opt.Dispatch(func() {
		if !s.over.Load() {
			f()
		}
	})
}

// focus says whether the window has the keyboard.
func (s *shell) focus(on bool) {
	s.focused.Store(on)
	if c := s.control.Load(); c != nil {
		c.Focus(on)
	}
}

// quit closes the window at once and ends the program when the device is
// closed: what was written is stored, others are told goodbye.
func (s *shell) quit() {
	s.window.Hide()
	go func() {
		s.stop()
		s.opt.Dispatch(s.quitApp)
	}()
}

// silence keeps everything away from a window that is going.
func (s *shell) silence() {
	s.over.Store(true)
	s.cancel()
}

// stop ends the device and waits for it. It may be called more than once and
// from any goroutine but the window's while its loop runs.
func (s *shell) stop() {
	s.silence()
	s.dump.stop()
	s.wg.Wait()
}
