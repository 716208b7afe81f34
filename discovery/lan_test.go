package discovery

import (
	"bufio"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"earshot/internal/faultbench"
)

// soon is a generous limit for what takes a packet or two, and silent the one
// that PROTOCOL.md promises for devices that died without a word.
const (
	soon   = 20 * time.Second // on a machine that does other things too
	silent = 15 * time.Second
)

// peer is a device in a process of its own.
type peer struct {
	t     *testing.T
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines chan string // what it printed; closed at its end
	port  string

	before []string // what it printed until it listened
}

// startPeer starts a device on the host; env are additional variables.
func startPeer(t *testing.T, lan *faultbench.LAN, host, name string, env ...string) *peer {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &peer{t: t, cmd: lan.Command(host, self), lines: make(chan string, 4096)}
	p.cmd.Env = append(append(os.Environ(), peerEnv+"="+name), env...)
	p.cmd.Stderr = os.Stderr
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			p.lines <- s.Text()
		}
	}()
	t.Cleanup(p.kill)
	for {
		line := p.await("", soon)
		if port, ok := strings.CutPrefix(line, "listening "); ok {
			p.port = port
			return p
		}
		p.before = append(p.before, line)
	}
}

// kill ends the process without a word.
func (p *peer) kill() {
	if p.cmd.ProcessState == nil {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
	}
}

// stop ends the device properly and checks that it left nothing behind.
func (p *peer) stop() {
	p.t.Helper()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	p.await("stopped", soon)
	if err := p.cmd.Wait(); err != nil {
		p.t.Errorf("stopped peer: %v", err)
	}
}

// tell writes a line to the device.
func (p *peer) tell(format string, args ...any) {
	p.t.Helper()
	if _, err := fmt.Fprintf(p.in, format+"\n", args...); err != nil {
		p.t.Fatal(err)
	}
}

// await reads lines until one begins with the words (any line, when there are
// none) and contains all of the parts, and returns it. Lines before it are lost.
func (p *peer) await(words string, within time.Duration, parts ...string) string {
	p.t.Helper()
	start, deadline := time.Now(), time.After(within)
	var seen []string
	for {
		select {
		case l, ok := <-p.lines:
			if !ok {
				p.t.Fatalf("peer ended before %q; it said %q", words, seen)
			}
			if (words == "" || strings.HasPrefix(l+" ", words+" ")) && containsAll(l, parts) {
				p.t.Logf("%q after %v", words, time.Since(start).Round(time.Millisecond))
				return l
			}
			seen = append(seen, l)
		case <-deadline:
			p.t.Fatalf("no %q with %q within %v; it said %q", words, parts, within, seen)
		}
	}
}

// mustBeSilent fails if something was said since the last await.
func (p *peer) mustBeSilent() {
	p.t.Helper()
	for {
		select {
		case l, ok := <-p.lines:
			if ok {
				p.t.Errorf("unexpected: %s", l)
				continue
			}
		default:
		}
		return
	}
}

func containsAll(s string, parts []string) bool {
	for _, part := range parts {
		if !strings.Contains(s, part) {
			return false
		}
	}
	return true
}

// label takes the label from a found, updated or lost line.
func label(line string) string { return strings.Fields(line)[2] }

func TestComeAndGo(t *testing.T) {
	lan := faultbench.NewLAN(t, "a", "b")
	alice := startPeer(t, lan, "a", "alice")
	bob := startPeer(t, lan, "b", "bob")
	alice.await("found bob", soon, lan.Addr("b").String()+":"+bob.port, "%")
	bob.await("found alice", soon, lan.Addr("a").String()+":"+alice.port)

	bob.tell("rename robert")
	alice.await("updated robert", soon)

	// A goodbye is believed long before a probe would tell.
	bob.stop()
	alice.await("lost robert", soon)

	bob = startPeer(t, lan, "b", "bob")
	alice.await("found bob", soon)
	bob.kill()
	alice.await("lost bob", silent)
	alice.stop()
}

// TestHidden: a hidden device says goodbye, answers nobody, also not one that
// comes later or after its own record changed, and finds others itself.
func TestHidden(t *testing.T) {
	lan := faultbench.NewLAN(t, "a", "b", "c")
	alice := startPeer(t, lan, "a", "alice")
	bob := startPeer(t, lan, "b", "bob")
	alice.await("found bob", soon)
	bob.tell("hide")
	alice.await("lost bob", soon)

	bob.tell("refresh")
	bob.tell("rename robert")
	carol := startPeer(t, lan, "c", "carol")
	for range 3 { // until a record that was announced would have been seen
		bob.await("found carol", soon)
		carol.await("found alice", soon)
		carol.stop()
		bob.await("lost carol", soon)
		carol = startPeer(t, lan, "c", "carol")
	}
	carol.await("found alice", soon)
	carol.tell("rename carla")
	alice.await("updated carla", soon)
	bob.tell("show")
	// Lines that were passed over above are gone: it was not found before.
	carol.await("found robert", soon)
	alice.await("found robert", soon)
}

