//go:build e2e

package reliability

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/internal/faultbench"
	"earshot/internal/msgid"
)

// callers is how many people at a time use `earshotctl send` on the shared home
// folder.
const callers = 3

// R25: two programs run on one home folder, and many more send, each started,
// ended and killed in any order. Nothing is lost, the texts of each program keep
// their order, nobody sees a locked database, and there is one owner at a time.
func TestR25TwoProgramsOneHome(t *testing.T) {
	t.Parallel()
	rnd := faultbench.Random(t)
	c := newCouple(t, "", "")
	s := &sharedHome{couple: c, pids: map[int]bool{}, owned: map[int]bool{}}
	s.twin = c.a.Twin()
	s.enter(c.a)
	s.start(s.twin)
	watching := background(t, s.watchOwners)

	each := scale(90, 2000) // by the callers together, by the programs that run, and by the other side
	writers := []*work{
		background(t, faultbench.Writer{From: c.a, To: c.b, Texts: each}.Run),
		background(t, faultbench.Writer{From: c.b, To: c.a, Texts: each, Every: steady}.Run),
	}
	for i := range callers {
		own := rand.New(rand.NewPCG(rnd.Uint64(), 0))
		writers = append(writers, background(t, func(ctx context.Context) error { return s.call(ctx, own, i, each/callers) }))
	}
	changes := 0
	for range scale(8, 120) {
		at := c.ledger.CountQueued(c.a.ID, c.b.ID) + 1 + rnd.IntN(each/10)
		faultbench.WaitFor(t, "texts", func() bool {
			return c.ledger.CountQueued(c.a.ID, c.b.ID) >= at || all(writers, (*work).ended)
		})
		s.change(rnd)
		changes++
	}
	for _, d := range []*faultbench.Device{c.a, s.twin} {
		if !d.Running() {
			s.start(d)
		}
	}
	for _, w := range writers {
		w.finish()
	}
	faultbench.Settle(t, c.a, c.b)
	s.bothShow("the last")
	watching.stop()
	if watching.err != nil {
		t.Error(watching.err)
	}
	if len(s.owned) < 3 {
		t.Errorf("only %d processes were seen to own the home folder, and more must have", len(s.owned))
	}
	s.adopt()
	s.twin.Stop()
	s.twin.Sound()
	c.verify()
	t.Logf("%d texts by %d callers (%d killed), %d by what runs, %d back, %d starts and ends of programs; %d processes owned the folder in %d looks",
		each/callers*callers, callers, len(s.killed), each, each, changes, len(s.owned), s.looks)
}

// sharedHome is anna's home folder with its programs.
type sharedHome struct {
	*couple
	twin *faultbench.Device

	mu     sync.Mutex
	pids   map[int]bool // of everything that runs on the home folder
	killed []string     // texts of callers that were killed: sent or not

	// Of watchOwners, and after its end of anybody.
	looks int
	owned map[int]bool // processes that were seen to own the home folder
}

// start runs a program of the home folder.
func (s *sharedHome) start(d *faultbench.Device) {
	s.t.Helper()
	d.Start()
	s.enter(d)
	d.Ready()
}

func (s *sharedHome) enter(d *faultbench.Device) { s.note(d.Pid(), true) }

func (s *sharedHome) note(pid int, runs bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if runs {
		s.pids[pid] = true
	} else {
		delete(s.pids, pid)
	}
}

// change starts, ends or kills one of the two programs.
func (s *sharedHome) change(rnd *rand.Rand) {
	s.t.Helper()
	d := []*faultbench.Device{s.a, s.twin}[rnd.IntN(2)]
	end := []func() time.Time{d.Stop, d.Kill}[rnd.IntN(2)]
	if !d.Running() {
		s.start(d)
		return
	}
	s.note(d.Pid(), false)
	end()
}

// maxCallerLife is how long a caller lives at most that is killed.
const maxCallerLife = 60 * time.Millisecond

// call sends n texts with a program each. One in four is killed, half of them
// wait for the delivery.
func (s *sharedHome) call(ctx context.Context, rnd *rand.Rand, caller, n int) error {
	for i := range n {
		text := fmt.Sprintf("caller %d, text %06d", caller, i)
		wait := []string{"0s", "2s"}[rnd.IntN(2)]
		life := time.Hour
		if rnd.IntN(4) == 0 {
			life = time.Duration(rnd.Int64N(int64(maxCallerLife)))
		}
		if err := s.send(ctx, caller, text, wait, life); err != nil {
			return err
		}
	}
	return nil
}

