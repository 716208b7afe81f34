package messenger

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// How long the model test looks for a history that breaks a promise.
const (
	modelShortTime = 6 * time.Second // under the race detector, beside the whole form
	modelTime      = 20 * time.Second
	modelLongTime  = 10 * time.Minute
	modelMinSteps  = 3 // of one history, before it heals
	modelMaxSteps  = 24
)

// deed is what happens in a step of a history.
type deed string

// The deeds. A and B are nodes, N and For what the deed makes of them.
const (
	doWrite   deed = "write"   // A writes N texts to B
	doEcho    deed = "echo"    // A writes to B under an ID that another device used
	doRead    deed = "read"    // A's person reads the conversation with B
	doPass    deed = "pass"    // For passes
	doLag     deed = "lag"     // every frame takes For
	doCut     deed = "cut"     // links between A and B end
	doCutAll  deed = "cutall"  // all links of A end
	doDial    deed = "dial"    // A dials B, also when there is a link
	doHush    deed = "hush"    // B does not hear A
	doUnhush  deed = "unhush"  // everybody is heard
	doLose    deed = "lose"    // the next Ack of A to B is lost, its link lives
	doTwice   deed = "twice"   // the next Msg or Ack of A to B comes twice
	doCrash   deed = "crash"   // A crashes at the N-th moment of the kind At
	doRestart deed = "restart" // A ends in order and starts
	doBackup  deed = "backup"  // A's home folder is copied
	doRestore deed = "restore" // A's home folder is an older copy again; N odd: the database alone
	doClock   deed = "clock"   // A's clock differs by For
	doFull    deed = "full"    // A's store takes nothing; N 0: it does again
	doHiccup  deed = "hiccup"  // A's store does not take the next N messages or groups of them
	doAllow   deed = "allow"   // A lets B in
	doRefuse  deed = "refuse"  // A refuses B
	doBlock   deed = "block"   // A blocks B
	doEdit    deed = "edit"    // A edits its N-th message to B from the end
	doUnsay   deed = "unsay"   // A takes it back on both devices
	doCancel  deed = "cancel"  // A cancels it
	doReact   deed = "react"   // A puts an emoji to the N-th message from the end in the conversation with B
	doRemove  deed = "remove"  // A deletes that on its device alone
	doClear   deed = "clear"   // A deletes the conversation with B
	doForget  deed = "forget"  // A's device forgets everything that does not wait
)

// moment is a kind of moment at which a device can crash.
type moment string

const (
	momentNow    moment = "now"
	momentMsg    moment = "msg left"
	momentAck    moment = "ack left"
	momentOther  moment = "other frame left"
	momentBefore moment = "before the commit"
	momentAfter  moment = "after the commit"
)

type step struct {
	Do   deed
	A, B int
	N    int
	At   moment
	For  time.Duration
}

func (s step) String() string {
	return fmt.Sprintf("%s %d %d n=%d %s %v", s.Do, s.A, s.B, s.N, s.At, s.For)
}

// plan is one history.
type plan struct {
	Nodes   int
	Friends bool // all have accepted each other at the beginning
	Steps   []step
}

func (p plan) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d nodes, friends %v", p.Nodes, p.Friends)
	for i, s := range p.Steps {
		fmt.Fprintf(&b, "\n  %2d %v", i, s)
	}
	return b.String()
}

// has reports whether a deed is part of the plan.
func (p plan) has(d deed) bool {
	return slices.ContainsFunc(p.Steps, func(s step) bool { return s.Do == d })
}

const year = 365 * 24 * time.Hour

// The deeds, each as often as it should come.
var deeds = weighted(map[deed]int{
	doWrite: 24, doEcho: 2, doRead: 2, doPass: 12, doLag: 3, doCut: 3, doCutAll: 2, doDial: 2, doHush: 3, doUnhush: 2,
	doLose: 2, doTwice: 2, doCrash: 9, doRestart: 2, doBackup: 4, doRestore: 5, doClock: 3, doFull: 3, doHiccup: 4,
	doAllow: 2, doRefuse: 1, doBlock: 1,
	doEdit: 3, doUnsay: 2, doCancel: 3, doReact: 3, doRemove: 3, doClear: 2, doForget: 1,
})