// TestHiddenFromTheStart: a device that is hidden before it runs is not seen
// even for a moment.
func TestHiddenFromTheStart(t *testing.T) {
	lan := faultbench.NewLAN(t, "a", "b", "c")
	alice := startPeer(t, lan, "a", "alice")
	bob := startPeer(t, lan, "b", "bob", hiddenEnv+"=1")
	bob.await("found alice", soon)
	startPeer(t, lan, "c", "carol")
	bob.await("found carol", soon)
	for l := ""; !strings.HasPrefix(l, "found carol"); {
		if l = alice.await("", soon); strings.Contains(l, "bob") {
			t.Errorf("alice heard of a hidden device: %s", l)
		}
	}
	bob.tell("show")
	alice.await("found bob", soon)
}

// A device that stops to tell its name, or is recognised by another key, goes on as
// one that nobody has seen before: the old record ends, and the new one has another
// label. It does not take what it said itself for a third device.
func TestNobodyIsFollowed(t *testing.T) {
	lan := faultbench.NewLAN(t, "a", "b", "c")
	alice := startPeer(t, lan, "a", "alice")
	bob := startPeer(t, lan, "b", "bob")
	labels := []string{label(alice.await("found bob", soon))}
	bob.await("found alice", soon)
	bob.tell("rekey robert")
	labels = append(labels, label(alice.await("found robert", soon)))
	bob.tell("rename")
	labels = append(labels, strings.Fields(alice.await("found", soon))[1]) // no name is printed
	alice.await("lost robert", soon)
	if slices.Sort(labels); len(slices.Compact(labels)) != 3 {
		t.Errorf("labels %q", labels)
	}
	startPeer(t, lan, "c", "carol")
	for l := ""; !strings.HasPrefix(l, "found carol"); {
		if l = bob.await("", soon); strings.HasPrefix(l, "found") && !strings.Contains(l, "carol") {
			t.Errorf("bob sees %s", l)
		}
	}
}

func TestRenameLosesNobody(t *testing.T) {
	lan := faultbench.NewLAN(t, "a", "b")
	alice := startPeer(t, lan, "a", "alice")
	bob := startPeer(t, lan, "b", "bob0")
	first := label(alice.await("found bob0", soon))
	for n := 1; n <= 5; n++ {
		bob.tell("rename bob%d", n)
		deadline := time.After(soon)
		for name := ""; name != fmt.Sprintf("bob%d", n); {
			select {
			case l := <-alice.lines:
				f := strings.Fields(l)
				if f[0] != "updated" || f[2] != first {
					t.Fatalf("rename %d: %s", n, l)
				}
				name = f[1]
			case <-deadline:
				t.Fatalf("rename %d was not seen", n)
			}
		}
	}
}

func TestSuspectFindsClosedPort(t *testing.T) {
	lan := faultbench.NewLAN(t, "a", "b")
	alice := startPeer(t, lan, "a", "alice")
	bob := startPeer(t, lan, "b", "bob")
	l := label(alice.await("found bob", soon))
	bob.kill()
	alice.tell("suspect %s", l)
	alice.await("lost bob", soon)
	alice.tell("stats")
	alice.await("stats {0", soon)
}

func TestRestartWithSamePort(t *testing.T) {
	lan := faultbench.NewLAN(t, "a", "b")
	alice := startPeer(t, lan, "a", "alice")
	old := startPeer(t, lan, "b", "bob")
	was := label(alice.await("found bob", soon))
	old.kill()
	again := startPeer(t, lan, "b", "bob", portEnv+"="+old.port)
	if again.port != old.port {
		t.Fatalf("port %s, want %s", again.port, old.port)
	}
	if is := label(alice.await("found bob", soon)); is == was {
		t.Errorf("the restarted device has the same label %s", is)
	}
	if l := label(alice.await("lost bob", soon)); l != was {
		t.Errorf("lost %s, want %s", l, was)
	}
}

