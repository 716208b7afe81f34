package messenger

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"earshot/internal/identity"
	"earshot/internal/msgid"
	"earshot/internal/store"
	"earshot/internal/trust"
)

// The rows of the store are the values of the API: a second set of the same
// structs would only drift.
type (
	// Message is one message of a conversation.
	Message = store.Message
	// Conversation is one row of the list of conversations.
	Conversation = store.Conversation
	// Contact is what is kept of another device.
	Contact = store.Contact
	// Request is the first text of a stranger, kept until a person decides.
	Request = store.Request
	// State says how far a message has come.
	State = store.State
	// Kind says what a message is.
	Kind = store.Kind
	// Quote is the beginning of a message that another one answers.
	Quote = store.Quote
	// Query is what is looked for in the texts of messages.
	Query = store.Query
	// Hit is a message that was found.
	Hit = store.Hit
)

// The states and kinds of a message, as in package store.
const (
	Queued    = store.Queued
	Waiting   = store.Waiting
	Sent      = store.Sent
	Delivered = store.Delivered
	Read      = store.Read
	Failed    = store.Failed
	Received  = store.Received

	KindText = store.KindText
	KindAuto = store.KindAuto

	KindEdit   = store.KindEdit
	KindDelete = store.KindDelete
	KindReact  = store.KindReact
)

// MaxTextBytes is the longest text of one message: 64 KiB of UTF-8. It fits a
// frame four times over and a screen many times; longer texts are files.
const MaxTextBytes = 64 << 10

// Errors that a caller decides on. They keep their identity through the
// control socket (errors.Is).
var (
	ErrEmptyText   = errors.New("there is no text to send")
	ErrTextTooLong = errors.New("the text is longer than 64 KiB; send it as a file or in parts")
	ErrInvalidText = errors.New("the text is not valid UTF-8")
	ErrUnknownPeer = errors.New("no such device is known")
	ErrSelf        = errors.New("that is this device itself")
	ErrBlocked     = errors.New("that device is blocked here; allow it first")
	ErrUnreachable = errors.New("nothing answered there as an Earshot device")
	ErrNoRequest   = errors.New("there is no request from that device")
	ErrBadName     = errors.New("a name needs 1 to 40 visible characters, at most 160 bytes of UTF-8")
	ErrBadAddress  = errors.New("not an address: want HOST or HOST:PORT")

	// ErrUnknownMessage says that a message was named that is not in that
	// conversation.
	ErrUnknownMessage = errors.New("no such message in that conversation")
	ErrNotYours       = errors.New("only its writer can edit a message or take it back")
	ErrBadEmoji       = errors.New("a reaction is one emoji, at most 64 bytes")
	ErrCancelled      = errors.New("that message was cancelled and never sent; send it again")
	ErrUnknownSetting = errors.New("there is no such setting")
	ErrBadValue       = errors.New("the setting does not take that value")

	ErrNoWords    = store.ErrNoWords
	ErrLongQuery  = store.ErrLongQuery
	ErrDeleted    = store.ErrDeleted
	ErrWaits      = store.ErrWaits
	ErrNotWaiting = store.ErrNotWaiting
)

// Self is this device.
type Self struct {
	ID        identity.DeviceID
	Name      string
	Kind      string
	Addresses []netip.AddrPort // where others on the same networks reach it; empty while offline
	Port      int              // 0 while nothing listens
	Version   string

	Visibility string    // value of SettingVisibility
	Begun      time.Time // when this home folder was first started
}

// Peer is a device in earshot or a contact.
type Peer struct {
	ID        identity.DeviceID
	Name      string // what is shown: the one given here (SetNick), else Said; not cleaned
	Said      string // what the device says of itself; not cleaned
	Kind      string
	Level     trust.Level
	Online    bool // a live link or a fresh sighting
	Linked    bool // a live link
	Away      bool // online, but nobody has it before them: its system may stop it at any moment
	Typing    bool // somebody there is writing to this device
	AcceptsMe bool
	Addresses []netip.AddrPort
	LastSeen  time.Time
	Added     time.Time // when it got a row here; zero: it has none

	ReplacedBy identity.DeviceID // the contact that took its place (Replace); zero: none
	Knocks     int               // how often a blocked device has tried since the program began
}

