package wire

import "fmt"

// Version is the protocol version of this package: the only one that ALPN
// "earshot/1" has so far (docs/PROTOCOL.md §4).
const Version = 1

const ignorableBit = 0x80

// Ignorable reports whether a receiver that does not know the type skips the
// frame in silence (docs/PROTOCOL.md §4).
func Ignorable(t Type) bool { return t&ignorableBit != 0 }

var typeNames = map[Type]string{
	TypeHello:       "Hello",
	TypeError:       "Error",
	TypePing:        "Ping",
	TypePong:        "Pong",
	TypeBye:         "Bye",
	TypePairStart:   "PairStart",
	TypePairNonce:   "PairNonce",
	TypePairReveal:  "PairReveal",
	TypePairConfirm: "PairConfirm",
	TypePairAbort:   "PairAbort",
	TypePairProof:   "PairProof",
	TypeRequest:     "Request",
	TypeAccepted:    "Accepted",
	TypeMsg:         "Msg",
	TypeAck:         "Ack",
	TypeResume:      "Resume",
	TypeEdit:        "Edit",
	TypeDelete:      "Delete",
	TypeReact:       "React",
	TypeGone:        "Gone",
	TypeProfile:     "Profile",
	TypeAway:        "Away",
	TypeTyping:      "Typing",
}

// String returns the name of the type, or its number for an unknown one.
func (t Type) String() string {
	if s, ok := typeNames[t]; ok {
		return s
	}
	return fmt.Sprintf("type 0x%02x", uint8(t))
}

// String returns the word that docs/PROTOCOL.md §10 uses for the code.
func (c ErrorCode) String() string {
	switch c {
	case CodeMalformed:
		return "malformed"
	case CodeUnsupported:
		return "unsupported"
	case CodeTooLarge:
		return "too large"
	case CodeNotAccepted:
		return "not accepted"
	case CodeUnexpected:
		return "unexpected"
	case CodeVersion:
		return "version"
	case CodeBusy:
		return "busy"
	case CodeInternal:
		return "internal"
	}
	return fmt.Sprintf("code %d", uint64(c))
}

// String returns the word that docs/PROTOCOL.md §10 uses for the reason.
func (r ByeReason) String() string {
	switch r {
	case ByeShutdown:
		return "shutdown"
	case ByeSwitching:
		return "switching"
	case ByeDone:
		return "done"
	}
	return fmt.Sprintf("reason %d", uint64(r))
}

// IsZero reports whether id is all zeros, which no message has.
func (id ID) IsZero() bool { return id == ID{} }

// Type returns TypeHello.
func (*Hello) Type() Type { return TypeHello }

// Type returns TypeError.
func (*Error) Type() Type { return TypeError }

// Type returns TypePing.
func (*Ping) Type() Type { return TypePing }

// Type returns TypePong.
func (*Pong) Type() Type { return TypePong }

// Type returns TypeBye.
func (*Bye) Type() Type { return TypeBye }

// Type returns TypeRequest.
func (*Request) Type() Type { return TypeRequest }

// Type returns TypeAccepted.
func (*Accepted) Type() Type { return TypeAccepted }

// Type returns TypeMsg.
func (*Msg) Type() Type { return TypeMsg }

// Type returns TypeAck.
func (*Ack) Type() Type { return TypeAck }

// Type returns TypeResume.
func (*Resume) Type() Type { return TypeResume }

// Type returns TypeEdit.
func (*Edit) Type() Type { return TypeEdit }

// Type returns TypeDelete.
func (*Delete) Type() Type { return TypeDelete }

// Type returns TypeReact.
func (*React) Type() Type { return TypeReact }

// Type returns TypeGone.
func (*Gone) Type() Type { return TypeGone }

// Type returns TypeProfile.
func (*Profile) Type() Type { return TypeProfile }

// Type returns TypeAway.
func (*Away) Type() Type { return TypeAway }

// Type returns TypeTyping.
func (*Typing) Type() Type { return TypeTyping }

// New returns an empty message of type t, or nil when t is not a type of this
// version.
func New(t Type) Message {
	switch t {
	case TypeHello:
		return new(Hello)
	case TypeError:
		return new(Error)
	case TypePing:
		return new(Ping)
	case TypePong:
		return new(Pong)
	case TypeBye:
		return new(Bye)
	case TypePairStart:
		return new(PairStart)
	case TypePairNonce:
		return new(PairNonce)
	case TypePairReveal:
		return new(PairReveal)
	case TypePairConfirm:
		return new(PairConfirm)
	case TypePairAbort:
		return new(PairAbort)
	case TypePairProof:
		return new(PairProof)
	case TypeRequest:
		return new(Request)
	case TypeAccepted:
		return new(Accepted)
	case TypeMsg:
		return new(Msg)
	case TypeAck:
		return new(Ack)
	case TypeResume:
		return new(Resume)
	case TypeEdit:
		return new(Edit)
	case TypeDelete:
		return new(Delete)
	case TypeReact:
		return new(React)
	case TypeGone:
		return new(Gone)
	case TypeProfile:
		return new(Profile)
	case TypeAway:
		return new(Away)
	case TypeTyping:
		return new(Typing)
	}
	return nil
}
