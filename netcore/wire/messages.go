package wire

// ID is a message ID on the wire: a CBOR byte string of exactly 16 bytes.
type ID [16]byte

// Type is the second field of a frame. Numbers are append-only; 0x80 set means
// that a receiver which does not know the type skips it (docs/PROTOCOL.md §4).
type Type uint8

// The frame types of this version.
const (
	TypeHello       Type = 0x01
	TypeError       Type = 0x02
	TypePing        Type = 0x03
	TypePong        Type = 0x04
	TypeBye         Type = 0x05
	TypePairStart   Type = 0x10
	TypePairNonce   Type = 0x11
	TypePairReveal  Type = 0x12
	TypePairConfirm Type = 0x13
	TypePairAbort   Type = 0x14
	TypePairProof   Type = 0x15
	TypeRequest     Type = 0x18
	TypeAccepted    Type = 0x19
	TypeMsg         Type = 0x20
	TypeAck         Type = 0x21
	TypeResume      Type = 0x22
	TypeEdit        Type = 0x23
	TypeDelete      Type = 0x24
	TypeReact       Type = 0x25
	TypeGone        Type = 0x26
	TypeProfile     Type = 0x28
	TypeAway        Type = 0x29
	TypeTyping      Type = 0xA0
)

// Message is the body of one frame. The concrete types are *Hello, *Error,
// *Ping, *Pong, *Bye, *PairStart, *PairNonce, *PairReveal, *PairConfirm,
// *PairAbort, *PairProof, *Request, *Accepted, *Msg, *Ack, *Resume, *Edit,
// *Delete, *React, *Gone, *Profile, *Away and *Typing.
type Message interface {
	// Type is the frame type that carries this body.
	Type() Type
}

// Role says what a link is for.
type Role uint8

// FeatureChanges says that its sender takes Edit, Delete and React; they are
// sent only where both sides list it in Hello.
const FeatureChanges = "changes"

// RoleChat is the one link of a pair of devices that carries everything but
// file data.
const RoleChat Role = 1

// Hello is the first frame in both directions, once (docs/PROTOCOL.md §5.1).
// It holds no device ID: that follows from the TLS key alone.
type Hello struct {
	ProtoMin   uint64   `cbor:"1,keyasint"`
	ProtoMax   uint64   `cbor:"2,keyasint"`
	Features   []string `cbor:"3,keyasint,omitempty"`
	Role       Role     `cbor:"4,keyasint"`
	BootID     uint64   `cbor:"5,keyasint"` // random per start of the program
	StoreEpoch uint64   `cbor:"6,keyasint"` // epoch that new messages are numbered in
	Name       string   `cbor:"7,keyasint"`
	Kind       string   `cbor:"8,keyasint"` // phone, tablet, laptop, desktop or server
	App        string   `cbor:"9,keyasint"` // program and version, for logs
	ClockMs    uint64   `cbor:"10,keyasint"`
	Accepts    bool     `cbor:"11,keyasint,omitempty"` // the sender has accepted the receiver
}

// ErrorCode says what was wrong with a frame (docs/PROTOCOL.md §10).
type ErrorCode uint64

// The error codes of this version.
const (
	CodeMalformed   ErrorCode = 1 // the body breaks the rules of its type
	CodeUnsupported ErrorCode = 2 // the type is not known and not ignorable
	CodeTooLarge    ErrorCode = 3 // the length exceeds the limit of this link
	CodeNotAccepted ErrorCode = 4 // the frame needs a contact and the sender is a stranger: ask first
	CodeUnexpected  ErrorCode = 5 // the frame is known but not legal in this state
	CodeVersion     ErrorCode = 6 // no common protocol version
	CodeBusy        ErrorCode = 7 // too many links or requests; try later
	CodeInternal    ErrorCode = 8 // the sender could not do its part, for example store
)

// Error tells the peer that one of its frames was not taken (§5.2).
type Error struct {
	Code     ErrorCode `cbor:"1,keyasint"`
	RefersTo Type      `cbor:"2,keyasint,omitempty"` // type of the frame that was not taken
	Fatal    bool      `cbor:"3,keyasint,omitempty"` // the link closes after this frame
	Text     string    `cbor:"4,keyasint,omitempty"` // for logs, at most 200 bytes
}

// Ping asks for a Pong with the same nonce (§5.3).
type Ping struct {
	Nonce uint64 `cbor:"1,keyasint"`
}

// Pong answers a Ping (§5.3).
type Pong struct {
	Nonce uint64 `cbor:"1,keyasint"`
}

// ByeReason says why a link ends.
type ByeReason uint64

// The reasons of this version. There is none for "blocked": that is silence.
const (
	ByeShutdown  ByeReason = 1 // the program ends
	ByeSwitching ByeReason = 2 // another link of the same pair stays
	ByeDone      ByeReason = 3 // nothing more to say, for example after a look
)

// Bye is the last frame of its sender (§5.4).
type Bye struct {
	Reason ByeReason `cbor:"1,keyasint"`
}