// Outgoing is a text to send. The caller makes the ID, so that a call repeated
// after a lost answer sends once.
type Outgoing struct {
	ID      msgid.ID
	To      identity.DeviceID
	Kind    Kind
	Text    string
	ReplyTo msgid.ID // message of the conversation that this one answers; zero: none
}

// Ref names one message.
type Ref struct {
	Peer identity.DeviceID // the conversation
	ID   msgid.ID
	Mine bool // written by this device
}

// RefOf names a message that was read.
func RefOf(m Message) Ref { return Ref{Peer: m.Peer, ID: m.ID, Mine: m.Outgoing} }

// Change is a change to make to a message. The caller makes the ID, so that a
// call repeated after a lost answer changes once.
type Change struct {
	ID   msgid.ID
	Kind Kind // KindEdit, KindDelete or KindReact
	Of   Ref
	Text string // the new text; or the emoji, "" to take it back
}

// Setting is one value that a person may choose.
type Setting struct {
	Key     string
	Value   string
	Default string
	Chosen  bool // a person or a program has set it, be it to the default
}

// EventKind says what happened.
type EventKind string

// The kinds of event and the field of Event that each fills.
const (
	EventPeerFound   EventKind = "peer_found"   // Peer: came into earshot
	EventPeerUpdated EventKind = "peer_updated" // Peer: name, level, link or address changed
	EventPeerLost    EventKind = "peer_lost"    // Peer: left earshot
	EventRequest     EventKind = "request"      // Request: a stranger asks
	EventRequestGone EventKind = "request_gone" // Request: decided, or dropped
	EventMessage     EventKind = "message"      // Message: new in a conversation, either direction
	EventState       EventKind = "state"        // Message: its State or Changing changed
	EventChanged     EventKind = "changed"      // Message: edited, taken back, or its reactions changed
	EventRemoved     EventKind = "removed"      // Message: Peer, ID and Outgoing of one that was removed here
	EventHistory     EventKind = "history"      // Peer: messages of its conversation were removed here, read it again
	EventTyping      EventKind = "typing"       // Peer: Typing changed
	EventSelf        EventKind = "self"         // Self: name, addresses, port or visibility changed
	EventLagged      EventKind = "lagged"       // none: events were dropped, read everything again
)

// Event is something that happened. Exactly the field named beside its Kind is
// set.
type Event struct {
	Kind    EventKind
	Peer    *Peer    `json:",omitempty"`
	Request *Request `json:",omitempty"`
	Message *Message `json:",omitempty"`
	Self    *Self    `json:",omitempty"`
	Pairing *Pairing `json:",omitempty"`
}

// Page asks for a part of a conversation, oldest first in the answer. Of Before,
// After and Around one may be set; none asks for the newest messages.
type Page struct {
	Peer   identity.DeviceID
	Before msgid.ID // messages above this one
	After  msgid.ID // messages below this one
	Around msgid.ID // this one, with as many above as below
	Limit  int      // at most; 0 or above MaxPage: MaxPage
}

// MaxPage is the most messages one History call returns: what a screen shows
// many times over, and at most 16 MiB of text.
const MaxPage = 256

