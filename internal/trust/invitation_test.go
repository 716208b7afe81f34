package trust

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"earshot/internal/identity"
)

func invitation(addrs ...string) Invitation {
	v := Invitation{ID: device(1), Token: Token{1, 2, 3, 250}}
	for _, a := range addrs {
		v.Addrs = append(v.Addrs, netip.MustParseAddrPort(a))
	}
	return v
}

func TestInvitation(t *testing.T) {
	v := invitation("192.168.1.5:7342", "[fd00::12]:7342")
	link := v.String()
	const want = "earshot://pair/1/AEAQCAIBAEAQCAAI"
	if !strings.HasPrefix(link, want) || !strings.HasSuffix(link, "/7342/192.168.1.5+FD00::12") || len(link) > 160 {
		t.Errorf("link %q", link)
	}
	for _, text := range []string{link, strings.ToLower(link), strings.ToUpper(link), "  " + link + "\r\n"} {
		got, err := ParseInvitation(text)
		if err != nil || got.ID != v.ID || got.Token != v.Token || fmt.Sprint(got.Addrs) != fmt.Sprint(v.Addrs) {
			t.Errorf("%q read as %v, %v", text, got.Addrs, err)
		}
	}
}

func TestInvitationNamesFewAddresses(t *testing.T) {
	v := invitation("10.0.0.1:7342", "10.0.0.2:7343", "[fe80::1%eth0]:7342", "10.0.0.3:7342", "10.0.0.4:7342", "10.0.0.5:7342", "10.0.0.6:7342")
	got, err := ParseInvitation(v.String())
	if err != nil {
		t.Fatal(err)
	}
	const want = "[10.0.0.1:7342 10.0.0.3:7342 10.0.0.4:7342 10.0.0.5:7342]"
	if fmt.Sprint(got.Addrs) != want {
		t.Errorf("addresses %v, want %s", got.Addrs, want)
	}
}

func TestParseInvitationRefuses(t *testing.T) {
	good := invitation("192.168.1.5:7342").String()
	id := strings.ReplaceAll(device(1).String(), "-", "")
	with := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("%q is not in %q", old, good)
		}
		return strings.Replace(good, old, new, 1)
	}
	for name, text := range map[string]string{
		"empty":             "",
		"another scheme":    with("earshot:", "http:"),
		"another host":      with("//pair/", "//evil/"),
		"another version":   with("/1/", "/2/"),
		"part missing":      good[:strings.LastIndex(good, "/")],
		"part too many":     good + "/x",
		"damaged ID":        with(id[:4], "BBBB"),
		"short ID":          with(id, id[:8]),
		"short token":       with("/AEBAH", "/AEBA"),
		"port 0":            with("/7342/", "/0/"),
		"system port":       with("/7342/", "/22/"),
		"port too high":     with("/7342/", "/70000/"),
		"second spelling":   with("/7342/", "/07342/"),
		"no address":        with("192.168.1.5", ""),
		"host name":         with("192.168.1.5", "EVIL.EXAMPLE"),
		"multicast":         with("192.168.1.5", "224.0.0.251"),
		"unspecified":       with("192.168.1.5", "0.0.0.0"),
		"zone":              with("192.168.1.5", "FE80::1%ETH0"),
		"five addresses":    with("192.168.1.5", "1.1.1.1+1.1.1.2+1.1.1.3+1.1.1.4+1.1.1.5"),
		"too long":          good + strings.Repeat(" ", MaxInviteBytes) + "x",
		"control character": with("/7342/", "/7342\x1b/"),
	} {
		v, err := ParseInvitation(text)
		if !errors.Is(err, ErrNotInvitation) {
			t.Errorf("%s: read as %v, %v", name, v, err)
		}
		if err != nil && strings.Contains(err.Error(), "AEBAH") {
			t.Errorf("%s: the error holds the secret: %v", name, err)
		}
	}
}

func TestTokenIsNotPrinted(t *testing.T) {
	v := invitation("192.168.1.5:7342")
	for _, verb := range []string{"%v", "%s", "%+v"} {
		if s := fmt.Sprintf(verb, v.Token); s != "" {
			t.Errorf("%s prints %q", verb, s)
		}
	}
}

func TestProofBindsTheLink(t *testing.T) {
	e, token := linkOf(3), NewToken()
	other, swapped := e, e
	other.Exporter[0] ^= 1
	swapped.Initiator, swapped.Responder = e.Responder, e.Initiator
	if Equal(token.Proof(e), token.Proof(other)) || Equal(token.Proof(e), token.Proof(swapped)) || Equal(token.Proof(e), NewToken().Proof(e)) ||
		Equal(token.Proof(e), token.Answer(e)) {
		t.Error("a proof fits another link, another token or another direction")
	}
}

// Before trust. FuzzParseInvitation states that every text that is read is one
// that String writes, but for its case.
func FuzzParseInvitation(f *testing.F) {
	f.Add(invitation("192.168.1.5:7342", "[fd00::12]:7342").String())
	f.Add("earshot://pair/1/////")
	f.Add("EARSHOT://PAIR/1/" + strings.ReplaceAll(identity.DeviceID{}.String(), "-", "") + "/A/1/1")
	f.Fuzz(func(t *testing.T, text string) {
		v, err := ParseInvitation(text)
		if err != nil {
			if !errors.Is(err, ErrNotInvitation) {
				t.Fatal(err)
			}
			return
		}
		if v.ID.IsZero() || len(v.Addrs) == 0 || len(v.Addrs) > MaxInviteAddrs {
			t.Fatalf("%q read as %v", text, v)
		}
		again, err := ParseInvitation(v.String())
		if err != nil || again.ID != v.ID || again.Token != v.Token || fmt.Sprint(again.Addrs) != fmt.Sprint(v.Addrs) {
			t.Fatalf("%q, written again as %q, is read as %v, %v", text, v.String(), again, err)
		}
	})
}
