package identity

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base32"
	"errors"
	"fmt"
	"log/slog"
	"strings"
)

// DeviceID names a device: the SHA-256 of its public key's DER
// SubjectPublicKeyInfo (docs/PROTOCOL.md §2). It follows from the key that TLS
// proved and from nothing else. The zero value means "not known".
type DeviceID [sha256.Size]byte

const (
	idChars    = 52 // base32 characters of 32 bytes
	idBlock    = 13 // characters that one check character guards
	idGroup    = 8  // characters between two dashes of the long form
	shortChars = 8  // characters of the short form: 40 bits, enough to tell neighbours apart, never to verify
)

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" // RFC 4648 §6

var encoding = base32.NewEncoding(alphabet).WithPadding(base32.NoPadding)

// ErrNotDeviceID is wrapped by every error of ParseDeviceID.
var ErrNotDeviceID = errors.New("not a device ID")

// IDOf returns the device ID of a certificate's key. Only Ed25519 keys name a
// device; any other is an error.
func IDOf(cert *x509.Certificate) (DeviceID, error) {
	if _, ok := cert.PublicKey.(ed25519.PublicKey); !ok {
		return DeviceID{}, fmt.Errorf("certificate has a %T key, want Ed25519", cert.PublicKey)
	}
	return sha256.Sum256(cert.RawSubjectPublicKeyInfo), nil
}

// IsZero reports whether id means "not known".
func (id DeviceID) IsZero() bool { return id == DeviceID{} }

// Compare orders device IDs by their bytes; it decides which of two
// simultaneous links stays (docs/PROTOCOL.md §6).
func (id DeviceID) Compare(other DeviceID) int { return bytes.Compare(id[:], other[:]) }

// String returns the long form: base32 with a check character after every 13,
// in groups of eight separated by dashes, 62 characters. The zero ID gives "".
func (id DeviceID) String() string {
	if id.IsZero() {
		return ""
	}
	plain := encoding.EncodeToString(id[:])
	var checked []byte
	for i := 0; i < idChars; i += idBlock {
		block := plain[i : i+idBlock]
		checked = append(checked, block...)
		checked = append(checked, luhn32(block))
	}
	var b strings.Builder
	for i := 0; i < len(checked); i += idGroup {
		if i > 0 {
			b.WriteByte('-')
		}
		b.Write(checked[i : i+idGroup])
	}
	return b.String()
}

// Short returns the first eight characters of the long form. It tells two
// devices of one name apart on a screen; it proves nothing. The zero ID gives "".
func (id DeviceID) Short() string {
	if id.IsZero() {
		return ""
	}
	return encoding.EncodeToString(id[:])[:shortChars]
}

// LogValue is the short form: a log never holds a whole device ID.
func (id DeviceID) LogValue() slog.Value { return slog.StringValue(id.Short()) }

// ParseDeviceID reads the long form in either case, with dashes, spaces or
// neither. A mistyped character is noticed by the check characters; the zero ID
// is refused. Errors wrap ErrNotDeviceID and say what is wrong. Before trust:
// FuzzParseDeviceID.
func ParseDeviceID(s string) (DeviceID, error) {
	var id DeviceID
	clean, err := cleanIDText(s)
	if err != nil {
		return id, err
	}
	const want = idChars + idChars/idBlock
	if len(clean) != want {
		return id, fmt.Errorf("%w: %d characters, a full device ID has %d", ErrNotDeviceID, len(clean), want)
	}
	var plain strings.Builder
	for i := 0; i < want; i += idBlock + 1 {
		block, check := clean[i:i+idBlock], clean[i+idBlock]
		if luhn32(block) != check {
			return id, fmt.Errorf("%w: mistyped between character %d and %d", ErrNotDeviceID, i+1, i+idBlock+1)
		}
		plain.WriteString(block)
	}
	raw, err := encoding.DecodeString(plain.String())
	if err != nil {
		return id, fmt.Errorf("%w: %w", ErrNotDeviceID, err)
	}
	copy(id[:], raw)
	if encoding.EncodeToString(id[:]) != plain.String() { // the last character holds 4 unused bits
		return DeviceID{}, fmt.Errorf("%w: ends in a character that no device ID ends in", ErrNotDeviceID)
	}
	if id.IsZero() { // "not known": who dials it takes whoever answers
		return DeviceID{}, fmt.Errorf("%w: it is all zeros", ErrNotDeviceID)
	}
	return id, nil
}

// HasPrefix reports whether the long form of id begins with the given
// characters (dashes, spaces and case do not count). Fewer than four match
// nothing: a shorter prefix is more likely a name.
func (id DeviceID) HasPrefix(s string) bool {
	const fewest = 4
	clean, err := cleanIDText(s)
	if err != nil || len(clean) < fewest {
		return false
	}
	return strings.HasPrefix(strings.ReplaceAll(id.String(), "-", ""), clean)
}

// MarshalText writes the long form.
func (id DeviceID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the long form, and "" as the zero ID.
func (id *DeviceID) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*id = DeviceID{}
		return nil
	}
	v, err := ParseDeviceID(string(b))
	if err == nil {
		*id = v
	}
	return err
}

func cleanIDText(s string) (string, error) {
	const longest = 128 // characters looked at: a pasted book is not an ID
	if len(s) > longest {
		return "", fmt.Errorf("%w: too long", ErrNotDeviceID)
	}
	s = strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(s))
	for _, r := range s {
		if !strings.ContainsRune(alphabet, r) {
			return "", fmt.Errorf("%w: %q cannot be part of one (letters A to Z, digits 2 to 7)", ErrNotDeviceID, r)
		}
	}
	return s, nil
}

// luhn32 is the Luhn check character over base32: it notices every single
// mistyped character and nearly every swap of two neighbours.
func luhn32(s string) byte {
	factor, sum := 1, 0
	const n = len(alphabet)
	for i := range len(s) {
		p := factor * strings.IndexByte(alphabet, s[i])
		factor = 3 - factor
		sum += p/n + p%n
	}
	return alphabet[(n-sum%n)%n]
}
