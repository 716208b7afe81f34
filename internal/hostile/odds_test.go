package hostile_test

import (
	"math"
	"os"
	"testing"

	"earshot/internal/hostile"
	"earshot/internal/identity"
	"earshot/internal/trust"
)

// odds is one try of a man in the middle in memory: the honest sides are machines of
// package trust, what the man computes is by docs/PROTOCOL.md alone. The codes count
// with their last two digits only, so that luck wins 1 in 100.
type odds struct {
	t      *testing.T
	toI    hostile.Ends // the man is the responder
	toR    hostile.Ends // the man is the initiator
	i, r   *trust.Pairing
	commit Block // of the honest initiator
	sent   Block // what the man has committed to towards r
	nI, nR Block // of the honest sides
}

const oddsDigits = 2

func newOdds(t *testing.T) *odds {
	var man, i, r hostile.ID
	man[0], i[0], r[0] = 9, 1, 2
	o := &odds{t: t, toI: hostile.Ends{E: hostile.NewBlock(), I: i, R: man}, toR: hostile.Ends{E: hostile.NewBlock(), I: man, R: r}}
	o.i, o.commit = trust.StartPairing(ends(o.toI))
	return o
}

func ends(e hostile.Ends) trust.Ends {
	return trust.Ends{Initiator: identity.DeviceID(e.I), Responder: identity.DeviceID(e.R), Exporter: e.E}
}

// nonceToI answers the initiator, which shows its code then.
func (o *odds) nonceToI(n Block) (code string) {
	o.t.Helper()
	var err error
	if o.nI, err = o.i.TakeNonce(n); err != nil {
		o.t.Fatal(err)
	}
	return digits(o.i.Code())
}

// startToR begins with the responder, whose person goes on.
func (o *odds) startToR(commit Block) {
	o.t.Helper()
	o.r = trust.AnswerPairing(ends(o.toR), commit)
	o.sent = commit
	var err error
	if o.nR, err = o.r.Continue(); err != nil {
		o.t.Fatal(err)
	}
}

// revealToR tells the responder a nonce; "" when it finds that it does not fit.
func (o *odds) revealToR(n Block) (code string) {
	if o.r.TakeReveal(n) != nil {
		return ""
	}
	return digits(o.r.Code())
}

// codeI and codeR are what the man computes that a side will show.
func (o *odds) codeI(nI, nR Block) string { return o.code(o.toI, o.commit, nI, nR) }
func (o *odds) codeR(nI Block) string     { return o.code(o.toR, o.toR.Commit(nI), nI, o.nR) }

func (o *odds) code(e hostile.Ends, c, nI, nR Block) string {
	o.t.Helper()
	a, err := e.Agree(c, nI, nR)
	if err != nil {
		o.t.Fatal(err)
	}
	return digits(a.Code)
}

func digits(code string) string { return code[len(code)-oddsDigits:] }

// grind looks for a block that is good, among as many as make luck certain.
func grind(good func(Block) bool) Block {
	for n := range 1000 {
		if b := (Block{byte(n), byte(n >> 8), 5}); good(b) {
			return b
		}
	}
	return Block{}
}

// strategies are what a man in the middle may do; each returns the codes on the two
// screens. draws is how often its luck counts in one try; 0: it never wins.
var strategies = []struct {
	name  string
	draws int
	costs int // how many times more one try costs than the plain one
	play  func(*odds) (codeI, codeR string)
}{
	{"plain, the initiator first", 1, 1, func(o *odds) (string, string) {
		code, n := o.nonceToI(hostile.NewBlock()), hostile.NewBlock()
		o.startToR(o.toR.Commit(n))
		return code, o.revealToR(n)
	}},
	{"plain, the responder first", 1, 1, func(o *odds) (string, string) {
		n := hostile.NewBlock()
		o.startToR(o.toR.Commit(n))
		code := o.revealToR(n)
		return o.nonceToI(hostile.NewBlock()), code
	}},
	{"passes the responder's nonce on", 1, 1, func(o *odds) (string, string) {
		n := hostile.NewBlock()
		o.startToR(o.toR.Commit(n))
		return o.nonceToI(o.nR), o.revealToR(n)
	}},
	{"passes the initiator's nonce on", 1, 1, func(o *odds) (string, string) {
		code := o.nonceToI(hostile.NewBlock())
		o.startToR(o.toR.Commit(o.nI))
		return code, o.revealToR(o.nI)
	}},
	{"reflects the commitment as a nonce", 1, 1, func(o *odds) (string, string) {
		code := o.nonceToI(o.commit)
		o.startToR(o.toR.Commit(o.commit))
		return code, o.revealToR(o.commit)
	}},
	{"passes the commitment on", 0, 1, func(o *odds) (string, string) {
		o.startToR(o.commit)
		code := o.nonceToI(o.nR)
		return code, o.revealToR(o.nI)
	}},
	{"grinds a nonce for the responder after it has told its own", 0, 100, func(o *odds) (string, string) {
		code := o.nonceToI(hostile.NewBlock())
		o.startToR(o.toR.Commit(hostile.NewBlock()))
		return code, o.revealToR(grind(func(b Block) bool { return o.codeR(b) == code }))
	}},
	{"grinds a nonce for the initiator without its own", 1, 100, func(o *odds) (string, string) {
		n := hostile.NewBlock()
		o.startToR(o.toR.Commit(n))
		code := o.revealToR(n)
		return o.nonceToI(grind(func(b Block) bool { return o.codeI(Block{}, b) == code })), code
	}},
	{"grinds a commitment without the responder's nonce", 1, 100, func(o *odds) (string, string) {
		code := o.nonceToI(hostile.NewBlock())
		n := grind(func(b Block) bool { return o.code(o.toR, o.toR.Commit(b), b, Block{}) == code })
		o.startToR(o.toR.Commit(n))
		return code, o.revealToR(n)
	}},
	// It knows the responder's code before it reveals, and could begin anew unseen. The
	// messenger lets nobody ask again in time (TestOneUnseenTry there).
	{"gives up and asks again, three times", 3, 3, func(o *odds) (string, string) {
		code := o.nonceToI(hostile.NewBlock())
		var n Block
		for range 3 {
			n = hostile.NewBlock()
			o.startToR(o.toR.Commit(n))
			if o.codeR(n) == code {
				break
			}
		}
		return code, o.revealToR(n)
	}},
}

// TestOddsOfTheManInTheMiddle: with the code shortened to two digits nothing that it
// does wins more often than luck, over 10,000 tries (where it grinds, 1,000 in the short
// form).
func TestOddsOfTheManInTheMiddle(t *testing.T) {
	t.Parallel()
	for _, s := range strategies {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			tries := 10_000
			if s.costs > 3 && os.Getenv("EARSHOT_LONG") == "" {
				tries /= 10
			}
			if testing.Short() {
				tries /= 10
			}
			wins := 0
			for range tries {
				if i, r := s.play(newOdds(t)); i == r {
					wins++
				}
			}
			luck := 1 - math.Pow(1-math.Pow10(-oddsDigits), float64(s.draws))
			const sigmas = 5 // once in 3 million honest runs
			mean, spread := luck*float64(tries), sigmas*math.Sqrt(luck*(1-luck)*float64(tries))
			if math.Abs(float64(wins)-mean) > spread {
				t.Errorf("%d wins of %d tries, want %.0f, at most %.0f more or less", wins, tries, mean, spread)
			}
			t.Logf("%d wins of %d tries, %.0f by luck", wins, tries, mean)
		})
	}
}