func weighted(weights map[deed]int) []deed {
	var out []deed
	for _, d := range []deed{doWrite, doPass, doCrash, doRestore, doBackup, doHiccup, doCut, doLag, doHush, doUnhush, doFull, doEcho, doRead,
		doCutAll, doDial, doLose, doTwice, doRestart, doClock, doAllow, doRefuse, doBlock, doEdit, doUnsay, doCancel, doReact, doRemove,
		doClear, doForget} {
		for range weights[d] {
			out = append(out, d)
		}
	}
	return out
}

func drawStep(rt *rapid.T, nodes int) step {
	s := step{Do: rapid.SampledFrom(deeds).Draw(rt, "do"), A: rapid.IntRange(0, nodes-1).Draw(rt, "a")}
	s.B = rapid.IntRange(0, nodes-2).Draw(rt, "b")
	if s.B >= s.A {
		s.B++
	}
	pick := func(of ...time.Duration) time.Duration { return rapid.SampledFrom(of).Draw(rt, "for") }
	switch s.Do {
	case doWrite:
		s.N = rapid.IntRange(1, 4).Draw(rt, "n")
	case doEdit, doUnsay, doCancel, doReact, doRemove:
		s.N = rapid.IntRange(0, 3).Draw(rt, "n")
	case doHiccup:
		s.N = rapid.IntRange(1, 2).Draw(rt, "n")
	case doRestore, doFull:
		s.N = rapid.IntRange(0, 1).Draw(rt, "n")
	case doPass:
		s.For = pick(time.Second, 10*time.Millisecond, 300*time.Millisecond, 2*time.Second, 6*time.Second, 12*time.Second, 40*time.Second)
		if rapid.IntRange(0, 15).Draw(rt, "long") == 15 {
			s.For = pick(10*time.Minute, 25*time.Hour)
		}
	case doLag:
		s.For = pick(0, 20*time.Millisecond, 700*time.Millisecond, 3*time.Second, 7*time.Second)
	case doClock:
		s.For = pick(0, time.Minute, -time.Minute, -year, 15*year)
	case doCrash:
		s.At = rapid.SampledFrom([]moment{momentNow, momentAck, momentBefore, momentAfter, momentMsg, momentOther}).Draw(rt, "at")
		if s.At != momentNow {
			s.N = rapid.IntRange(1, 4).Draw(rt, "n")
		}
		s.For = pick(0, time.Second, time.Minute)
	}
	return s
}

func drawPlan(rt *rapid.T) plan {
	p := plan{Nodes: 2, Friends: rapid.IntRange(0, 4).Draw(rt, "strangers") < 4}
	if rapid.IntRange(0, 3).Draw(rt, "third") == 3 {
		p.Nodes = 3
	}
	one := rapid.Custom(func(rt *rapid.T) step { return drawStep(rt, p.Nodes) })
	p.Steps = rapid.SliceOfN(one, modelMinSteps, modelMaxSteps).Draw(rt, "steps")
	return p
}

// TestModel lets two or three devices with real stores live through random
// histories of writing, faults and crashes, lets everything heal, and checks
// that nothing is lost, nothing comes twice, the order is kept and nothing goes
// to another device (docs/PROTOCOL.md §8). A failing history is shrunk; the seed
// that rapid prints repeats it (-rapid.seed).
func TestModel(t *testing.T) {
	budget := modelTime
	if testing.Short() {
		budget = modelShortTime
	}
	if os.Getenv("EARSHOT_LONG") != "" {
		budget = modelLongTime
	}
	homes := newHomes(t)
	began, count, steps := time.Now(), 0, 0
	for time.Since(began) < budget && !t.Failed() {
		rapid.Check(t, func(rt *rapid.T) {
			p := drawPlan(rt)
			count, steps = count+1, steps+len(p.Steps)
			if fault := live(t, homes, p); fault != "" {
				rt.Fatalf("%s\nhistory: %v", fault, p)
			}
		})
	}
	minutes := time.Since(began).Minutes()
	t.Logf("%d histories with %d steps, %.0f histories a minute", count, steps, float64(count)/minutes)
}

// live runs one history in a bubble and says what went wrong.
func live(t *testing.T, homes *homes, p plan) (fault string) {
	synctest.Test(t, func(t *testing.T) {
		fault = newHistory(t, homes, p).live()
	})
	return fault
}
