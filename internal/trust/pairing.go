package trust

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"earshot/internal/identity"
)

// CodeDigits is the length of the code that two persons compare: a man in the
// middle passes one try in a million, and each try is seen on two screens.
const CodeDigits = 6

// Labels of the hashes of pairing (docs/PROTOCOL.md §7.2).
const (
	commitLabel     = "earshot pair commit v1"
	transcriptLabel = "earshot pair transcript v1"
	keysLabel       = "earshot pair keys v1"
	confirmLabel    = "ok"
)

var (
	// ErrForged says that the other side did not keep to what it had committed to,
	// or that its confirmation was made by another pairing.
	ErrForged = errors.New("the other side's part of the pairing does not fit")
	// ErrNotNow says that this step is not the next one.
	ErrNotNow = errors.New("this step of the pairing is not due")
)

// Block is a commitment, a nonce or a MAC of pairing.
type Block = [32]byte

// Ends are what a link's two ends know alike: who they are by their keys, and a
// secret of this one TLS connection.
type Ends struct {
	Initiator identity.DeviceID // whose person began
	Responder identity.DeviceID
	Exporter  Block // docs/PROTOCOL.md §7.1
}

// commitment binds the initiator's nonce to this link and to both keys.
func (e Ends) commitment(nonce Block) Block {
	return sha256.Sum256(lengthPrefixed(commitLabel, e.Exporter[:], e.Initiator[:], e.Responder[:], nonce[:]))
}

// agreement is what follows from a whole transcript.
type agreement struct {
	code                 string
	initiator, responder Block // keys of the confirmations
}

func (e Ends) agree(commit, ofInitiator, ofResponder Block) agreement {
	transcript := sha256.Sum256(lengthPrefixed(transcriptLabel, e.Initiator[:], e.Responder[:], commit[:], ofInitiator[:], ofResponder[:]))
	const number = 16 // bytes: the code's bias is below 2^-108
	okm, err := hkdf.Key(sha256.New, e.Exporter[:], transcript[:], keysLabel, number+2*len(Block{}))
	if err != nil {
		panic(err) // constant lengths
	}
	a := agreement{code: decimal(okm[:number])}
	copy(a.initiator[:], okm[number:])
	copy(a.responder[:], okm[number+len(Block{}):])
	return a
}

// decimal is a big-endian number modulo ten to the power of CodeDigits.
func decimal(number []byte) string {
	const modulus = 1_000_000
	var rest uint64
	for _, b := range number {
		rest = (rest<<8 | uint64(b)) % modulus
	}
	return fmt.Sprintf("%0*d", CodeDigits, rest)
}

// lengthPrefixed is a label, then each part behind its length in four bytes, so
// that no two lists of parts give the same bytes.
func lengthPrefixed(label string, parts ...[]byte) []byte {
	out := []byte(label)
	for _, p := range parts {
		out = append(binary.BigEndian.AppendUint32(out, uint32(len(p))), p...)
	}
	return out
}

func mac(key []byte, label string, parts ...[]byte) Block {
	h := hmac.New(sha256.New, key)
	h.Write(lengthPrefixed(label, parts...))
	return Block(h.Sum(nil))
}

// step is how far a Pairing has come.
type step uint8

const (
	stepStarted   step = iota // initiator: waits for the nonce
	stepAsked                 // responder: waits for its person
	stepContinued             // responder: waits for the initiator's nonce
	stepComparing             // both: the code is known
	stepOver                  // failed
)

// Pairing is one side of the comparison of a code (docs/PROTOCOL.md §7.2). It
// talks to nobody: the caller carries frames and a person's answers. A step that
// is not due gives ErrNotNow, one that does not fit ErrForged; both end it for
// good. Not safe for concurrent use.
type Pairing struct {
	ends      Ends
	initiator bool
	step      step
	own       Block // own nonce
	commit    Block
	agreed    agreement
	matched   bool // the own person found the codes equal
	confirmed bool // and so did the other side's
}

// StartPairing begins a pairing and returns the commitment for PairStart.
func StartPairing(e Ends) (*Pairing, Block) {
	p := &Pairing{ends: e, initiator: true, step: stepStarted, own: newBlock()}
	p.commit = e.commitment(p.own)
	return p, p.commit
}

// AnswerPairing takes the other side's PairStart. Nothing is said until Continue.
func AnswerPairing(e Ends, commit Block) *Pairing {
	return &Pairing{ends: e, step: stepAsked, own: newBlock(), commit: commit}
}

func newBlock() (b Block) {
	rand.Read(b[:]) // never fails (crypto/rand)
	return b
}

// Continue is the responder's person going on; it returns the nonce for PairNonce.
func (p *Pairing) Continue() (Block, error) {
	if !p.due(stepAsked) {
		return Block{}, ErrNotNow
	}
	p.step = stepContinued
	return p.own, nil
}

// TakeNonce takes PairNonce and returns the nonce for PairReveal. The code is
// known from then on. Before trust: FuzzPairing.
func (p *Pairing) TakeNonce(nonce Block) (Block, error) {
	if !p.due(stepStarted) {
		return Block{}, ErrNotNow
	}
	p.agreed = p.ends.agree(p.commit, p.own, nonce)
	p.step = stepComparing
	return p.own, nil
}

// TakeReveal takes PairReveal. The code is known from then on. ErrForged when the
// initiator had committed to another nonce.
func (p *Pairing) TakeReveal(nonce Block) error {
	if !p.due(stepContinued) {
		return ErrNotNow
	}
	if want := p.ends.commitment(nonce); !hmac.Equal(want[:], p.commit[:]) {
		p.step = stepOver
		return ErrForged
	}
	p.agreed = p.ends.agree(p.commit, nonce, p.own)
	p.step = stepComparing
	return nil
}

// Code returns the digits to compare, "" while they are not known.
func (p *Pairing) Code() string { return p.agreed.code }

// Match is the own person finding the codes equal; it returns the MAC for
// PairConfirm.
func (p *Pairing) Match() (Block, error) {
	if !p.due(stepComparing) {
		return Block{}, ErrNotNow
	}
	p.matched = true
	return p.confirmation(p.initiator), nil
}

// TakeConfirm takes PairConfirm. ErrForged when it was not made by the other end
// of this very pairing.
func (p *Pairing) TakeConfirm(got Block) error {
	if !p.due(stepComparing) {
		return ErrNotNow
	}
	if want := p.confirmation(!p.initiator); !hmac.Equal(want[:], got[:]) {
		p.step = stepOver
		return ErrForged
	}
	p.confirmed = true
	return nil
}

func (p *Pairing) confirmation(ofInitiator bool) Block {
	key := p.agreed.responder
	if ofInitiator {
		key = p.agreed.initiator
	}
	h := hmac.New(sha256.New, key[:])
	h.Write([]byte(confirmLabel))
	return Block(h.Sum(nil))
}

// Verified reports whether both persons found the codes equal.
func (p *Pairing) Verified() bool { return p.step == stepComparing && p.matched && p.confirmed }

// due reports whether s is where the pairing stands; anything else ends it.
func (p *Pairing) due(s step) bool {
	if p.step != s {
		p.step = stepOver
		return false
	}
	return true
}
