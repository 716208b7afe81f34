package trust

import (
	"encoding/hex"
	"errors"
	"math"
	"testing"

	"earshot/internal/identity"
)

func device(n byte) (id identity.DeviceID) {
	for i := range id {
		id[i] = n
	}
	return id
}

func linkOf(n byte) Ends {
	return Ends{Initiator: device(1), Responder: device(2), Exporter: Block(device(n))}
}

// compared brings both sides as far as the code.
func compared(t *testing.T, e Ends) (i, r *Pairing) {
	t.Helper()
	i, commit := StartPairing(e)
	r = AnswerPairing(e, commit)
	nonceR, err := r.Continue()
	if err != nil {
		t.Fatal(err)
	}
	nonceI, err := i.TakeNonce(nonceR)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.TakeReveal(nonceI); err != nil {
		t.Fatal(err)
	}
	return i, r
}

func TestPairing(t *testing.T) {
	i, r := compared(t, linkOf(3))
	if i.Code() != r.Code() || len(i.Code()) != CodeDigits {
		t.Fatalf("codes %q and %q", i.Code(), r.Code())
	}
	ofI, err := i.Match()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.TakeConfirm(ofI); err != nil {
		t.Fatal(err)
	}
	if i.Verified() || r.Verified() {
		t.Fatal("one answer is enough")
	}
	ofR, err := r.Match()
	if err != nil {
		t.Fatal(err)
	}
	if err := i.TakeConfirm(ofR); err != nil {
		t.Fatal(err)
	}
	if !i.Verified() || !r.Verified() {
		t.Error("two answers are not enough")
	}
}

