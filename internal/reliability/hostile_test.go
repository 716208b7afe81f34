//go:build e2e

package reliability

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"earshot/internal/faultbench"
	"earshot/internal/hostile"
)

// firstOwn and ownAddrs are the addresses of the attacker's host beside its first
// one: most of a home network.
const (
	firstOwn = 20
	ownAddrs = 220
)

// port is the one that a device on a host of its own has (docs/PROTOCOL.md §2).
const port = 7342

// attack is a hostile process on a host.
type attack struct {
	t     *testing.T
	cmd   *exec.Cmd
	stdin io.WriteCloser
	out   bytes.Buffer
}

// startAttack carries out a plan on a host until end is called.
func startAttack(t *testing.T, lan *faultbench.LAN, host string, plan hostile.Plan) *attack {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	env, err := plan.Env()
	if err != nil {
		t.Fatal(err)
	}
	a := &attack{t: t, cmd: lan.Command(host, self)}
	a.cmd.Env = append(os.Environ(), env, "GOMAXPROCS=1") // the devices need a processor too
	a.cmd.Stdout, a.cmd.Stderr = &a.out, os.Stderr
	if a.stdin, err = a.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := a.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if a.cmd.ProcessState == nil {
			_ = a.cmd.Process.Kill()
			_ = a.cmd.Wait()
		}
	})
	return a
}

// end ends the attack and returns what it did.
func (a *attack) end() (r hostile.Report) {
	a.t.Helper()
	a.stdin.Close()
	if err := a.cmd.Wait(); err != nil {
		a.t.Fatalf("the attack: %v", err)
	}
	if err := json.Unmarshal(a.out.Bytes(), &r); err != nil {
		a.t.Fatalf("%v: %s", err, a.out.String())
	}
	return r
}

// armed gives the host of an attacker its many addresses, and a way for multicast.
func armed(t *testing.T, lan *faultbench.LAN, host string) (from []netip.Addr) {
	t.Helper()
	var script strings.Builder
	fmt.Fprintf(&script, "ip route add 224.0.0.0/4 dev %s\n", faultbench.Interface)
	from = append(from, lan.Addr(host))
	four := from[0].As4()
	for i := range ownAddrs {
		four[3] = byte(firstOwn + i)
		a := netip.AddrFrom4(four)
		from = append(from, a)
		fmt.Fprintf(&script, "ip addr add %v/24 dev %s\n", a, faultbench.Interface)
	}
	if out, err := lan.Command(host, "sh", "-ec", script.String()).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	return from
}

// harmless reports what a command has printed that does something to a terminal.
func harmless(t *testing.T, what, out string) {
	t.Helper()
	for i, r := range out {
		bad := unicode.IsControl(r) && r != '\n' || unicode.Is(unicode.Bidi_Control, r)
		if r == utf8.RuneError {
			_, size := utf8.DecodeRuneInString(out[i:])
			bad = size == 1
		}
		if bad {
			t.Errorf("%s prints %q in %q", what, r, out[max(0, i-40):min(len(out), i+40)])
			return
		}
	}
}

// R9 with somebody who means it: a hostile device has the address and port of the
// one that is written to, shows another key, and says that it accepts. Nothing
// reaches it.
func TestR09HostileAtTheAddress(t *testing.T) {
	t.Parallel()
	faultbench.Random(t)
	lan, ledger := faultbench.NewLAN(t, "anna", "bert", "mallory"), faultbench.NewLedger()
	c := &couple{t: t, lan: lan, ledger: ledger}
	c.a = faultbench.NewDevice(t, lan, ledger, "anna", "")
	c.b = faultbench.NewDevice(t, lan, ledger, "bert", "")
	for _, h := range []string{"anna", "bert", "mallory"} {
		lan.OnlyIPv4(h)
	}
	c.start(c.a, c.b)
	faultbench.Befriend(c.a, c.b)
	for range scale(1, 10) {
		c.b.Stop()
		lan.SwapAddrs("bert", "mallory")
		before := wrongKeys(t, c.a)
		impostor := startAttack(t, lan, "mallory", hostile.Plan{
			Targets: []string{netip.AddrPortFrom(lan.Addr("anna"), port).String()}, From: []netip.Addr{lan.Addr("mallory")},
			Impersonate: true, ImpostorPort: port,
		})
		writing := background(t, func(ctx context.Context) error { return c.a.Write(ctx, c.b, 20, 0) })
		faultbench.WaitFor(t, "a line in the log about the wrong key", func() bool { return wrongKeys(t, c.a) > before })
		writing.finish()
		if r := impostor.end(); len(r.Reached) > 0 {
			t.Errorf("reached the impostor: %v", r.Reached)
		}
		lan.SwapAddrs("bert", "mallory") // or the next impostor were where anna never dialled
		began := time.Now()
		c.start(c.b)
		faultbench.Settle(t, c.a)
		within(t, "delivered since bert is back", time.Since(began), foundAgain)
	}
	faultbench.Verify(t, ledger, c.a, c.b)
}
