package main

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/internal/messenger"
	"earshot/internal/qr"
	"earshot/internal/safetext"
	"earshot/internal/trust"
)

func invitation(addrs ...string) trust.Invitation {
	v := trust.Invitation{ID: deviceID("bert"), Token: trust.NewToken()}
	for _, a := range addrs {
		v.Addrs = append(v.Addrs, netip.MustParseAddrPort(a))
	}
	return v
}

func TestInvitationFitsTheScreen(t *testing.T) {
	for _, tt := range []struct {
		addrs []string
		named int
	}{
		{[]string{"10.0.0.1:7342"}, 1},
		{[]string{"192.168.100.101:54321", "192.168.100.102:54321", "192.168.100.103:54321", "192.168.100.104:54321"}, 3},
		{[]string{"192.168.1.20:7342", "172.17.0.1:7342", "10.211.55.2:7342", "192.168.122.1:7342"}, 3},
		{[]string{"[2001:db8:1234:5678:abcd:ef01:2345:6789]:54321"}, 1},
		{[]string{"192.168.1.20:7342", "[2001:db8:1234:5678:abcd:ef01:2345:6789]:7342", "[fd00::1]:7342"}, 1},
	} {
		link, code, err := fitInvitation(invitation(tt.addrs...).String())
		if err != nil {
			t.Fatal(err)
		}
		v, err := trust.ParseInvitation(link)
		if err != nil || v.ID != deviceID("bert") || len(v.Addrs) != tt.named || v.Addrs[0].String() != tt.addrs[0] {
			t.Errorf("%q: %+v, %v; want the first %d of %q", link, v, err, tt.named, tt.addrs)
		}
		const countdown = 1
		lines := strings.Split(beside(code, invitationWords("earshotctl")), "\n")
		if n := len(lines) - 1 + linesOf(link) + countdown; n > screenLines {
			t.Errorf("%d lines for %q", n, tt.addrs)
		}
		for _, l := range lines {
			l = strings.NewReplacer(blackOnWhite, "", plain, "").Replace(l)
			if safetext.Width(l) > screenColumns {
				t.Errorf("%d columns: %q", safetext.Width(l), l)
			}
		}
		modules, err := qr.Encode(strings.ToUpper(link))
		if err != nil || !slices.EqualFunc(drawnModules(code), modules, slices.Equal) {
			t.Errorf("what is drawn is not the code of %q: %v", link, err)
		}
	}
	if _, _, err := fitInvitation("earshot:"); !errors.Is(err, trust.ErrNotInvitation) {
		t.Errorf("no link: %v", err)
	}
}

// drawnModules reads a drawing back.
func drawnModules(lines []string) (modules [][]bool) {
	for _, l := range lines {
		var upper, lower []bool
		for _, r := range l {
			upper, lower = append(upper, r == '▀' || r == '█'), append(lower, r == '▄' || r == '█')
		}
		modules = append(modules, upper, lower)
	}
	n := len(modules[0])
	inner := modules[quietModules : n-quietModules]
	for i := range inner {
		inner[i] = inner[i][quietModules : n-quietModules]
	}
	return inner
}

// read is the stage of an invitation that was used.
func read(n *messenger.Pairing) {
	*n = messenger.Pairing{Serial: 3, Peer: deviceID("anna"), Name: "Anna", ByLink: true, Stage: messenger.PairConfirming}
}

func TestInvitationIsShownAndUsed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		link := invitation("10.0.0.1:7342", "10.0.0.2:7342").String()
		for _, flags := range [][]string{nil, {"--json"}} {
			f := newFake()
			f.pairs.invite = messenger.Invite{Link: link, Expires: time.Now().Add(trust.InviteLife)}
			f.pairs.then = func() {
				f.stage(func(n *messenger.Pairing) { // somebody else's
					*n = messenger.Pairing{Serial: 2, Peer: deviceID("x"), Stage: messenger.PairVerified}
				})
				time.AfterFunc(time.Minute, func() {
					f.stage(read)
					f.stage(at(messenger.PairVerified))
				})
			}
			out, errs, code := f.call(t, "", append([]string{"pair", "--qr"}, flags...)...)
			lines := strings.Split(out, "\n")
			first, last := link, "Anna ("+deviceID("anna").Short()+") is verified."
			if flags != nil {
				first, last = `{"link":"`+link+`","expires":"`, `{"stage":"verified","name":"Anna",`
			}
			if code != exitDone || !strings.HasPrefix(lines[0], first) || !strings.HasPrefix(lines[len(lines)-2], last) || f.opened[0].offline {
				t.Errorf("exit %d\n%s%s", code, out, errs)
			}
		}
	})
}

