package messenger

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"earshot/internal/identity"
	"earshot/internal/trust"
)

// Errors of pairing that a caller decides on.
var (
	ErrPairBusy      = errors.New("another pairing is under way; finish or cancel that one first")
	ErrNoPairing     = errors.New("that pairing has ended")
	ErrPairNotNow    = errors.New("that answer is not due at this point of the pairing")
	ErrNotInvitation = trust.ErrNotInvitation
)

// PairStage says how far a pairing has come.
type PairStage string

// The stages, in their order. PairVerified and PairFailed are final.
const (
	PairReaching   PairStage = "reaching"   // the device is being dialled
	PairAsking     PairStage = "asking"     // its person is asked whether to go on
	PairAsked      PairStage = "asked"      // the person here is asked: Continue or Cancel
	PairJoining    PairStage = "joining"    // the code comes at once
	PairComparing  PairStage = "comparing"  // Code is on both screens: Match or Differ
	PairConfirming PairStage = "confirming" // the person here said Match; the other's answer is awaited
	PairVerified   PairStage = "verified"   // both said Match, and it is stored here
	PairFailed     PairStage = "failed"     // Reason says why; nothing has changed
)

// PairReason says why a pairing failed.
type PairReason string

// The reasons.
const (
	PairCancelled   PairReason = "cancelled"   // by the person here
	PairDeclined    PairReason = "declined"    // by the person there
	PairDiffer      PairReason = "differ"      // the person here found the codes to differ
	PairTheyDiffer  PairReason = "they_differ" // the person there did
	PairTimeout     PairReason = "timeout"     // nobody answered in time
	PairBusy        PairReason = "busy"        // the other device has another one under way, or had too many
	PairUnreachable PairReason = "unreachable" // the device was not reached
	PairLost        PairReason = "lost"        // the connection ended
	PairForged      PairReason = "forged"      // the other side's part does not fit
	PairExpired     PairReason = "expired"     // the link was used already or is too old
	PairInternal    PairReason = "internal"    // it could not be stored here
	PairUnsupported PairReason = "unsupported" // the Earshot there is too old to pair
)

// Pairing is a comparison of codes with one device, or the use of an invitation.
// There is one at a time.
type Pairing struct {
	Serial   uint64 // names it in this run of the program; 0: there is none
	Peer     identity.DeviceID
	Name     string // of the other device as it is shown; not cleaned
	Kind     string
	Stage    PairStage
	Reason   PairReason // of PairFailed
	Ours     bool       // the person here began
	ByLink   bool       // by an invitation: nothing is compared
	Code     string     // six digits from PairComparing on; "" by link
	CodeAt   time.Time  // when the code came to be known
	Deadline time.Time  // when it ends by itself; zero: it has ended
}

// Over reports whether p has ended.
func (p Pairing) Over() bool { return p.Stage == PairVerified || p.Stage == PairFailed }

// PairChoice is a person's answer in a pairing.
type PairChoice string

// The answers.
const (
	PairContinue PairChoice = "continue" // at PairAsked: compare codes
	PairMatch    PairChoice = "match"    // at PairComparing: the codes are equal
	PairNoMatch  PairChoice = "differ"   // at PairComparing: they are not
	PairCancel   PairChoice = "cancel"   // at any stage before the end
)

// Invite is an invitation that is being shown (docs/PROTOCOL.md §7.3).
type Invite struct {
	Link    string    // to show as text or QR code; whoever reads it first is verified
	Expires time.Time // by the wall clock
}

// Invited is what a pairing link claims.
type Invited struct {
	ID        identity.DeviceID
	Addresses []netip.AddrPort
	Name      string // of a device in earshot or a contact with that ID, else ""; not cleaned
	Level     trust.Level
}

// PairingService is the part of Service by which two devices become verified.
type PairingService interface {
	// Pair is a person pressing "Pair": it begins with a device that is in earshot,
	// a contact or known by address, and goes on with one that has asked. What
	// follows is told by EventPairing. ErrUnknownPeer, ErrUnreachable, ErrBlocked,
	// ErrSelf, ErrPairBusy.
	Pair(ctx context.Context, id identity.DeviceID) (Pairing, error)
	// AnswerPair gives a person's answer in the pairing of that serial.
	// ErrNoPairing, ErrPairNotNow.
	AnswerPair(ctx context.Context, serial uint64, choice PairChoice) (Pairing, error)
	// Pairing returns the one under way, or else the last one of this run; Serial
	// is 0 if there was none.
	Pairing(ctx context.Context) (Pairing, error)
	// Invite makes an invitation, in place of an earlier one. It serves one device,
	// for trust.InviteLife; show it to nobody whom you do not want as a verified
	// contact. ErrUnreachable while this device is offline.
	Invite(ctx context.Context) (Invite, error)
	// EndInvite takes the invitation back. If there is none, nothing happens.
	EndInvite(ctx context.Context) error
	// ReadLink says what a pairing link claims and dials nothing. ErrNotInvitation,
	// ErrSelf, ErrBlocked.
	ReadLink(ctx context.Context, link string) (Invited, error)
	// PairByLink uses a pairing link after its person said yes: on success both
	// devices are verified. Errors of ReadLink, and ErrPairBusy.
	PairByLink(ctx context.Context, link string) (Pairing, error)
}

// EventPairing says that the pairing changed; Pairing is set.
const EventPairing EventKind = "pairing"
