package hostile_test

import (
	"bytes"
	"io"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/internal/hostile"
	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/trust"
)

// nonce is a new one of a server name.
func nonce() (n [16]byte) {
	b := hostile.NewBlock()
	copy(n[:], b[:])
	return n
}

// TestHiddenDeviceShowsNothing: without the right name in SNI nothing that is sent to a
// device that hides brings a byte back, and it shows neither certificate nor event. With
// it a contact is greeted, and a stranger or a blocked device is not.
func TestHiddenDeviceShowsNothing(t *testing.T) {
	t.Parallel()
	friend, blocked := hostile.NewKey(), hostile.NewKey()
	v := newVictim(t, map[hostile.ID]trust.Level{friend.ID: trust.Accepted, blocked.ID: trust.Blocked})
	self, err := v.e.Self(t.Context())
	if err == nil {
		err = v.e.SetSetting(t.Context(), messenger.SettingVisibility, messenger.VisibleContacts)
	}
	if err != nil {
		t.Fatal(err)
	}
	id := hostile.ID(self.ID)
	v.news()
	before := v.dump()
	v.staysSilent()
	used := nonce()
	first, err := hostile.DialNamed(t.Context(), v.addr, hostile.ServerName(id, used), friend)
	if err != nil {
		t.Fatalf("the protocol's server name is not the program's: %v", err)
	}
	if _, err := first.Greet(hostile.HelloFields("friend", 1, false)); err != nil {
		t.Errorf("a contact is not greeted: %v", err)
	}
	v.online(friend, messenger.EventPeerFound)
	first.Close()
	v.online(friend, messenger.EventPeerLost)
	v.showsNothing(id, used, friend)
	for what, key := range map[string]*hostile.Key{"a stranger": hostile.NewKey(), "a blocked device": blocked} {
		l, err := hostile.DialNamed(t.Context(), v.addr, hostile.ServerName(id, nonce()), key)
		if err != nil {
			t.Errorf("%s that knows the ID: %v", what, err)
			continue
		}
		_ = l.Send(hostile.Hello, hostile.HelloFields("x", 1, true)...) // it may have hung up
		if answers, err := l.Ended(); err != nil || len(answers) > 0 {
			t.Errorf("%s is answered %v, %v", what, answers, err)
		}
		l.Close()
	}
	for _, table := range changed(before, v.dump()) {
		if table != "contact" { // what the friend said in Hello
			t.Errorf("the store is another one: %s", table)
		}
	}
}

// staysSilent connects and sends everything but TLS.
func (v *victim) staysSilent() {
	v.t.Helper()
	var all sync.WaitGroup
	for name, sent := range map[string][]byte{
		"nothing":          nil,
		"HTTP":             []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
		"SSH":              []byte("SSH-2.0-x\r\n"),
		"a TLS alert":      {21, 3, 3, 0, 2, 2, 40},
		"an empty record":  {22, 3, 1, 0, 0},
		"an endless hello": {22, 3, 1, 0x40, 0, 1, 0xff, 0xff, 0xff},
		"SSL 2":            {0x80, 0x2e, 1, 0, 2, 0, 0x15},
		"zeros":            make([]byte, 100_000),
		"frames":           bytes.Repeat(hostile.Encode(hostile.Ping, nil), 100),
	} {
		all.Go(func() {
			raw, err := hostile.Connect(v.t.Context(), netip.Addr{}, v.addr)
			if err != nil {
				v.t.Error(err)
				return
			}
			defer raw.Close()
			_, _ = raw.Write(sent) // it may hang up in the middle
			_ = raw.SetReadDeadline(time.Now().Add(hostile.Patience))
			if got, _ := io.ReadAll(raw); len(got) > 0 {
				v.t.Errorf("%s is answered %x", name, got)
			}
		})
	}
	all.Wait()
}

// showsNothing dials with every name but the right one.
func (v *victim) showsNothing(id hostile.ID, used [16]byte, friend *hostile.Key) {
	v.t.Helper()
	good := hostile.ServerName(id, nonce())
	label, proof, _ := strings.Cut(good, ".")
	for what, name := range map[string]string{
		"no name":          "",
		"any name":         "example.com",
		"another device":   hostile.ServerName(hostile.NewKey().ID, nonce()),
		"a used nonce":     hostile.ServerName(id, used),
		"capitals":         strings.ToUpper(good),
		"half a proof":     label + "." + proof[:13],
		"no proof":         label,
		"a longer name":    good + ".local",
		"two proofs":       good + "." + proof,
		"another proof":    label + "." + hostile.ServerName(id, nonce())[27:],
		"a name of 60":     strings.Repeat("a", 60),
		"a name of 250":    strings.Repeat(strings.Repeat("a", 49)+".", 5) + "a",
		"the ID, no nonce": identity.DeviceID(id).String(),
	} {
		for _, key := range []*hostile.Key{hostile.NewKey(), friend} {
			if l, err := hostile.DialNamed(v.t.Context(), v.addr, name, key); err == nil {
				l.Close()
				v.t.Errorf("with %s it shows its certificate", what)
			}
		}
	}
}
