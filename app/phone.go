package app

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"

	"fyne.io/fyne/v2"

	"earshot/app/internal/platform"
	"earshot/app/internal/view"
	"earshot/internal/engine"
	"earshot/internal/identity"
	"earshot/internal/trust"
)

// usedLinksFile is the file of usedLinks, beside the home folder.
const usedLinksFile = "links-used"

// phoneSystem is what the app asks of a phone; *platform.System is one.
type phoneSystem interface {
	HoldMulticast() error
	ReleaseMulticast() error
	CreateChannel(platform.Channel) error
	OpenedConversation() (string, error)
	OpenedLinks(scheme string) ([]string, error)
	Notify(platform.Notification) error
	Dismiss(conversation string) error
	SaveToDownloads(name, mediaType string, from io.Reader) error
}

// phone joins a device to the life of an app on a phone. The system shows and
// hides the app as often as it likes, makes its window anew, and may stop the
// program whenever it is hidden: so nothing here ends anything, and every step
// may be repeated.
type phone struct {
	sys   phoneSystem
	log   *slog.Logger
	front atomic.Bool // the app is on the screen
	links *links      // takes pairing links that the app was opened with

	steps    sync.Mutex      // held while what the system said last is done, or a notification is made
	notified map[string]bool // the words of the notifications since the app was on the screen; of steps
	asking   int             // the number of requests that was notified since then; of steps
	used     usedLinks       // of steps

	mu   sync.Mutex
	dev  device                  // nil until the home folder is open
	open func(identity.DeviceID) // shows a conversation
}

// onPhone is what is different on a phone: where the home folder is, and what the
// device is called.
func onPhone(opt *options, sys *platform.System, a fyne.App) {
	if opt.Home == "" {
		opt.Home = filepath.Join(a.Storage().RootURI().Path(), "earshot")
	}
	home := opt.Home
	opt.UsedLinks = filepath.Join(a.Storage().RootURI().Path(), usedLinksFile)
	opt.Phone = sys
	opt.Open = func(ctx context.Context) (device, error) {
		name, err := sys.DeviceName()
		if err != nil {
			opt.Logger.Warn("The name of this phone is not known.", "error", err)
		}
		return engine.Open(ctx, engine.Options{Home: home, Name: name})
	}
}

// attach gives the phone its device; open shows a conversation.
func (p *phone) attach(d device, open func(identity.DeviceID)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dev, p.open = d, open
}

// settle does what follows from whether the app is on the screen. It asks the
// system and the device, so not on the window's goroutine.
func (p *phone) settle(ctx context.Context) {
	p.steps.Lock()
	defer p.steps.Unlock()
	p.mu.Lock()
	dev, open := p.dev, p.open
	p.mu.Unlock()
	front := p.front.Load()
	if front {
		p.takeBack()
		p.tell("multicast may not be received", p.sys.HoldMulticast())
		p.tell("there is no channel for notifications", errors.Join(p.sys.CreateChannel(messageChannel), p.sys.CreateChannel(requestChannel)))
	} else {
		p.tell("multicast is still received", p.sys.ReleaseMulticast())
	}
	if dev == nil {
		return
	}
	dev.SetAway(!front)
	if front {
		p.follow(ctx, dev, open)
		p.followLink()
	}
}

// followLink passes a pairing link on that the app was opened with since the last
// time. The caller holds steps.
func (p *phone) followLink() {
	opened, err := p.sys.OpenedLinks(trust.Scheme)
	p.tell("it is not known whether a link was opened", err)
	link, err := p.used.take(opened)
	p.tell("it cannot be kept in mind that a link was opened", err)
	p.links.open(link)
}

// follow shows the conversation whose notification was tapped.
func (p *phone) follow(ctx context.Context, dev device, open func(identity.DeviceID)) {
	word, err := p.sys.OpenedConversation()
	p.tell("it is not known what was tapped", err)
	if word == "" {
		return
	}
	id, err := identity.ParseDeviceID(word)
	if err != nil {
		return // another app's word
	}
	all, err := dev.Conversations(ctx)
	p.tell("the conversations cannot be read", err)
	for _, c := range all {
		if c.Contact.ID == id {
			open(id)
		}
	}
}

// tell logs what the system refused, unless this kind of system never has it.
func (p *phone) tell(what string, err error) {
	if err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, context.Canceled) {
		p.log.Warn("On this phone "+what+".", "error", err)
	}
}

// phoneActions are the actions of a person at a phone.
type phoneActions struct {
	view.Actions
	opened func(identity.DeviceID)
}

// Open implements view.Actions.
func (a phoneActions) Open(id identity.DeviceID) {
	a.Actions.Open(id)
	a.opened(id)
}
