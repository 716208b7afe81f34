package viewmodel

import (
	"earshot/internal/identity"
	"earshot/internal/safetext"
	"earshot/internal/words"
)

// Snapshot is everything that the window shows. It is not changed after it was
// handed out; two snapshots may share parts.
type Snapshot struct {
	Ready         bool // the first reading is done
	Self          Self
	Alerts        []Alert // about the history, oldest first
	Nearby        []Device
	NearbyHint    string // why Nearby is empty, or may lack devices; "" for nothing
	Requests      []Request
	Conversations []Conversation
	Chat          *Chat       // nil: none is open
	Search        *Search     // nil: nothing is looked for
	Pairing       *PairDialog // nil: there is no dialog of pairing
	PairCard      *PairCard   // nil: there is no pairing beside it
	Notice        string      // what went wrong with the last action, "" if nothing
	Keep          string      // how long messages are kept: KeepForever, or days like "30d"; "" while not known
	Visibility    string      // who sees this device: VisibleEveryone, VisibleContacts or VisibleHidden; "" while not known
	AskVisible    bool        // a person is to say once who may see it
	Blocked       []BlockedDevice
}

// Self is this device.
type Self struct {
	Face
	ShortID string
	Status  string // "This device · ABCD2345"
	Offline bool   // it is on no network
}

// Face is how a device is recognised everywhere.
type Face struct {
	Name     safetext.Display
	Initials string
	Hue      int // 0 to 9
	Presence Presence
}

// Presence is whether a device is in earshot.
type Presence uint8

// Absent is the zero Presence. Away is a device that is in earshot but that
// nobody has before them: its system may stop it at any moment.
const (
	Absent Presence = iota
	Here
	Away
)

// Device is one entry of the strip of devices in earshot.
type Device struct {
	Face
	ID      identity.DeviceID
	ShortID string
	ShowID  bool             // another device has the same name
	Caution safetext.Display // what to know before its name is trusted, "" for nothing

	Verified bool // two persons have compared the code
	CanPair  bool // they may: it is neither verified nor blocked
}

// Request is a stranger that asks to write.
type Request struct {
	Device
	Text safetext.Display
}

// Conversation is one row of the list of conversations.
type Conversation struct {
	Device
	Preview safetext.Display
	Typing  bool   // somebody there is writing, and Preview says so
	Time    string // "14:32", "Yesterday", "Mon", "12 Nov"; "" without messages
	Tick    Tick   // of the newest message if it went out
	Unread  int
	Open    bool
}

// Chat is the conversation on the screen.
type Chat struct {
	Device
	Status   string // "In earshot · verified", "Last seen 14:32 · not verified"
	Typing   bool   // somebody there is writing, and Status says so
	Contact  bool   // texts are exchanged with it
	Receipts bool   // it learns what was read here
	About    About
	Bar      Bar
	BarText  safetext.Display // one or two lines for a person, "" with BarNone
	CanWrite bool

	Rows   []*Row // oldest first; an unchanged row keeps its pointer
	Older  bool   // there are more above
	Newer  bool   // there are more below
	Missed int    // messages that came out of sight
	Place  Place  // where a person was sent
	Blank  bool   // there is not a single message

	Mode     ModeKind // what the composer is used for
	ModeRev  int      // rises when Mode was changed by anything but sending
	Of       Quote    // the message that is answered or edited
	Draft    string   // what the composer held when the chat was left
	DraftRev int      // rises when Draft was changed by anything but typing
	Error    string   // why the last text was refused
}

// Bar says what stands between the messages and the composer.
type Bar uint8

// The bars.
const (
	BarNone     Bar = iota
	BarRequest      // it asks: accept, refuse, block
	BarWaiting      // it has not accepted this device yet
	BarStranger     // the first text will go as a request
	BarBlocked      // blocked here
	BarNote         // nothing; what a person did was done
)

// RowKind says what a row of a chat is.
type RowKind uint8

// The kinds of row.
const (
	RowMessage RowKind = iota
	RowDay             // a chip with the day
)

// Row is one row of a chat.
type Row struct {
	Key   string // unique in its chat and the same in every snapshot
	Kind  RowKind
	Text  safetext.Display
	Raw   string // of a message: the text as it was written, to copy
	Links bool   // links in Text may be opened: it was written here or by a contact
	Time  string // "14:32"
	Out   bool   // written here
	First bool   // begins a group of one writer
	Last  bool   // ends it
	Tick  Tick

	Quote    Quote // what it answers, the zero Quote for nothing
	Edited   bool  // its writer changed it
	Changing bool  // a change made here has not reached the other device
	Deleted  bool  // its writer took it back; Text says so
	Found    bool  // a person was sent here a moment ago
	Acts     Acts

	Mine, Theirs safetext.Display // one emoji each, "" for none
}

// Quote is what is shown of another message of the chat.
type Quote struct {
	Key  string           // of its row, "" if it is not here
	Name safetext.Display // of its writer, "" if it is not here
	Line safetext.Display // "": there is no quote
}

// Acts is a set of what a person can do with a message.
type Acts uint16

// The acts.
const (
	CanCopy Acts = 1 << iota
	CanReply
	CanEdit
	CanReact
	CanCancel // take it out of the outbox
	CanResend // send the text of a cancelled one again
	CanDelete // on both devices
	CanRemove // from this device
)

// Search is what a person looks for in all conversations.
type Search struct {
	Text string
	Busy bool   // the answer is on its way
	Hits []*Hit // newest first; an unchanged hit keeps its pointer
	More bool   // there are more behind them
	Note string // why there are none
}

// Hit is a message that was found.
type Hit struct {
	Device
	Key   string           // of its row in the chat with Device
	Out   bool             // written here
	Time  string           // as in the list of conversations
	Line  safetext.Display // the part of its text in which something was found
	Marks []words.Span     // what was found in Line
}

// Place is where in its chat a person was sent.
type Place struct {
	Key string // of the row
	End bool   // or to the newest one
	Rev int    // rises with each
}

// ModeKind is what a composer is used for.
type ModeKind uint8

// The modes.
const (
	ModeNew ModeKind = iota
	ModeReply
	ModeEdit
)

// ItemKey names the row in its chat.
func (r *Row) ItemKey() string { return r.Key }

// Tick is the mark of an outgoing message.
type Tick uint8

// The ticks, in the order of a message's life.
const (
	TickNone      Tick = iota
	TickQueued         // clock: waits for the device
	TickWaiting        // dots: waits for a person to accept
	TickSent           // one tick
	TickDelivered      // two ticks: stored on the other device
	TickRead           // two coloured ticks
	TickFailed         // cancelled
	TickUnstored       // not even stored here yet: nobody answers, it is tried again
)

// String is the word for the tick, "" for none.
func (t Tick) String() string {
	return [...]string{"", "queued", "waiting", "sent", "delivered", "read", "failed", "not stored"}[t]
}
