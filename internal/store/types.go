package store

import (
	"net/netip"
	"time"

	"earshot/internal/identity"
	"earshot/internal/msgid"
	"earshot/internal/trust"
)

// Contact is what is kept of another device. A row exists once a person here
// wrote to it, accepted it, blocked it or otherwise set its level; what a
// stranger says never makes one. Times in this package are kept to the
// millisecond.
type Contact struct {
	ID          identity.DeviceID
	Level       trust.Level
	Name        string    // what is shown: what SetNick gave it, else Said; not cleaned
	Said        string    // its name as the device said it under its own key; not cleaned
	Kind        string    // phone, tablet, laptop, desktop, server or ""
	AcceptsMe   bool      // the device has accepted this one
	RequestedAt time.Time // when it last acknowledged a request of ours; zero: never
	PresenceKey []byte    // 16 bytes, or nil while not told
	Added       time.Time
	LastSeen    time.Time
	Receipts    bool // the device is told what was read here, and that somebody is writing to it

	RetiredBy identity.DeviceID // the device that took its place (DB.Replace); zero: none
	RetiredAt time.Time
}

// Kind says what a message is. Stored: append only, equal to the numbers of
// the wire.
type Kind uint8

// The kinds of message.
const (
	KindText Kind = 0
	KindAuto Kind = 1 // written by a program

	// Changes of other messages. They are numbered, queued and acknowledged like
	// messages and are never shown as such.
	KindEdit   Kind = 2
	KindDelete Kind = 3
	KindReact  Kind = 4
)

// kindHusk is what is left of a message that came as a request, has no number
// yet and was removed: its ID, until the Msg brings the number. Never on the
// wire.
const kindHusk Kind = 255

// IsChange reports whether k is a change of another message.
func (k Kind) IsChange() bool { return k >= KindEdit }

// State says how far a message has come. Stored: append only.
type State uint8

// The states of a message. Outgoing ones move down this list; incoming ones
// are Received or Read.
const (
	Queued    State = 0 // in the outbox
	Waiting   State = 1 // in the outbox, until the other side accepts this device
	Sent      State = 2 // in the outbox, written to a link that is alive
	Delivered State = 3 // stored on the other device
	Read      State = 4 // shown to a person there (outgoing) or here (incoming)
	Failed    State = 5 // cancelled by a person here
	Received  State = 6 // incoming, not shown yet
)

// Message is one message of the conversation with Peer.
type Message struct {
	ID       msgid.ID
	Peer     identity.DeviceID
	Outgoing bool
	Epoch    uint64 // numbering of the writer
	Seq      uint64
	HLC      uint64 // as written by the sender
	SortKey  uint64 // display order, see docs/PROTOCOL.md §8
	After    msgid.ID
	ReplyTo  msgid.ID
	Kind     Kind
	Text     string    // byte for byte as it came, or as it was last edited; of a KindReact the emoji
	SentAt   time.Time // the writer's clock
	StoredAt time.Time // this device's clock
	State    State

	EditedAt time.Time // when the writer changed it last, by its clock; zero: never
	Deleted  bool      // taken back by its writer; Text is empty
	Mine     string    // emoji that this device put to it, "" for none
	Theirs   string    // emoji of the peer
	Changing bool      // a change of it made here waits in the outbox
	Quote    *Quote    `json:",omitempty"` // what ReplyTo names, nil when that is not here

	// Of a change only: the message it is about.
	Target     msgid.ID
	TargetMine bool // it was written by this device
}

// Quote is the beginning of a message that another one answers.
type Quote struct {
	Outgoing bool
	Text     string // at most MaxQuoteBytes
	Deleted  bool
}

// NewChange is a change of a message that a person here made.
type NewChange struct {
	ID         msgid.ID // of the change
	Peer       identity.DeviceID
	Kind       Kind // KindEdit, KindDelete or KindReact
	Target     msgid.ID
	TargetMine bool   // the message was written by this device; edits and deletions: always
	Text       string // new text, or emoji; "" takes a reaction back
	HLC        uint64
	At         time.Time
	Sending    bool // as in NewMessage
}

// NewMessage is a message that a person here wrote.
type NewMessage struct {
	ID      msgid.ID
	Peer    identity.DeviceID
	Kind    Kind
	Text    string
	ReplyTo msgid.ID
	HLC     uint64
	At      time.Time
	Sending bool // a link is there to send it at once: see DB.MaySend
}

// Incoming is a message as it came over a link.
type Incoming struct {
	Peer    identity.DeviceID
	ID      msgid.ID
	Epoch   uint64
	Seq     uint64
	HLC     uint64 // as written
	Clamped uint64 // HLC bounded by this device's clock, used for the order
	After   msgid.ID
	ReplyTo msgid.ID
	Kind    Kind
	Text    string
	SentAt  time.Time
	At      time.Time // this device's clock

	// Of a change only.
	Target     msgid.ID
	TargetMine bool // Target was written by this device
}

// Request is the first text of a stranger, kept until a person decides.
type Request struct {
	ID     msgid.ID // of the message
	Peer   identity.DeviceID
	Name   string // as told in Hello; not cleaned
	Kind   string
	Text   string
	Cut    bool // Text is only the beginning: Accept makes no message of it, the Msg brings the whole
	HLC    uint64
	SentAt time.Time
	At     time.Time  // when it came
	Source netip.Addr // where it came from; for the cap per address

	ReplacedBy identity.DeviceID // the device that took the place of Peer (DB.Replace); zero: none
}

// Conversation is one row of the list of conversations.
type Conversation struct {
	Contact Contact
	Last    Message // zero ID when there is none yet
	Unread  int
}

// Range is a run of sequence numbers, both ends included.
type Range struct{ Lo, Hi uint64 }

// Seen says what has come of one epoch of a peer: everything in Ranges, sorted
// and disjoint. It outlives the messages themselves.
type Seen struct {
	Epoch  uint64
	Ranges []Range
	TopID  msgid.ID // message of the highest number; zero when it will never come
}

// Top is the highest number in s, 0 when there is none.
func (s Seen) Top() uint64 {
	if len(s.Ranges) == 0 {
		return 0
	}
	return s.Ranges[len(s.Ranges)-1].Hi
}

// Missing returns the holes below Top, lowest first, at most limit of them.
// Numbers begin at 1.
func (s Seen) Missing(limit int) []Range {
	var holes []Range
	next := uint64(1)
	for _, r := range s.Ranges {
		if len(holes) >= limit {
			break
		}
		if r.Lo > next {
			holes = append(holes, Range{next, r.Lo - 1})
		}
		next = r.Hi + 1
	}
	return holes
}

// EpochTop says how far this device has numbered its messages to one peer in
// one epoch: Top is the highest number ever given out, Sent the highest that may
// have left this device.
type EpochTop struct {
	Epoch uint64
	Top   uint64
	Sent  uint64
}

// Receipt says what became of one Incoming. Every Receipt may be acknowledged.
type Receipt struct {
	// Message is the stored row. When New is false and StoredAt is zero, there
	// is none: its number was seen before and the message was removed since.
	Message Message
	New     bool     // stored by this call
	Changed *Message // the message that this change is about, as it is now; nil when it looks as before or is not here
}

// PendingMessage is a message in the outbox with its place there.
type PendingMessage struct {
	Message
	Pos uint64 // from 1, increasing in the order of sending, never reused
}