// send runs one `earshotctl send` and kills it when its life is over.
func (s *sharedHome) send(ctx context.Context, caller int, text, wait string, life time.Duration) error {
	var out, complaint strings.Builder
	cmd := s.a.Command("--json", "send", "--wait", wait, s.b.ID.String(), text)
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Start(); err != nil {
		return err
	}
	s.note(cmd.Process.Pid, true)
	defer s.note(cmd.Process.Pid, false)
	killed := make(chan bool, 1)
	ended := make(chan struct{})
	go func() {
		select {
		case <-ended:
			killed <- false
		case <-ctx.Done():
			killed <- cmd.Process.Kill() == nil
		case <-time.After(life):
			killed <- cmd.Process.Kill() == nil
		}
	}()
	err := cmd.Wait()
	close(ended)
	<-killed
	const kept = 3 // exit code: in the outbox
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && exit.ExitCode() == -1: // killed
		s.mu.Lock()
		defer s.mu.Unlock()
		s.killed = append(s.killed, text)
		return ctx.Err()
	case err != nil && (exit == nil || exit.ExitCode() != kept):
		return fmt.Errorf("send %q: %w: %s%s", text, err, out.String(), complaint.String())
	}
	var m struct{ ID msgid.ID }
	if err := json.Unmarshal([]byte(out.String()), &m); err != nil {
		return fmt.Errorf("send %q: %w: %s", text, err, out.String())
	}
	s.ledger.Wrote(faultbench.Text{From: s.a.ID, To: s.b.ID, ID: m.ID, Text: text, By: fmt.Sprint("caller ", caller)})
	s.ledger.Queued(s.a.ID, m.ID)
	return nil
}

// adopt tells the ledger of the texts that killed callers had sent.
func (s *sharedHome) adopt() {
	s.t.Helper()
	ids := map[string]msgid.ID{}
	for _, m := range s.a.History(s.b) {
		ids[m.Text] = m.ID
	}
	for _, text := range s.killed {
		if id, sent := ids[text]; sent { // alone: a dead one may have been overtaken by the next
			s.ledger.Wrote(faultbench.Text{From: s.a.ID, To: s.b.ID, ID: id, Text: text, By: text})
		}
	}
}

// bothShow has bert write a text that both programs show.
func (s *sharedHome) bothShow(text string) {
	s.t.Helper()
	if err := s.b.Send(s.t.Context(), s.a, text); err != nil {
		s.t.Fatal(err)
	}
	for _, d := range []*faultbench.Device{s.a, s.twin} {
		d.Wait(text, func(e faultbench.Event) bool { return e.Kind == "message" && e.Str("text") == text })
	}
}

// watchOwners looks again and again who has the store open, until ctx ends. Two
// are too many: a process that has it keeps it until its end.
func (s *sharedHome) watchOwners(ctx context.Context) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		s.mu.Lock()
		pids := slices.Collect(maps.Keys(s.pids))
		s.mu.Unlock()
		s.looks++
		var owners []int
		for _, pid := range pids {
			if s.owns(pid) {
				owners = append(owners, pid)
				s.owned[pid] = true
			}
		}
		// The first may have ended before the second was looked at.
		if len(owners) > 1 && s.owns(owners[0]) {
			return fmt.Errorf("the processes %v own the home folder at the same time", owners)
		}
	}
}

// owns reports whether a process has the store of the home folder open.
func (s *sharedHome) owns(pid int) bool {
	dir := filepath.Join("/proc", strconv.Itoa(pid), "fd")
	fds, _ := os.ReadDir(dir)
	for _, fd := range fds {
		if to, _ := os.Readlink(filepath.Join(dir, fd.Name())); to == filepath.Join(s.a.Home, "earshot.db") {
			return true
		}
	}
	return false
}

// all reports whether something is true of each.
func all[T any](list []T, is func(T) bool) bool {
	for _, x := range list {
		if !is(x) {
			return false
		}
	}
	return true
}