func TestTwoDevicesOnOneHost(t *testing.T) {
	lan := faultbench.NewLAN(t, "a", "b")
	alice := startPeer(t, lan, "a", "alice")
	amy := startPeer(t, lan, "a", "amy")
	addr := lan.Addr("a").String()
	alice.await("found amy", soon, addr+":"+amy.port)
	amy.await("found alice", soon, addr+":"+alice.port)
	bob := startPeer(t, lan, "b", "bob") // now, or amy might have found him before alice
	bob.await("found", soon)
	bob.await("found", soon)
	amy.await("found bob", soon)
	amy.stop()
	bob.await("lost amy", soon)
	alice.await("lost amy", soon)
	bob.mustBeSilent()
}

func TestHostVanishes(t *testing.T) {
	lan := faultbench.NewLAN(t, "a", "b", "c")
	alice := startPeer(t, lan, "a", "alice")
	bob := startPeer(t, lan, "b", "bob")
	carol := startPeer(t, lan, "c", "carol")
	alice.await("found bob", soon)
	bob.await("found alice", soon)
	carol.await("found", soon)
	lan.SetLink("b", false)
	alice.await("lost bob", silent)
	bob.await("lost", silent) // it is alone now, too
	bob.await("lost", soon)

	// By now nobody announces or asks any more of itself, so this is told
	// because it happened.
	lan.SetAddr("c", netip.MustParsePrefix("10.77.0.99/24"))
	alice.await("updated carol", soon, "[10.77.0.99:"+carol.port)

	lan.SetLink("b", true)
	alice.await("found bob", soon)
	bob.await("found", soon)
}

func TestShortInterruptionIsNoLoss(t *testing.T) {
	lan := faultbench.NewLAN(t, "a", "b")
	alice := startPeer(t, lan, "a", "alice")
	bob := startPeer(t, lan, "b", "bob")
	l := label(alice.await("found bob", soon))
	bob.await("found alice", soon)
	lan.SetLink("b", false)
	lan.SetLink("b", true)
	// Bob's new name gets through, and nobody was lost meanwhile.
	bob.tell("rename robert")
	if is := label(alice.await("updated robert", soon)); is != l {
		t.Errorf("after the interruption it is %s, not %s", is, l)
	}
	bob.mustBeSilent()
}

func TestAddressChanges(t *testing.T) {
	lan := faultbench.NewLAN(t, "a", "b")
	alice := startPeer(t, lan, "a", "alice")
	bob := startPeer(t, lan, "b", "bob")
	alice.await("found bob", soon)
	bob.await("found alice", soon)
	lan.SetAddr("b", netip.MustParsePrefix("10.77.0.99/24"))
	l := alice.await("updated bob", soon, "[10.77.0.99:"+bob.port)
	if strings.Contains(l, "10.77.0.2:") {
		t.Errorf("the old address stays: %s", l)
	}
}

func TestStartBeforeNetwork(t *testing.T) {
	lan := faultbench.NewLAN(t, "a", "b")
	lan.RemoveInterface("a")
	lan.SetLink("b", false)
	alice := startPeer(t, lan, "a", "alice")
	bob := startPeer(t, lan, "b", "bob")
	lan.AddInterface("a")
	lan.SetLink("b", true)
	alice.await("found bob", soon)
	bob.await("found alice", soon)
}

func TestInterfaceMadeAnew(t *testing.T) {
	lan := faultbench.NewLAN(t, "a", "b")
	alice := startPeer(t, lan, "a", "alice")
	bob := startPeer(t, lan, "b", "bob")
	alice.await("found bob", soon)
	bob.await("found alice", soon)
	lan.RemoveInterface("b")
	alice.await("lost bob", silent)
	bob.await("lost alice", silent)
	lan.AddInterface("b")
	alice.await("found bob", soon)
	bob.await("found alice", soon)

	// Its responder moved along: one who comes now finds it by asking.
	alice.kill()
	bob.await("lost alice", silent)
	alice = startPeer(t, lan, "a", "alice")
	alice.await("found bob", soon)
	bob.await("found alice", soon)
}

func TestSocketsTakenAway(t *testing.T) {
	lan := faultbench.NewLAN(t, "a", "b")
	alice := startPeer(t, lan, "a", "alice")
	bob := startPeer(t, lan, "b", "bob")
	alice.await("found bob", soon)
	bob.await("found alice", soon)
	bob.tell("breaksockets")
	bob.await("broken", soon)
	// It hears again, answers again, and speaks again.
	carol := startPeer(t, lan, "a", "carol")
	bob.await("found carol", soon)
	carol.await("found", soon, " bob ")
	bob.tell("rename robert")
	alice.await("updated robert", soon)
}
