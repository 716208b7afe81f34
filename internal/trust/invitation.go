package trust

import (
	"crypto/hmac"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"earshot/internal/identity"
)

// Scheme is the URI scheme of invitations.
const Scheme = "earshot"

// Limits of an invitation (docs/PROTOCOL.md §7.3).
const (
	// TokenBytes is the size of the secret of an invitation: it cannot be guessed
	// while it lives.
	TokenBytes = 16
	// InviteLife is for how long an invitation may be used: long enough to find
	// the camera, too short to be found later.
	InviteLife = 2 * time.Minute
	// MaxInviteAddrs is how many addresses an invitation names: a QR code of it
	// still fits a terminal of 24 lines.
	MaxInviteAddrs = 4
	// MaxInviteBytes is the longest text that is read as an invitation.
	MaxInviteBytes = 512

	invitePrefix  = Scheme + "://pair/"
	inviteVersion = "1"
)

// ErrNotInvitation is wrapped by every error of ParseInvitation.
var ErrNotInvitation = errors.New("not an Earshot pairing link")

const (
	proofLabel  = "earshot qr v1"
	answerLabel = "earshot qr ack v1"
)

// Token is the secret of an invitation. It is never written to disk or a log.
type Token [TokenBytes]byte

// NewToken returns a fresh one.
func NewToken() (t Token) {
	rand.Read(t[:]) // never fails (crypto/rand)
	return t
}

// Proof is what the device that read the invitation sends to the one that shows
// it, in PairProof. Of Ends the initiator is the one that read.
func (t Token) Proof(e Ends) Block {
	return mac(t[:], proofLabel, e.Exporter[:], e.Initiator[:], e.Responder[:])
}

// Answer is what the device that shows the invitation answers in PairConfirm.
func (t Token) Answer(e Ends) Block {
	return mac(t[:], answerLabel, e.Exporter[:], e.Initiator[:], e.Responder[:])
}

// Equal compares two MACs in constant time.
func Equal(a, b Block) bool { return hmac.Equal(a[:], b[:]) }

// String is empty: a token in a log line would be a leak.
func (Token) String() string { return "" }

// Invitation is what a pairing link or its QR code says: who shows it, where it
// is reached, and a secret for one use.
type Invitation struct {
	ID    identity.DeviceID
	Token Token
	Addrs []netip.AddrPort // all of one port
}

var base32Plain = base32.StdEncoding.WithPadding(base32.NoPadding)

// String writes the link (docs/PROTOCOL.md §7.3), mostly in the characters that
// make a QR code small. Addresses with a zone, of another port than the first, or
// beyond MaxInviteAddrs are left out.
func (v Invitation) String() string {
	var addrs []string
	port := uint16(0)
	for _, a := range v.Addrs {
		if port == 0 {
			port = a.Port()
		}
		if a.Port() == port && a.Addr().Zone() == "" && len(addrs) < MaxInviteAddrs {
			addrs = append(addrs, strings.ToUpper(a.Addr().String()))
		}
	}
	return invitePrefix + strings.Join([]string{
		inviteVersion, strings.ReplaceAll(v.ID.String(), "-", ""), base32Plain.EncodeToString(v.Token[:]),
		strconv.Itoa(int(port)), strings.Join(addrs, "+"),
	}, "/")
}

// ParseInvitation reads a link, in either case and with white space around it. It
// believes nothing: the key at the other end must be that of ID. Errors wrap
// ErrNotInvitation and say what is wrong, without the link. Before trust:
// FuzzParseInvitation.
func ParseInvitation(text string) (Invitation, error) {
	bad := func(what string) (Invitation, error) {
		return Invitation{}, fmt.Errorf("%w: %s", ErrNotInvitation, what)
	}
	text = strings.TrimSpace(text)
	if len(text) > MaxInviteBytes {
		return bad(fmt.Sprintf("longer than %d bytes", MaxInviteBytes))
	}
	if len(text) < len(invitePrefix) || !strings.EqualFold(text[:len(invitePrefix)], invitePrefix) {
		return bad("it begins otherwise than " + invitePrefix)
	}
	parts := strings.Split(strings.ToUpper(text[len(invitePrefix):]), "/")
	if parts[0] != inviteVersion {
		return bad("it is of another version; update Earshot here")
	}
	if len(parts) != 5 {
		return bad("a part of it is missing")
	}
	id, err := identity.ParseDeviceID(parts[1])
	if err != nil {
		return bad("its device ID is damaged")
	}
	v := Invitation{ID: id}
	token, err := base32Plain.DecodeString(parts[2])
	if err != nil || len(token) != len(v.Token) || base32Plain.EncodeToString(token) != parts[2] {
		return bad("its secret is damaged")
	}
	copy(v.Token[:], token)
	if v.Addrs, err = parseAddrs(parts[3], parts[4]); err != nil {
		return bad("its addresses are damaged")
	}
	return v, nil
}

func parseAddrs(port, addrs string) ([]netip.AddrPort, error) {
	n, err := strconv.ParseUint(port, 10, 16)
	const lowest = 1024 // below live the services of systems: nobody shall be led to knock there
	if err != nil || n < lowest || port != strconv.FormatUint(n, 10) {
		return nil, errors.New("port")
	}
	list := strings.Split(addrs, "+")
	if len(list) > MaxInviteAddrs {
		return nil, errors.New("too many")
	}
	var out []netip.AddrPort
	for _, s := range list {
		a, err := netip.ParseAddr(s)
		if err != nil || a.Zone() != "" || a.IsUnspecified() || a.IsMulticast() {
			return nil, errors.New("address")
		}
		if ap := netip.AddrPortFrom(a.Unmap(), uint16(n)); !slices.Contains(out, ap) {
			out = append(out, ap)
		}
	}
	return out, nil
}
