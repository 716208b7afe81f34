// Package trust says what each device may do. A device is a stranger until a
// person accepts it, and verified once two persons have compared a code.
package trust

import "fmt"

// Level is how far a person lets another device in (docs/PROTOCOL.md §2).
// The numbers are stored on disk: append only.
type Level uint8

// The levels. A device that was never seen is a Stranger.
const (
	Stranger Level = 0 // any key: one short request, nothing more
	Accepted Level = 1 // a person accepted it: texts both ways
	Verified Level = 2 // two persons compared the code
	Blocked  Level = 3 // a person blocked it: silence
)

// IsContact reports whether texts are exchanged with a device of this level.
func (l Level) IsContact() bool { return l == Accepted || l == Verified }

// String returns the word that screens, JSON and the command line use.
func (l Level) String() string {
	switch l {
	case Stranger:
		return "stranger"
	case Accepted:
		return "accepted"
	case Verified:
		return "verified"
	case Blocked:
		return "blocked"
	}
	return fmt.Sprintf("level(%d)", uint8(l))
}

// MarshalText writes the word of String.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads a word of String and refuses any other.
func (l *Level) UnmarshalText(b []byte) error {
	for _, k := range []Level{Stranger, Accepted, Verified, Blocked} {
		if k.String() == string(b) {
			*l = k
			return nil
		}
	}
	return fmt.Errorf("unknown trust level %q", b)
}
