package app

import (
	"context"
	"strconv"
	"time"

	"earshot/app/internal/platform"
	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/safetext"
	"earshot/internal/trust"
)

// The kinds of notifications: messages, and that strangers ask. Anybody nearby
// can make the second as often as they like, so it makes no sound.
var (
	messageChannel = platform.Channel{ID: "messages", Name: "Messages"}
	requestChannel = platform.Channel{ID: "requests", Name: "Requests of new devices", Quiet: true}
)

// watchPause is how long the phone waits before it watches for messages again
// after that has failed or ended: a device that starts needs less, and a person
// does not notice more.
const watchPause = 2 * time.Second

// requestWord stands for all strangers in notifications. It is not a device ID, so
// a tap on it only brings the app to the front.
const requestWord = "requests"

// What a notification says where no text of others may or can stand.
const (
	requestText  = "A new device asks to write"
	requestsText = " new devices ask to write" // after their number
	unreadText   = "New messages"
)

// notVerified stands before the name of a contact that nobody has compared a code
// with: it may be anybody. After the name it would be where a long one is cut.
const notVerified = "Not verified: "

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
		p.notifyRequests(ctx, dev)
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
		p.notify(c.Contact.ID.String(), title(c.Contact.Name, c.Contact.Level), text)
	}
	p.notifyRequests(ctx, dev)
}

// nameOf is what the device with an ID is called in a notification.
func (p *phone) nameOf(ctx context.Context, dev device, id identity.DeviceID) string {
	peers, err := dev.Peers(ctx)
	p.tell("names cannot be read", err)
	for _, peer := range peers {
		if peer.ID == id {
			return title(peer.Name, peer.Level)
		}
	}
	return notVerified + string(safetext.Unnamed)
}

// title is what a device of that name and level is called in a notification.
func title(name string, level trust.Level) string {
	clean := string(safetext.Name(name))
	if level == trust.Verified {
		return clean
	}
	return notVerified + clean
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
	if p.dueNow(word) {
		p.showLocked(platform.Notification{Channel: messageChannel.ID, Conversation: word, Title: title, Text: text})
	}
}

// showLocked shows a notification and reports whether that went well. The caller
// holds steps.
func (p *phone) showLocked(n platform.Notification) bool {
	err := p.sys.Notify(n)
	p.tell("something came without a notification", err)
	if err != nil {
		return false
	}
	if p.notified == nil {
		p.notified = make(map[string]bool)
	}
	p.notified[n.Conversation] = true
	return true
}

// notifyRequests tells how many strangers ask, in no word of theirs and without a
// sound; so the number may grow before anybody has looked.
func (p *phone) notifyRequests(ctx context.Context, dev device) {
	if p.front.Load() {
		return
	}
	all, err := dev.Requests(ctx)
	p.tell("the requests cannot be read", err)
	n := len(all)
	text := requestText
	if n != 1 {
		text = strconv.Itoa(n) + requestsText
	}
	p.steps.Lock()
	defer p.steps.Unlock()
	if p.front.Load() || n <= p.asking {
		return
	}
	if p.showLocked(platform.Notification{Channel: requestChannel.ID, Conversation: requestWord, Title: "Earshot", Text: text, Count: n}) {
		p.asking = n
	}
}

// takeBack removes what was notified: who looks at the app sees it there. The
// caller holds steps.
func (p *phone) takeBack() {
	for word := range p.notified {
		p.dismiss(word)
	}
	clear(p.notified)
	p.asking = 0
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
