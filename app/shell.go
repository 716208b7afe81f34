package app

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"earshot/app/internal/view"
	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
	"earshot/internal/engine"
	"earshot/internal/messenger"
)

// closePatience is how long a window that is closed waits for what is not
// stored yet before it says so: storing takes milliseconds.
const closePatience = 3 * time.Second

// opening is what the window says before there is a device.
const opening = "Opening the home folder …"

// device is what the window needs of an engine.
type device interface {
	messenger.Service
	Run(ctx context.Context) error
	Close() error
}

// options are what a shell is made of.
type options struct {
	Home     string                                // as the person gave it, "" for the usual one
	Place    geometry                              // of the window
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
	closing atomic.Bool // the window waits for what is not stored yet
	lost    atomic.Bool // something that the person did was not stored
	failed  bool        // the window shows a failure; of the window's goroutine
	focused atomic.Bool
	control atomic.Pointer[viewmodel.Controller] // nil until the home folder is open
	quitApp func()                               // ends the loop of the window

	patience time.Duration // closePatience
}

// newShell makes the window; start opens the device.
func newShell(a fyne.App, opt options) *shell {
	s := &shell{opt: opt, app: a, tokens: kit.Light(), quitApp: a.Quit, patience: closePatience}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	a.Settings().SetTheme(kit.SystemTheme())
	s.window = a.NewWindow("Earshot")
	s.window.SetPadded(false)
	s.window.SetContent(view.NewMessage(s.tokens, "Earshot", opening))
	s.window.Resize(opt.Place.size)
	if w, ok := s.window.(desktop.Window); ok && opt.Place.placed {
		w.RequestPosition(opt.Place.x, opt.Place.y)
	}
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
		s.fail("Earshot cannot open its home folder", explain(err, homeFolder(s.opt.Home)))
		return
	}
	stopped, unstored := s.serve(d)
	if err := d.Close(); err != nil {
		s.opt.Logger.Error("Could not close the home folder cleanly.", "error", err)
	}
	if unstored != nil {
		s.lost.Store(true)
		s.opt.Logger.Error("The window ended too early.", "error", unstored)
	}
	if stopped == nil || s.ctx.Err() != nil {
		return
	}
	s.opt.Logger.Error("The device stopped.", "error", stopped)
	text := explain(stopped, homeFolder(s.opt.Home))
	if unstored != nil {
		text += "\n\n" + sentence(unstored.Error())
	}
	s.fail("Earshot stopped working", text)
}

// serve runs the device and what shows it until stop, or until the device
// fails. It returns why it failed, and what was not stored.
func (s *shell) serve(d device) (stopped, unstored error) {
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	var c *viewmodel.Controller
	render := s.renderer(func() view.Actions { return c })
	c = viewmodel.New(viewmodel.Options{
		Service: d, Dispatch: s.dispatch, Render: render, Now: time.Now, Logger: s.opt.Logger,
		Unanswered: unanswered,
	})
	c.Focus(s.focused.Load())
	s.control.Store(c)
	defer s.control.Store(nil)
	var wg sync.WaitGroup
	wg.Go(func() {
		if stopped = d.Run(ctx); stopped != nil {
			cancel()
		}
	})
	unstored = c.Run(ctx)
	cancel()
	wg.Wait()
	return stopped, unstored
}

// unanswered reports whether an error of a device only says that the program
// that holds the home folder did not answer.
func unanswered(err error) bool { return errors.Is(err, engine.ErrNoOwner) }

// renderer returns what draws snapshots; it makes the view at the first one.
func (s *shell) renderer(actions func() view.Actions) func(viewmodel.Snapshot) {
	var root *view.Root
	return func(snap viewmodel.Snapshot) {
		if !snap.Ready || s.failed {
			return
		}
		if root == nil {
			root = view.NewRoot(s.tokens, actions(), s.app.Clipboard().SetContent)
			root.OnMoved = s.dump.later
			s.dump.elements = root.Elements
			s.window.SetContent(root)
			s.window.Canvas().SetOnTypedRune(root.TypedRune)
			s.window.Canvas().SetOnTypedKey(root.TypedKey)
		}
		root.Set(snap)
	}
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

// quit closes the window. While something that the person did is not stored
// it stays open: for closePatience, and then until it is closed again.
func (s *shell) quit() {
	c := s.control.Load()
	if c == nil || !c.Undone() {
		s.leave()
		return
	}
	if s.ctx.Err() != nil || !s.closing.CompareAndSwap(false, true) {
		return
	}
	s.wg.Go(func() {
		ctx, cancel := context.WithTimeout(s.ctx, s.patience)
		defer cancel()
		ok := c.Settle(ctx)
		s.closing.Store(false)
		if ok {
			s.dispatch(s.leave)
		}
	})
}

// leave closes the window at once and ends the program when the device is
// closed: others are told goodbye.
func (s *shell) leave() {
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
