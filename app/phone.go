package app

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"

	"earshot/app/internal/platform"
	"earshot/app/internal/view"
	"earshot/internal/engine"
	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/safetext"
)

// messageChannel is the kind of notification that messages are.
var messageChannel = platform.Channel{ID: "messages", Name: "Messages"}

// watchPause is how long the phone waits before it watches for messages again
// after that has failed or ended: a device that starts needs less, and a person
// does not notice more.
const watchPause = 2 * time.Second

// requestWord stands for all strangers in notifications. It is not a device ID, so
// a tap on it only brings the app to the front.
const requestWord = "requests"

// What a notification says where no text of others may or can stand.
const (
	requestText = "A new device asks to write"
	unreadText  = "New messages"
)

// phoneSystem is what the app asks of a phone; *platform.System is one.
type phoneSystem interface {
	HoldMulticast() error
	ReleaseMulticast() error
	CreateChannel(platform.Channel) error
	OpenedConversation() (string, error)
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

	steps    sync.Mutex      // held while what the system said last is done, or a notification is made
	notified map[string]bool // the words of the notifications since the app was on the screen; of steps

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
		p.tell("there is no channel for notifications", p.sys.CreateChannel(messageChannel))
	} else {
		p.tell("multicast is still received", p.sys.ReleaseMulticast())
	}
	if dev == nil {
		return
	}
	dev.SetAway(!front)
	if front {
		p.follow(ctx, dev, open)
	}
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

// watch notifies of messages that come while the app is not on the screen, until
// ctx ends. What it misses between two subscriptions it looks up.
func (p *phone) watch(ctx context.Context, dev device) {
	for missed := false; ctx.Err() == nil; missed = true {
		events, err := dev.Subscribe(ctx)
		p.tell("messages are not watched for notifications", err)
		if err == nil {
			if missed {
				p.catchUp(ctx, dev)
			}
			for e := range events {
				p.hear(ctx, dev, e)
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(watchPause):
		}
	}
}

// hear notifies of an event that a person who is not at the app wants to know of.
func (p *phone) hear(ctx context.Context, dev device, e messenger.Event) {
	switch e.Kind {
	case messenger.EventMessage:
		if word := e.Message.Peer.String(); !e.Message.Outgoing && p.due(word) {
			p.notify(word, p.nameOf(ctx, dev, e.Message.Peer), string(safetext.Line(e.Message.Text)))
		}
	case messenger.EventRequest:
		p.notifyRequest()
	case messenger.EventLagged:
		p.catchUp(ctx, dev)
	}
}

// catchUp notifies of what waits for a person, after events were missed.
func (p *phone) catchUp(ctx context.Context, dev device) {
	if p.front.Load() {
		return
	}
	all, err := dev.Conversations(ctx)
	p.tell("the conversations cannot be read", err)
	for _, c := range all {
		if c.Unread == 0 || !c.Contact.Level.IsContact() {
			continue
		}
		text := unreadText
		if !c.Last.ID.IsZero() && !c.Last.Outgoing {
			text = string(safetext.Line(c.Last.Text))
		}
		p.notify(c.Contact.ID.String(), string(safetext.Name(c.Contact.Name)), text)
	}
	asking, err := dev.Requests(ctx)
	p.tell("the requests cannot be read", err)
	if len(asking) > 0 {
		p.notifyRequest()
	}
}

// nameOf is what the device with an ID is called in a notification.
func (p *phone) nameOf(ctx context.Context, dev device, id identity.DeviceID) string {
	peers, err := dev.Peers(ctx)
	p.tell("names cannot be read", err)
	for _, peer := range peers {
		if peer.ID == id {
			return string(safetext.Name(peer.Name))
		}
	}
	return string(safetext.Unnamed)
}

// due reports whether a notification under a word may come now: one for each
// absence, because each makes a sound, and what waited for a frozen program to
// go on comes all at once.
func (p *phone) due(word string) bool {
	p.steps.Lock()
	defer p.steps.Unlock()
	return p.dueNow(word)
}

// dueNow is due for who holds steps.
func (p *phone) dueNow(word string) bool { return !p.front.Load() && !p.notified[word] }

// notify shows a notification if it is due.
func (p *phone) notify(word, title, text string) {
	p.steps.Lock()
	defer p.steps.Unlock()
	if !p.dueNow(word) {
		return
	}
	err := p.sys.Notify(platform.Notification{Channel: messageChannel.ID, Conversation: word, Title: title, Text: text})
	p.tell("a message came without a notification", err)
	if err == nil {
		if p.notified == nil {
			p.notified = make(map[string]bool)
		}
		p.notified[word] = true
	}
}

// notifyRequest tells that strangers ask, in no word of theirs.
func (p *phone) notifyRequest() { p.notify(requestWord, "Earshot", requestText) }

// takeBack removes what was notified: who looks at the app sees it there. The
// caller holds steps.
func (p *phone) takeBack() {
	for word := range p.notified {
		p.dismiss(word)
	}
	clear(p.notified)
}

// seen takes back the notification of a conversation that is opened, also one
// that a former run of the program has left. If the app has left the screen
// meanwhile, the notification may be of something newer and stays.
func (p *phone) seen(id identity.DeviceID) {
	p.steps.Lock()
	defer p.steps.Unlock()
	if p.front.Load() {
		p.dismiss(id.String())
	}
}

func (p *phone) dismiss(word string) {
	p.tell("an old notification stays", p.sys.Dismiss(word))
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
