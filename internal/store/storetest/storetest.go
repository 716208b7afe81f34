// Package storetest tests that a store keeps the promises of package store. The
// tests of package store run it, and whoever wraps or replaces the store can.
package storetest

import (
	"crypto/sha256"
	"fmt"
	"os"
	"testing"
	"time"

	"earshot/internal/identity"
	"earshot/internal/msgid"
	"earshot/internal/store"
)

// Open opens the store of the device Self in dir, closes it at the end of t at
// the latest, and fails t if it cannot.
type Open func(t testing.TB, dir string) *store.DB

// Self is the device that the stores of the suite belong to.
var Self = Device("self")

// Device returns the device ID that goes with a name.
func Device(name string) identity.DeviceID { return sha256.Sum256([]byte(name)) }

// Run runs the suite. The test that calls it is run again in child processes,
// which are killed; it must do nothing else that matters before Run.
func Run(t *testing.T, open func(t testing.TB, dir string) *store.DB) {
	for _, c := range []struct {
		name string
		test func(*testing.T, Open)
	}{
		{"Settings", testSettings},
		{"Contacts", testContacts},
		{"Addresses", testAddresses},
		{"Enqueue", testEnqueue},
		{"EnqueueRefuses", testEnqueueRefuses},
		{"Acked", testAcked},
		{"Waiting", testWaiting},
		{"Pending", testPending},
		{"OwnHistory", testOwnHistory},
		{"NewEpoch", testNewEpoch},
		{"Receive", testReceive},
		{"ReceiveAgain", testReceiveAgain},
		{"ReceiveOrder", testReceiveOrder},
		{"ReceiveBytes", testReceiveBytes},
		{"ReceiveRefuses", testReceiveRefuses},
		{"Gone", testGone},
		{"History", testHistory},
		{"Conversations", testConversations},
		{"OwnChanges", testOwnChanges},
		{"ChangeRefuses", testChangeRefuses},
		{"TakenBack", testTakenBack},
		{"ChangesInAnyOrder", testChangesInAnyOrder},
		{"Quotes", testQuotes},
		{"Cancel", testCancel},
		{"Remove", testRemove},
		{"Clear", testClear},
		{"Forget", testForget},
		{"Nick", testNick},
		{"Unblock", testUnblock},
		{"DropContact", testDropContact},
		{"Replace", testReplace},
		{"ReplaceAfterHalfADrop", testReplaceAfterHalfADrop},
		{"ReplaceOutbox", testReplaceOutbox},
		{"ReplaceSameIDs", testReplaceSameIDs},
		{"ReplaceRefuses", testReplaceRefuses},
		{"ReplaceModel", testReplaceModel},
		{"Notices", testNotices},
		{"PagesBothWays", testPagesBothWays},
		{"Receipts", testReceipts},
		{"Requests", testRequests},
		{"RequestLimits", testRequestLimits},
		{"RequestFlood", testRequestFlood},
		{"Accept", testAccept},
		{"TakeIn", testTakeIn},
		{"RemovedRequest", testRemovedRequest},
		{"Closed", testClosed},
		{"Cancelled", testCancelled},
		{"TwoHandles", testTwoHandles},
		{"ReceiveModel", testReceiveModel},
		{"SendModel", testSendModel},
		{"TwoProcesses", testTwoProcesses},
		{"Kill", testKill},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open) })
	}
}

// long reports whether the long forms of the tests are wanted.
func long() bool { return os.Getenv("EARSHOT_LONG") != "" }

// epochTime is a moment that the suite counts from. It is near enough to the
// wall clock of the store for requests to be alive.
var epochTime = time.Now().Truncate(time.Millisecond)

func at(seconds int) time.Time { return epochTime.Add(time.Duration(seconds) * time.Second) }

// hlc is the clock value of a moment.
func hlc(t time.Time) uint64 { return uint64(t.UnixMilli()) << 16 }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ok returns v unless there was an error.
func ok[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		must(t, err)
		return v
	}
}

func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

func equalList[T comparable](t testing.TB, what string, got, want []T) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: got %d of them, want %d:\n%v\n%v", what, len(got), len(want), got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("%s: item %d: got %v, want %v", what, i, got[i], want[i])
		}
	}
}

func texts(ms []store.Message) []string {
	out := []string{}
	for _, m := range ms {
		out = append(out, m.Text)
	}
	return out
}

func ids(ms []store.Message) []msgid.ID {
	out := []msgid.ID{}
	for _, m := range ms {
		out = append(out, m.ID)
	}
	return out
}

// written is a message that a person writes at a moment.
func written(peer identity.DeviceID, text string, when time.Time) store.NewMessage {
	return store.NewMessage{ID: msgid.New(when), Peer: peer, Text: text, HLC: hlc(when), At: when}
}

// incoming is a message that comes when it was written.
func incoming(peer identity.DeviceID, epoch, seq uint64, text string, when time.Time) store.Incoming {
	return store.Incoming{Peer: peer, ID: msgid.New(when), Epoch: epoch, Seq: seq, HLC: hlc(when), Clamped: hlc(when),
		Text: text, SentAt: when, At: when}
}

// request is a first text of a stranger.
func request(peer identity.DeviceID, text string) store.Request {
	return store.Request{ID: msgid.New(at(0)), Peer: peer, Name: "Name of " + peer.Short(), Kind: "laptop", Text: text,
		HLC: hlc(at(0)), SentAt: at(0), At: at(0)}
}

func name(format string, args ...any) identity.DeviceID { return Device(fmt.Sprintf(format, args...)) }