func TestInvitationEnds(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := newFake()
		f.pairs.invite = messenger.Invite{Link: invitation("10.0.0.1:7342").String(), Expires: time.Now().Add(trust.InviteLife)}
		if _, errs, code := f.call(t, "", "pair", "--qr"); code != exitFailed || !strings.Contains(errs, "nobody used the link in time") {
			t.Errorf("unused: exit %d, %q", code, errs)
		}
		f.pairs.failed = messenger.ErrUnreachable
		if _, errs, code := f.call(t, "", "pair", "--qr"); code != exitFailed || !strings.Contains(errs, "on no network") {
			t.Errorf("offline: exit %d, %q", code, errs)
		}
	})
	bubble(t, func(t *testing.T) {
		f := newFake()
		f.pairs.invite = messenger.Invite{Link: invitation("10.0.0.1:7342").String(), Expires: time.Now().Add(trust.InviteLife)}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		p := &program{stdio: stdio{out: io.Discard}}
		s, err := p.newPairSession(ctx, f)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.showInvitation(ctx); !errors.Is(err, errTakenBack) || strings.Join(f.did, ",") != "invite,end invite" {
			t.Errorf("interrupted: %v, did %q", err, f.did)
		}
	})
}

func TestPairByLink(t *testing.T) { bubble(t, testPairByLink) }

func testPairByLink(t *testing.T) {
	link := invitation("10.0.0.1:7342").String()
	short := deviceID("bert").Short()
	var asked strings.Builder
	terminal := func(answer string) func() (io.ReadCloser, error) {
		return func() (io.ReadCloser, error) {
			asked.WriteString("opened ")
			return io.NopCloser(strings.NewReader(answer)), nil
		}
	}
	for _, tt := range []struct {
		name     string
		in       string
		flags    string
		terminal func() (io.ReadCloser, error)
		fails    error
		code     int
		did      string
		says     string
	}{
		{name: "yes", in: link + "\n", terminal: terminal("y\n"), did: "read link,pair by link " + short, says: "Pair with Bert (" + short + ")? "},
		{name: "no line end", in: " " + strings.ToLower(link), terminal: terminal("YES\r\n"), did: "read link,pair by link " + short, says: "is verified."},
		{name: "no", in: link, terminal: terminal("n\n"), code: exitFailed, did: "read link", says: "nothing was done"},
		{name: "silence", in: link, terminal: terminal("y"), code: exitFailed, did: "read link", says: "nothing was done"},
		{name: "in a script", in: link, flags: "--yes", did: "pair by link " + short, says: "is verified."},
		{name: "no terminal", in: link, terminal: func() (io.ReadCloser, error) { return nil, io.EOF }, code: exitUsage, says: "say --yes"},
		{name: "nothing", terminal: terminal("y\n"), code: exitFailed, says: "no link came"},
		{name: "a text", in: "hello\n", flags: "--yes", code: exitFailed, says: "not an Earshot pairing link"},
		{name: "too long", in: link + strings.Repeat("A", 4096), flags: "--yes", code: exitFailed, says: "not an Earshot pairing link"},
		{name: "blocked", in: link, terminal: terminal("y\n"), fails: messenger.ErrBlocked, code: exitFailed, did: "read link", says: short + " is blocked here"},
		{name: "busy", in: link, flags: "--yes", fails: messenger.ErrPairBusy, code: exitFailed, did: "pair by link " + short, says: "earshotctl pair shows it"},
	} {
		f := newFake()
		f.terminal = tt.terminal
		f.pairs.read = messenger.Invited{ID: deviceID("bert"), Name: "Bert"}
		f.pairs.failed = tt.fails
		f.pairs.then = func() { f.stage(at(messenger.PairVerified)) }
		out, errs, code := f.call(t, tt.in, append([]string{"pair", "-"}, strings.Fields(tt.flags)...)...)
		if code != tt.code || strings.Join(f.did, ",") != tt.did || !strings.Contains(out+errs, tt.says) {
			t.Errorf("%s: exit %d, did %q, %s%s", tt.name, code, f.did, out, errs)
		}
		if _, secret, _ := strings.Cut(link, short); strings.Contains(out+errs, secret) {
			t.Errorf("%s: the secret was printed: %s%s", tt.name, out, errs)
		}
		if strings.Contains(strings.Join(f.did, ","), "read") && !f.opened[0].offline {
			t.Errorf("%s: on the network before a person said yes", tt.name)
		}
	}
}