// The numbers of a fixed transcript, computed once from docs/PROTOCOL.md §7 by
// another program: another client comes to the same.
func TestPairingIsFixed(t *testing.T) {
	e := linkOf(3)
	ofI, ofR := Block(device(4)), Block(device(5))
	commit := e.commitment(ofI)
	a := e.agree(commit, ofI, ofR)
	for name, got := range map[string]string{
		"commit":      hex.EncodeToString(commit[:]),
		"initiator":   hex.EncodeToString(a.initiator[:]),
		"responder":   hex.EncodeToString(a.responder[:]),
		"code":        a.code,
		"link proof":  blockHex(Token{6}.Proof(e)),
		"link answer": blockHex(Token{6}.Answer(e)),
	} {
		if want := fixedPairing[name]; got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

func blockHex(b Block) string { return hex.EncodeToString(b[:]) }

// Every part of a transcript changes code and keys.
func TestPairingBindsEverything(t *testing.T) {
	base := linkOf(3)
	ofI, ofR := Block(device(4)), Block(device(5))
	of := func(e Ends, nonceI, nonceR Block) agreement { return e.agree(e.commitment(nonceI), nonceI, nonceR) }
	want := of(base, ofI, ofR)
	otherLink, otherI, otherR, swapped := base, base, base, base
	otherLink.Exporter[31] ^= 1
	otherI.Initiator[31] ^= 1
	otherR.Responder[31] ^= 1
	swapped.Initiator, swapped.Responder = base.Responder, base.Initiator
	otherOwn, otherTheirs := ofI, ofR
	otherOwn[31] ^= 1
	otherTheirs[31] ^= 1
	for name, got := range map[string]agreement{
		"another link": of(otherLink, ofI, ofR), "another initiator": of(otherI, ofI, ofR), "another responder": of(otherR, ofI, ofR),
		"sides swapped": of(swapped, ofI, ofR), "another nonce of I": of(base, otherOwn, ofR), "another nonce of R": of(base, ofI, otherTheirs),
		"another commitment": base.agree(ofR, ofI, ofR),
	} {
		if got.initiator == want.initiator || got.responder == want.responder || got.code == want.code {
			t.Errorf("%s: the same result", name)
		}
	}
}

func TestForgedPairing(t *testing.T) {
	e := linkOf(3)
	t.Run("another nonce than committed", func(t *testing.T) {
		_, commit := StartPairing(e)
		r := AnswerPairing(e, commit)
		if _, err := r.Continue(); err != nil {
			t.Fatal(err)
		}
		if err := r.TakeReveal(Block{1}); !errors.Is(err, ErrForged) || r.Code() != "" {
			t.Errorf("%v, code %q", err, r.Code())
		}
	})
	t.Run("own confirmation sent back", func(t *testing.T) {
		i, r := compared(t, e)
		own, _ := i.Match()
		if err := i.TakeConfirm(own); !errors.Is(err, ErrForged) || i.Verified() {
			t.Errorf("%v, verified %v", err, i.Verified())
		}
		if err := r.TakeConfirm(Block{}); !errors.Is(err, ErrForged) {
			t.Errorf("zeros: %v", err)
		}
	})
	t.Run("confirmation of another pairing", func(t *testing.T) {
		i, _ := compared(t, e)
		_, r2 := compared(t, e)
		other, _ := r2.Match()
		if _, err := i.Match(); err != nil {
			t.Fatal(err)
		}
		if err := i.TakeConfirm(other); !errors.Is(err, ErrForged) || i.Verified() {
			t.Errorf("%v, verified %v", err, i.Verified())
		}
	})
}

// Before trust. FuzzPairing states that every step that is not the next one ends
// the pairing for good: random walks of a hostile other side and a hasty person
// never verify without both answers and the right confirmation.
func FuzzPairing(f *testing.F) {
	f.Add(true, []byte{0, 1, 2, 3})
	f.Add(false, []byte{4, 5, 3, 6})
	f.Add(false, []byte{4, 9, 7, 8, 3})
	f.Fuzz(func(t *testing.T, initiator bool, steps []byte) {
		e := linkOf(3)
		i, commit := StartPairing(e)
		r := AnswerPairing(e, commit)
		p, other := r, i
		if initiator {
			p, other = i, r
		}
		var nonceI, nonceR, mac Block // what the honest other side says
		matched, confirmed, dead := false, false, false
		for _, s := range steps {
			var err error
			switch s % 8 {
			case 0:
				if nonceR, err = r.Continue(); p == i {
					err = nil
				}
			case 1:
				if nonceI, err = i.TakeNonce(nonceR); p == r {
					err = nil
				}
			case 2:
				if err = r.TakeReveal(nonceI); p == i {
					err = nil
				}
			case 3:
				_, err = p.Match()
				matched = matched || err == nil
			case 4:
				if got, otherErr := other.Match(); otherErr == nil {
					mac = got
				}
			case 5:
				err = p.TakeConfirm(mac)
				confirmed = confirmed || err == nil
			case 6:
				_, err = p.TakeNonce(Block{s})
			case 7:
				err = p.TakeConfirm(Block{s})
				confirmed = confirmed || err == nil
			}
			dead = dead || err != nil
			if p.Verified() && (!matched || !confirmed || dead || mac == (Block{})) {
				t.Fatalf("verified after %v", steps)
			}
		}
	})
}

// KDE Connect CVE-2025-32898: the code there was a hash of two long-lived keys, so
// that a man in the middle could search for keys with a fitting code. Here each
// side's nonce is bound before the other's is known. With the code shortened to
// its last two digits an attacker wins 1 in 100, whatever it does; one that does
// not keep to its commitment never does.
func TestKDEConnectCVE202532898(t *testing.T) {
	random := func(man) Block { return newBlock() }
	for _, c := range []struct {
		name           string
		responderFirst bool
		toI            func(man) Block // nonce towards the initiator
		toR            func(man) Block // nonce that it commits to towards the responder
		reveal         func(man) Block // nonce that it tells the responder, nil: the one it committed to
		searches       bool
		never          bool
	}{
		{"own nonces, R first", true, random, random, nil, false, false},
		{"own nonces, I first", false, random, random, nil, false, false},
		{"R's nonce towards I", true, func(m man) Block { return m.nonceR }, random, nil, false, false},
		{"I's nonce towards R", false, random, func(m man) Block { return m.nonceI }, nil, false, false},
		{"constants", true, func(man) Block { return Block{} }, func(man) Block { return Block{} }, nil, false, false},
		{"search with a guess of I's nonce", true, func(m man) Block {
			return search(m.codeR, func(n Block) string { return m.withI.agree(m.commitI, Block{7}, n).code })
		}, random, nil, true, false},
		{"search with a guess of R's nonce", false, random, func(m man) Block {
			return search(m.codeI, func(n Block) string { return m.withR.agree(m.withR.commitment(n), n, Block{7}).code })
		}, nil, true, false},
		{"search after R's nonce", false, random, random, func(m man) Block {
			return search(m.codeI, func(n Block) string { return m.withR.agree(m.withR.commitment(m.sentR), n, m.nonceR).code })
		}, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			tries := 10_000
			if c.searches {
				tries = 3_000 // each costs a hundred
			}
			if testing.Short() {
				tries /= 10
			}
			wins := 0
			for range tries {
				m := man{}
				m.begin()
				if !c.responderFirst {
					m.meetI(t, c.toI)
				}
				m.meetR(t, c.toR, c.reveal)
				if c.responderFirst {
					m.meetI(t, c.toI)
				}
				if m.codeR != "" && short(m.codeI) == short(m.codeR) {
					wins++
				}
			}
			const rate, sigmas = 0.01, 6
			mean, spread := rate*float64(tries), sigmas*math.Sqrt(rate*(1-rate)*float64(tries))
			if c.never && wins > 0 || !c.never && math.Abs(float64(wins)-mean) > spread {
				t.Errorf("%d wins of %d tries, want %.0f and at most %.0f more or less", wins, tries, mean, spread)
			}
			t.Logf("%d wins of %d tries", wins, tries)
		})
	}
}

// man is one try of a man in the middle: responder towards I, initiator towards R,
// over two links with two exporters. The fields fill as it learns them.
type man struct {
	withI, withR   Ends
	i              *Pairing
	commitI        Block
	nonceI, nonceR Block // of the honest devices
	sentR          Block // what it committed to
	codeI, codeR   string
}

func (m *man) begin() {
	m.withI = Ends{Initiator: device(1), Responder: device(9), Exporter: newBlock()}
	m.withR = Ends{Initiator: device(9), Responder: device(2), Exporter: newBlock()}
	m.i, m.commitI = StartPairing(m.withI)
}

func (m *man) meetI(t *testing.T, nonce func(man) Block) {
	var err error
	if m.nonceI, err = m.i.TakeNonce(nonce(*m)); err != nil {
		t.Fatal(err)
	}
	m.codeI = m.i.Code()
}

func (m *man) meetR(t *testing.T, nonce, reveal func(man) Block) {
	m.sentR = nonce(*m)
	r := AnswerPairing(m.withR, m.withR.commitment(m.sentR))
	var err error
	if m.nonceR, err = r.Continue(); err != nil {
		t.Fatal(err)
	}
	told := m.sentR
	if reveal != nil {
		told = reveal(*m)
	}
	if r.TakeReveal(told) == nil {
		m.codeR = r.Code()
	}
}

func short(code string) string { return code[CodeDigits-2:] }

// search tries nonces until one gives a code with the wanted end.
func search(want string, code func(Block) string) Block {
	for n := range 1 << 9 {
		if nonce := (Block{byte(n), byte(n >> 8), 9}); short(code(nonce)) == short(want) {
			return nonce
		}
	}
	return Block{}
}

var fixedPairing = map[string]string{
	"commit":      "150522ecbc18b93c2adad42c6404d541e64f63cecfea8aabe7415a1dfb2891d5",
	"initiator":   "5dd766d1223b4846fa23f547790e3f0e8c53adcedbaea326e8f622ab186147d1",
	"responder":   "22b469a385508c8a1dfa614320ca23df5f840dbcc2a933ad68d0616a6980423d",
	"code":        "491758",
	"link proof":  "1cc602d182449d9ac083449b92257c61f4bd9dfa0932146201f0a438a9b1e12d",
	"link answer": "974b2c9807d98c83a8ea7babd7b935b1214494cb4ebb246dcf78d56b5a38cf05",
}
