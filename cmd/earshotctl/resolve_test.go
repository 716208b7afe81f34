package main

import (
	"strings"
	"testing"

	"earshot/internal/identity"
	"earshot/internal/trust"
)

func TestMatch(t *testing.T) {
	anna, bob, stranger := deviceID("anna"), deviceID("bob"), deviceID("stranger")
	// twin has the first eight characters of bob and differs after them.
	twin := bob
	twin[31] ^= 1
	mallory := deviceID("mallory")
	all := []target{
		{anna, "Anna", true, false}, {bob, "Bob", true, false}, {stranger, "Carol", false, false},
		{deviceID("d1"), "Dora", true, false}, {deviceID("d2"), "DORA", true, false},
		{mallory, anna.Short(), true, false},
		{deviceID("n"), "Zoe\u0308", true, false},
	}
	tests := []struct {
		peer string
		want identity.DeviceID
		code int
		says string
	}{
		{peer: "anna", want: anna},
		{peer: "ANNA", want: anna},
		{peer: " Bob ", want: bob},
		{peer: "Zoë", want: deviceID("n")},
		{peer: bob.Short(), want: bob},
		{peer: strings.ToLower(bob.Short()[:4]), want: bob},
		{peer: bob.String(), want: bob},
		{peer: strings.ReplaceAll(bob.String(), "-", ""), want: bob},
		{peer: bob.String()[:20], want: bob},
		{peer: stranger.Short(), want: stranger},
		{peer: "Carol", code: exitNotFound, says: stranger.Short()},
		{peer: "dora", code: exitFailed, says: deviceID("d1").Short()},
		{peer: "dora", code: exitFailed, says: deviceID("d2").Short()},
		{peer: anna.Short(), code: exitFailed, says: mallory.Short()},
		{peer: bob.Short()[:3], code: exitNotFound, says: "peers lists"},
		{peer: "Nobody", code: exitNotFound, says: "peers lists"},
		{peer: "", code: exitNotFound, says: "peers lists"},
		{peer: deviceID("unknown").String(), code: exitNotFound, says: "peers lists"},
	}
	for _, tt := range tests {
		got, err := match(tt.peer, all)
		code := exitDone
		if err != nil {
			code = exitCode(err)
		}
		if got.id != tt.want || code != tt.code || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("match(%q) = %s, %v (exit %d); want %s, exit %d, %q", tt.peer, got.id.Short(), err, code, tt.want.Short(), tt.code, tt.says)
		}
	}
	_, err := match(bob.Short(), append(all, target{twin, "Bob's twin", false, false}))
	if err == nil || !strings.Contains(err.Error(), twin.String()) || !strings.Contains(err.Error(), bob.String()) {
		t.Errorf("one short ID for two devices: %v; want both full IDs", err)
	}
}

// A contact's name is found although a stranger took an ID that begins so.
func TestMatchNameBeatsPrefix(t *testing.T) {
	stranger := deviceID("stranger")
	contact := target{deviceID("c"), stranger.Short()[:5], true, false}
	if got, err := match(contact.name, []target{{stranger, "x", false, false}, contact}); err != nil || got != contact {
		t.Errorf("match = %v, %v", got, err)
	}
}

func TestAddressIsNeverAName(t *testing.T) {
	f := newFake(peer("127.0.0.1:7000", deviceID("mallory"), trust.Accepted))
	if _, errs, code := f.call(t, "", "send", "127.0.0.1:7000", "hi"); code != exitFailed || len(f.added) > 0 {
		t.Errorf("exit %d, dialled %q: %s", code, f.added, errs)
	}
	f = newFake(peer("Anna", deviceID("anna"), trust.Accepted))
	if _, errs, code := f.call(t, "", "send", "127.0.0.1:7000", "hi", "--wait", "0"); code != exitKept || len(f.added) != 1 || f.opened[0].offline {
		t.Errorf("exit %d, dialled %q: %s", code, f.added, errs)
	}
}

// A contact that calls itself by the ID of this device is not meant by it.
func TestOwnIDIsNeverAName(t *testing.T) {
	f := newFake(peer("Anna", deviceID("anna"), trust.Accepted))
	for _, name := range []string{f.self.ID.Short(), f.self.ID.String()[:20]} {
		f.peers[0].Name = name
		if out, errs, code := f.call(t, "", "send", name, "hi", "--wait", "0"); code != exitFailed || !strings.Contains(errs, "this device itself") {
			t.Errorf("send %s: exit %d, %q", name, code, out+errs)
		}
		if _, errs, code := f.call(t, "", "history", deviceID("anna").Short()); code != exitDone {
			t.Errorf("by its own ID: exit %d, %s", code, errs)
		}
	}
}

func TestIsAddress(t *testing.T) {
	for s, want := range map[string]bool{
		"host:7342": true, "10.0.0.1:1": true, "[fe80::1%eth0]:7342": true, "localhost:65535": true,
		"host": false, "host:": false, ":7342": false, "host:0": false, "host:65536": false, "host:http": false, "fe80::1": false, "Anna": false,
	} {
		if got := isAddress(s); got != want {
			t.Errorf("isAddress(%q) = %v, want %v", s, got, want)
		}
	}
}