// Request is the first text to a device that has not accepted the sender
// (§5.5). It is acknowledged with AckAsked, and goes again as Msg with the same
// ID once the sender is accepted.
type Request struct {
	ID   ID     `cbor:"1,keyasint"`
	HLC  uint64 `cbor:"2,keyasint"`
	Text string `cbor:"3,keyasint"`
	Cut  bool   `cbor:"4,keyasint,omitempty"` // Text is only the beginning; the Msg brings the whole
}

// Accepted tells the peer on a live link that a person has accepted it (§5.6).
type Accepted struct{}

// MsgKind says what a message is.
type MsgKind uint8

// The kinds of this version.
const (
	MsgText MsgKind = 0
	MsgAuto MsgKind = 1 // written by a program; never answered by one
)

// Msg is one message (§5.7).
type Msg struct {
	ID      ID      `cbor:"1,keyasint"`
	Epoch   uint64  `cbor:"3,keyasint"`
	Seq     uint64  `cbor:"4,keyasint"` // from 1, no gaps, per conversation and epoch
	HLC     uint64  `cbor:"5,keyasint"` // 48 bits of milliseconds, 16 bits of counter
	Kind    MsgKind `cbor:"6,keyasint,omitempty"`
	ReplyTo *ID     `cbor:"7,keyasint,omitempty"`
	Text    string  `cbor:"8,keyasint"`
	After   *ID     `cbor:"10,keyasint,omitempty"` // newest message the writer had seen in the conversation
}

// AckState says what an Ack promises.
type AckState uint8

// The states of this version.
const (
	AckStored AckState = 1 // in durable storage
	AckRead   AckState = 2 // shown to a person
	AckAsked  AckState = 3 // a Request is kept until a person decides; promises nothing about the Msg
)

// Ack promises that Requests or Msgs are stored (§5.8).
type Ack struct {
	IDs   []ID     `cbor:"1,keyasint"`
	State AckState `cbor:"2,keyasint"`
}

// Range is a run of sequence numbers, both ends included.
type Range struct {
	_  struct{} `cbor:",toarray"`
	Lo uint64
	Hi uint64
}

// Have says what the receiver has of one epoch of the other side's numbers:
// everything up to Top except Missing.
type Have struct {
	Epoch   uint64  `cbor:"1,keyasint"`
	Top     uint64  `cbor:"2,keyasint"`
	Missing []Range `cbor:"3,keyasint,omitempty"`
	TopID   *ID     `cbor:"4,keyasint,omitempty"` // message that Top belonged to, when that is known
}

// Resume opens delivery on a link (§5.9): it lists all that its sender has of
// the other side's messages. An epoch that is not listed is not known.
type Resume struct {
	Have []Have `cbor:"1,keyasint,omitempty"`
}

// Edit replaces the text of a message of its writer's (§5.13). Like every change
// it has an ID and a number of its own, and is acknowledged like a Msg.
type Edit struct {
	ID     ID     `cbor:"1,keyasint"`
	Epoch  uint64 `cbor:"3,keyasint"`
	Seq    uint64 `cbor:"4,keyasint"`
	HLC    uint64 `cbor:"5,keyasint"` // of two edits of one message the later counts
	Target ID     `cbor:"7,keyasint"` // message of the writer of this frame
	Text   string `cbor:"8,keyasint"` // the whole new text
}

// Delete takes a message of its writer's back on both devices (§5.14).
type Delete struct {
	ID     ID     `cbor:"1,keyasint"`
	Epoch  uint64 `cbor:"3,keyasint"`
	Seq    uint64 `cbor:"4,keyasint"`
	HLC    uint64 `cbor:"5,keyasint"`
	Target ID     `cbor:"7,keyasint"` // message of the writer of this frame
}

// React puts one emoji to a message of either side, in place of the writer's
// earlier one (§5.15).
type React struct {
	ID     ID     `cbor:"1,keyasint"`
	Epoch  uint64 `cbor:"3,keyasint"`
	Seq    uint64 `cbor:"4,keyasint"`
	HLC    uint64 `cbor:"5,keyasint"`
	Target ID     `cbor:"7,keyasint"`
	Emoji  string `cbor:"8,keyasint"`           // empty: the earlier one is taken back
	Yours  bool   `cbor:"9,keyasint,omitempty"` // Target is a message of the receiver of this frame
}

// Gone says that sequence numbers will never come (§5.10).
type Gone struct {
	Epoch  uint64  `cbor:"1,keyasint"`
	Ranges []Range `cbor:"2,keyasint"`
}

// Profile tells a contact how the sender wants to be shown and found (§5.11).
type Profile struct {
	Name        string `cbor:"1,keyasint"`
	Kind        string `cbor:"2,keyasint"`
	PresenceKey []byte `cbor:"3,keyasint"` // 16 bytes: recognises the sender's discovery record
}

// Away tells a contact whether a person has the sender before them (§5.12).
type Away struct {
	Away bool `cbor:"1,keyasint"`
}

// Typing tells a contact whether somebody is writing to it at the moment
// (§5.16). Nobody stores it, and it is true for a few seconds only.
type Typing struct {
	Typing bool `cbor:"1,keyasint"`
}
