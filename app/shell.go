package app

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/driver/mobile"

	"earshot/app/internal/view"
	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
	"earshot/internal/engine"
	"earshot/internal/identity"
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
	SetAway(away bool)
	Close() error
}

// options are what a shell is made of.
type options struct {
	Home     string                                // as the person gave it, "" for the usual one
	Place    geometry                              // of the window
	Open     func(context.Context) (device, error) // opens the home folder
	OpenURL  func(*url.URL) error                  // has the system open an address; may block
	Dispatch func(func())                          // runs a function on the goroutine of the window
	Link     string                                // a pairing link to ask about first, "" for none
	Phone    phoneSystem                           // nil on a computer
	Dump     string                                // file for DumpEnv, "" for none
	Frames   string                                // file for FramesEnv, "" for none
	Logger   *slog.Logger

	UsedLinks string // file of what links a phone has asked about, "" for none
}

// shell is the window and the device behind it.
type shell struct {
	opt    options
	app    fyne.App
	window fyne.Window
	tokens *kit.Tokens
	dump   *dumper
	frames *frameLog

	ctx     context.Context // ends in stop
	cancel  context.CancelFunc
	wg      goroutines
	over    atomic.Bool                          // nothing goes to the window any more
	closing atomic.Bool                          // the window waits for what is not stored yet
	lost    atomic.Bool                          // something that the person did was not stored
	failed  bool                                 // the window shows a failure; of the window's goroutine
	phone   *phone                               // nil on a computer
	links   links                                // to the controller
	living  atomic.Bool                          // live runs
	looking sync.Mutex                           // of focused, and while a controller is told of it
	focused bool                                 // the window has the keyboard
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
	s.place()
	s.window.SetCloseIntercept(s.quit)
	if opt.Phone != nil {
		s.phone = &phone{sys: opt.Phone, log: opt.Logger, links: &s.links, used: usedLinks{path: opt.UsedLinks}}
	}
	s.links.open(opt.Link)
	s.dump = newDumper(opt.Dump, s.window, s.dispatch)
	s.frames = newFrameLog(opt.Frames)
	return s
}

// place asks for the corner of the window. Only a window that is shown knows how
// many pixels a dp has on its screen.
func (s *shell) place() {
	if w, ok := s.window.(desktop.Window); ok && s.opt.Place.placed {
		scale := s.window.Canvas().Scale()
		w.RequestPosition(int(s.opt.Place.x*scale), int(s.opt.Place.y*scale))
	}
}

// start opens the device on a goroutine of its own and runs it until stop. While
// it runs another call has no effect: a phone makes its window anew.
func (s *shell) start() {
	if s.opt.Place.placed && s.window.Canvas().Scale() != 1 {
		s.place()
	}
	if s.living.CompareAndSwap(false, true) {
		s.wg.Go(func() {
			why, words := s.live()
			s.living.Store(false)
			if why != "" {
				s.fail(why, words)
			}
		})
	}
}

// live is the life of the device. If it ended too early, the result is why, in
// a few words and in many.
func (s *shell) live() (why, words string) {
	d, err := s.opt.Open(s.ctx)
	if err != nil {
		s.opt.Logger.Error("Could not open the home folder; the window says why.")
		return "Earshot cannot open its home folder", explain(err, homeFolder(s.opt.Home))
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
		return "", ""
	}
	s.opt.Logger.Error("The device stopped.", "error", stopped)
	text := explain(stopped, homeFolder(s.opt.Home))
	if unstored != nil {
		text += "\n\n" + sentence(unstored.Error())
	}
	return "Earshot stopped working", text
}

// serve runs the device and what shows it until stop, or until the device
// fails. It returns why it failed, and what was not stored.
func (s *shell) serve(d device) (stopped, unstored error) {
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	var c *viewmodel.Controller
	render := s.renderer(func() view.Actions { return s.actions(c) })
	c = viewmodel.New(viewmodel.Options{
		Service: d, Dispatch: s.dispatch, Render: render, Now: time.Now, Logger: s.opt.Logger,
		Unanswered: unanswered,
	})
	s.begin(c)
	defer s.control.Store(nil)
	s.links.to(c.OpenLink)
	defer s.links.to(nil)
	var wg sync.WaitGroup
	if p := s.phone; p != nil {
		p.attach(d, func(id identity.DeviceID) { s.dispatch(func() { c.Open(id) }) })
		defer p.attach(nil, nil)
		wg.Go(func() { p.settle(ctx) })
		wg.Go(func() { p.watch(ctx, d) })
	}
	wg.Go(func() {
		switch stopped = d.Run(ctx); {
		case errors.Is(stopped, engine.ErrNewerSchema): // it can be read; an alert says so
			s.opt.Logger.Warn("The device stays off the network.", "error", stopped)
			stopped = nil
		case stopped != nil:
			cancel()
		}
	})
	unstored = c.Run(ctx)
	cancel()
	wg.Wait()
	return stopped, unstored
}

// begin makes c the controller of the window. It knows from then on whether the
// window has the keyboard: no change falls between.
func (s *shell) begin(c *viewmodel.Controller) {
	s.looking.Lock()
	defer s.looking.Unlock()
	c.Focus(s.focused)
	s.control.Store(c)
}

// unanswered reports whether an error of a device only says that the program
// that holds the home folder did not answer.
func unanswered(err error) bool { return errors.Is(err, engine.ErrNoOwner) }

// actions is what a person can do at this device.
func (s *shell) actions(c *viewmodel.Controller) view.Actions {
	if s.phone == nil {
		return c
	}
	return phoneActions{c, func(id identity.DeviceID) { s.wg.Go(func() { s.phone.seen(id) }) }}
}

// renderer returns what draws snapshots; it makes the view at the first one.
func (s *shell) renderer(actions func() view.Actions) func(viewmodel.Snapshot) {
	var root *view.Root
	return func(snap viewmodel.Snapshot) {
		if !snap.Ready || s.failed {
			return
		}
		if root == nil {
			root = view.NewRoot(s.tokens, actions(), s.app.Clipboard().SetContent)
			root.OnMoved = func() {
				s.dump.later()
				s.frames.later()
			}
			root.OpenURL = s.openURL
			root.SaveFile = s.saveFile
			if d, ok := s.app.Driver().(mobile.Driver); ok {
				root.OnLeave = d.GoBack
			}
			s.dump.elements = root.Elements
			s.window.SetContent(root)
			s.window.Canvas().SetOnTypedRune(root.TypedRune)
			s.window.Canvas().SetOnTypedKey(root.TypedKey)
			s.window.Canvas().AddShortcut(view.FindShortcut, func(fyne.Shortcut) { root.Find() })
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

// focus says whether the window has the keyboard, on a phone whether it is on
// the screen.
func (s *shell) focus(on bool) {
	if p := s.phone; p != nil && s.ctx.Err() == nil {
		p.front.Store(on)
		s.wg.Go(func() { p.settle(s.ctx) })
	}
	s.looking.Lock()
	defer s.looking.Unlock()
	s.focused = on
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