// Service is everything a front end can ask of this device. *Messenger serves
// it in the process that owns the home folder, control.Client from any other,
// and *engine.Engine whichever of the two is right at the moment. All methods
// are safe for concurrent use.
type Service interface {
	// Self returns this device.
	Self(ctx context.Context) (Self, error)
	// Rename changes the name that others see. ErrBadName.
	Rename(ctx context.Context, name string) error
	// Peers returns the devices in earshot and all contacts, contacts first,
	// then by name.
	Peers(ctx context.Context) ([]Peer, error)
	// Add reaches the device at a typed HOST or HOST:PORT and remembers the
	// address. Until this device ends it goes on looking there, so that the
	// device comes and goes like one that discovery sees. ErrBadAddress,
	// ErrUnreachable, ErrSelf.
	Add(ctx context.Context, address string) (Peer, error)
	// Send stores a text in the conversation and the outbox, durably, before it
	// returns. The first text to a stranger makes it a contact and asks it.
	// A repeated ID returns the stored message. ErrEmptyText, ErrTextTooLong,
	// ErrInvalidText, ErrSelf, ErrBlocked, ErrUnknownPeer (zero ID),
	// ErrUnknownMessage (ReplyTo).
	Send(ctx context.Context, out Outgoing) (Message, error)
	// Change edits a message, takes it back on both devices, or puts an emoji to
	// it. It is stored here, and on its way, before it returns the message as it
	// is now. One that waits in the outbox and is taken back is not sent any more.
	// ErrUnknownMessage, ErrNotYours, ErrDeleted, ErrCancelled, ErrBadEmoji,
	// ErrBlocked, and those of Send about the text.
	Change(ctx context.Context, c Change) (Message, error)
	// Cancel takes a message of this device out of the outbox: it is Failed, and
	// if it has not arrived yet, it never will. It stays Failed when it had arrived
	// and only the acknowledgement was lost, and when it was the text of a request
	// that the other side keeps and shows once it accepts. ErrUnknownMessage,
	// ErrNotWaiting.
	Cancel(ctx context.Context, of Ref) (Message, error)
	// Remove deletes a message from this device alone. One that is not there is no
	// error. ErrWaits.
	Remove(ctx context.Context, of Ref) error
	// Clear deletes a conversation from this device alone and returns how many
	// messages stay because they still wait to be delivered. The contact stays.
	Clear(ctx context.Context, peer identity.DeviceID) (kept int, err error)
	// Find returns the messages with an ID: one, unless two devices made the same.
	Find(ctx context.Context, id msgid.ID) ([]Message, error)
	// History returns a page of a conversation, oldest first. ErrUnknownMessage.
	History(ctx context.Context, page Page) ([]Message, error)
	// Search returns a page of the messages in which all words of a query stand,
	// of all conversations or of one, newest first (package words says what
	// matches). A page shorter than its limit (MaxPage) is the last one.
	// ErrNoWords, ErrLongQuery.
	Search(ctx context.Context, q Query) ([]Hit, error)
	// Conversations returns the contacts with their newest message and unread
	// count, newest first.
	Conversations(ctx context.Context) ([]Conversation, error)
	// Outbox returns what still waits, oldest first.
	Outbox(ctx context.Context) ([]Message, error)
	// Requests returns the strangers that ask, oldest first.
	Requests(ctx context.Context) ([]Request, error)
	// Allow makes a device a contact; its request becomes the first message.
	// ErrNoRequest when it has not asked and is not known.
	Allow(ctx context.Context, id identity.DeviceID) error
	// Refuse drops a device's request. The device is not told. ErrNoRequest.
	Refuse(ctx context.Context, id identity.DeviceID) error
	// Block silences a device: its links close and its requests vanish.
	Block(ctx context.Context, id identity.DeviceID) error
	// MarkRead says that a person saw the conversation up to now.
	MarkRead(ctx context.Context, id identity.DeviceID) error
	// MarkMessageRead says that one received message was seen, whatever came
	// before and after it: a program has dealt with it. An ID that is not of a
	// received message from peer changes nothing.
	MarkMessageRead(ctx context.Context, peer identity.DeviceID, id msgid.ID) error
	// SetTyping says that somebody is writing to a contact, or has stopped. Call
	// it again every few seconds while it lasts. Nothing happens when the contact
	// is not there or is not to know.
	SetTyping(ctx context.Context, peer identity.DeviceID, typing bool) error
	// SetReceipts chooses whether a contact learns what was read here and that
	// somebody is writing to it. ErrUnknownPeer.
	SetReceipts(ctx context.Context, peer identity.DeviceID, on bool) error
	// Settings returns what a person may choose, with the values of now.
	Settings(ctx context.Context) ([]Setting, error)
	// SetSetting changes one. ErrUnknownSetting, ErrBadValue.
	SetSetting(ctx context.Context, key, value string) error
	NoticeService
	PairingService
	ContactService
	// Subscribe returns events from now on until ctx ends; then the channel is
	// closed. Read state after subscribing, so that nothing falls between. A
	// subscriber that does not keep up loses events and gets one EventLagged.
	Subscribe(ctx context.Context) (<-chan Event, error)
}
