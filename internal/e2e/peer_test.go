package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// peerProgram is the device that was written from docs/PROTOCOL.md alone.
const peerProgram = "../../docs/examples/peer.py"

func TestPeerIsShort(t *testing.T) {
	const limit = 200 // lines: it must be read in one go
	source, err := os.ReadFile(filepath.FromSlash(peerProgram))
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(source, []byte("\n")); n >= limit {
		t.Errorf("%s has %d lines, want fewer than %d", peerProgram, n, limit)
	}
}

// TestPeerTalks shows that docs/PROTOCOL.md is enough to write a device: the
// example asks a real one, is allowed, sends, is answered and leaves.
func TestPeerTalks(t *testing.T) {
	need(t, "python3", "openssl")
	home := t.TempDir()
	cmd := exec.Command(earshotctl(t), "--json", "run")
	cmd.Env = deviceEnv(home)
	device := start(t, cmd)
	self := device.event("ready")

	const first, answer = "May I? 你好 👋\n\x1b[2J", "Come in.\nمرحبا"
	peer := start(t, exec.Command("python3", filepath.FromSlash(peerProgram),
		"--name", "Example", "--dir", t.TempDir(), fmt.Sprintf("127.0.0.1:%d", self.Port), first))
	me := peer.line("me ")
	if seen := peer.line("connected to "); seen != self.ID {
		t.Fatalf("the example is connected to %s, the device is %s", seen, self.ID)
	}
	firstID := peer.line("asked ")

	request := device.event("request")
	if request.From != me || request.Text != first || request.ID != firstID || request.Name != "Example" {
		t.Fatalf("request %+v, want %q with ID %s from %s", request, first, firstID, me)
	}
	if got := ctl(t, home, "allow", request.ShortID); len(got) != 1 || got[0].ID != me || got[0].Level != "accepted" {
		t.Fatalf("allow said %+v", got)
	}
	peer.line("accepted")
	peer.line("sent " + firstID) // as Msg, with the ID of the Request
	secondID := peer.line("sent ")
	if stored := []string{peer.line("stored "), peer.line("stored ")}; !slices.Contains(stored, firstID) || !slices.Contains(stored, secondID) {
		t.Fatalf("acknowledged are %q, sent were %s and %s", stored, firstID, secondID)
	}
	got := ctl(t, home, "send", request.ShortID, answer, "--wait", patience.String())
	if len(got) != 1 || got[0].State != "delivered" {
		t.Fatalf("send said %+v", got)
	}
	var text string
	if err := json.Unmarshal([]byte(peer.line("received "+got[0].ID+" ")), &text); err != nil || text != answer {
		t.Errorf("the example received %q, %v; want %q", text, err, answer)
	}
	peer.end()
	checkHistory(t, home, request.ShortID, []object{
		{ID: firstID, From: me, To: self.ID, Text: first, State: "received"},
		{ID: secondID, From: me, To: self.ID, State: "received"},
		{ID: got[0].ID, From: self.ID, To: me, Text: answer, State: "delivered"},
	})
}

// checkHistory compares the conversation with a peer, oldest message first. A
// text that is not given may be any but an empty one.
func checkHistory(t *testing.T, home, peer string, want []object) {
	t.Helper()
	got := ctl(t, home, "history", peer)
	if len(got) != len(want) {
		t.Fatalf("the history holds %d messages, want %d: %+v", len(got), len(want), got)
	}
	for i, m := range got {
		if want[i].Text == "" && m.Text != "" {
			want[i].Text = m.Text
		}
		if m != want[i] {
			t.Errorf("message %d of the history is %+v, want %+v", i, m, want[i])
		}
	}
}
