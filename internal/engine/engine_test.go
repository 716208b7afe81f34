package engine

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"earshot/internal/identity"
	"earshot/internal/messenger"
)

// patience is how long a test waits for what must happen; it passes at once
// when it does.
const patience = 20 * time.Second

func TestMain(m *testing.M) {
	os.Setenv(LoopbackEnv, "1")
	os.Exit(m.Run())
}

// device opens a home folder and runs it until the test or stop ends it.
func device(t *testing.T, home string) (e *Engine, stop func()) {
	t.Helper()
	e, err := Open(t.Context(), Options{Home: home})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	ended := false
	stop = func() {
		if ended {
			return
		}
		ended = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
		if err := e.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	t.Cleanup(stop)
	select {
	case <-e.Ready():
	case <-time.After(patience):
		t.Fatal("not ready")
	}
	return e, stop
}

// until waits for an event for which ok is true.
func until(t *testing.T, events <-chan messenger.Event, what string, ok func(messenger.Event) bool) messenger.Event {
	t.Helper()
	limit := time.After(patience)
	for {
		select {
		case e, open := <-events:
			if !open {
				t.Fatalf("events ended before %s", what)
			}
			if ok(e) {
				return e
			}
		case <-limit:
			t.Fatalf("no %s within %v", what, patience)
		}
	}
}

func subscribe(t *testing.T, e *Engine) <-chan messenger.Event {
	t.Helper()
	events, err := e.Subscribe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return events
}

func address(t *testing.T, e *Engine) string {
	t.Helper()
	self, err := e.Self(t.Context())
	if err != nil || len(self.Addresses) != 1 {
		t.Fatalf("Self: %+v, %v", self, err)
	}
	return self.Addresses[0].String()
}

func TestTwoDevicesTalk(t *testing.T) {
	a, _ := device(t, t.TempDir())
	b, _ := device(t, t.TempDir())
	atA, atB := subscribe(t, a), subscribe(t, b)
	bob, err := a.Add(t.Context(), address(t, b))
	if err != nil {
		t.Fatal(err)
	}
	sent, err := a.Send(t.Context(), messenger.Outgoing{To: bob.ID, Text: "hello"})
	if err != nil {
		t.Fatal(err)
	}
	r := until(t, atB, "request", func(e messenger.Event) bool { return e.Kind == messenger.EventRequest })
	if r.Request.Text != "hello" {
		t.Errorf("request %+v", r.Request)
	}
	if err := b.Allow(t.Context(), r.Request.Peer); err != nil {
		t.Fatal(err)
	}
	until(t, atA, "delivery", func(e messenger.Event) bool {
		return e.Kind == messenger.EventState && e.Message.ID == sent.ID && e.Message.State == messenger.Delivered
	})
	if _, err := b.Send(t.Context(), messenger.Outgoing{To: r.Request.Peer, Text: "hi"}); err != nil {
		t.Fatal(err)
	}
	until(t, atA, "answer", func(e messenger.Event) bool { return e.Kind == messenger.EventMessage && e.Message.Text == "hi" })
}

func TestSecondProcessWorksThroughTheOwnerAndTakesOver(t *testing.T) {
	home := t.TempDir()
	first, stopFirst := device(t, home)
	second, _ := device(t, home)
	if b, _ := first.backend(t.Context()); b.owner == nil {
		t.Fatal("the first is not the owner")
	}
	if b, _ := second.backend(t.Context()); b.owner != nil {
		t.Fatal("one home folder has two owners")
	}
	events := subscribe(t, second)
	var stranger identity.DeviceID
	stranger[0] = 1
	msg, err := second.Send(t.Context(), messenger.Outgoing{To: stranger, Text: "through the owner"})
	if err != nil {
		t.Fatal(err)
	}
	until(t, events, "the message", func(e messenger.Event) bool {
		return e.Kind == messenger.EventMessage && e.Message.ID == msg.ID
	})
	if h, err := first.History(t.Context(), messenger.Page{Peer: stranger}); err != nil || len(h) != 1 || h[0].Text != "through the owner" {
		t.Errorf("the owner has %+v, %v", h, err)
	}
	if _, err := second.Send(t.Context(), messenger.Outgoing{To: stranger}); !errors.Is(err, messenger.ErrEmptyText) {
		t.Errorf("an error does not keep its identity through the socket: %v", err)
	}

	stopFirst()
	until(t, events, "the change of owner", func(e messenger.Event) bool { return e.Kind == messenger.EventLagged })
	if b, err := second.backend(t.Context()); err != nil || b.owner == nil {
		t.Fatalf("the second did not take over: %v", err)
	}
	again, err := second.Send(t.Context(), messenger.Outgoing{ID: msg.ID, To: stranger, Text: "through the owner"})
	if err != nil || again.ID != msg.ID {
		t.Errorf("a repeated call: %+v, %v", again, err)
	}
	if h, _ := second.History(t.Context(), messenger.Page{Peer: stranger}); len(h) != 1 {
		t.Errorf("%d messages after a repeated call", len(h))
	}
}

func TestRestartHasTheSamePortAndIdentity(t *testing.T) {
	home := t.TempDir()
	e, stop := device(t, home)
	addr, self := address(t, e), must(e.Self(t.Context()))
	stop()
	e, _ = device(t, home)
	if got := address(t, e); got != addr {
		t.Errorf("restarted at %s, was at %s", got, addr)
	}
	if got := must(e.Self(t.Context())); got.ID != self.ID {
		t.Error("restarted as another device")
	}
}

func TestTakenPortIsNoObstacle(t *testing.T) {
	home := t.TempDir()
	e, stop := device(t, home)
	addr := address(t, e)
	stop()
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	e, _ = device(t, home)
	if got := address(t, e); got == addr {
		t.Errorf("listens on a taken port %s", got)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestHomeFolderIsPrivate(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	_, stop := device(t, home)
	defer stop()
	err := filepath.WalkDir(home, func(p string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", p, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestReadableKeyIsRefused(t *testing.T) {
	home := t.TempDir()
	_, stop := device(t, home)
	stop()
	if err := os.Chmod(filepath.Join(home, identity.KeyFile), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), Options{Home: home}); !errors.Is(err, identity.ErrKeyReadable) {
		t.Errorf("Open: %v", err)
	}
}

func TestOfflineOwnerStaysOffTheNetwork(t *testing.T) {
	e, err := Open(t.Context(), Options{Home: t.TempDir(), Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if self := must(e.Self(t.Context())); self.Port != 0 || len(self.Addresses) != 0 {
		t.Errorf("offline and reachable: %+v", self)
	}
	if _, err := e.Add(t.Context(), "127.0.0.1:1"); !errors.Is(err, messenger.ErrUnreachable) {
		t.Errorf("Add while offline: %v", err)
	}
}

func TestCallsAfterClose(t *testing.T) {
	e, err := Open(t.Context(), Options{Home: t.TempDir(), Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Self(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("Self after Close: %v", err)
	}
}

func TestDamagedPortSetting(t *testing.T) {
	home := t.TempDir()
	for _, bad := range []string{"x", "-1", "70000", ""} {
		e, stop := device(t, home)
		if !strings.HasPrefix(address(t, e), "127.0.0.1:") {
			t.Errorf("not reachable")
		}
		if err := must(e.backend(t.Context())).owner.db.SetSetting(t.Context(), settingPort, bad); err != nil {
			t.Fatal(err)
		}
		stop()
	}
	device(t, home)
}

func TestSocketPath(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("HOME", cache)
	short, err := socketPath("/home/a")
	if err != nil || short != filepath.Join("/home/a", socketFile) {
		t.Errorf("short home: %q, %v", short, err)
	}
	long, err := socketPath("/" + strings.Repeat("x", 200))
	if err != nil || len(long) > maxSocketPath || !strings.HasPrefix(long, cache) {
		t.Errorf("long home: %q, %v", long, err)
	}
	if other, _ := socketPath("/" + strings.Repeat("x", 201)); other == long {
		t.Error("two homes share a socket")
	}
	cache = filepath.Join(cache, strings.Repeat("y", 120))
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("HOME", cache)
	if _, err := socketPath("/" + strings.Repeat("x", 200)); err == nil {
		t.Error("a socket path that no system takes was returned")
	}
}

func TestFirstName(t *testing.T) {
	usual := deviceName()
	for system, want := range map[string]string{
		"": usual, " \u202e ": usual, strings.Repeat("👨‍👩‍👧‍👦", 40): usual,
		"Lena's Pixel 9": "Lena's Pixel 9", "  Büro\n東京 ": "Büro 東京",
	} {
		if got := firstName(system); got != want {
			t.Errorf("%q: %q, want %q", system, got, want)
		}
	}
	e, err := Open(t.Context(), Options{Home: t.TempDir(), Name: "Pixel", Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	if self, err := e.Self(t.Context()); err != nil || self.Name != "Pixel" {
		t.Errorf("%+v, %v", self, err)
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
}

func TestDefaultHome(t *testing.T) {
	t.Setenv(HomeEnv, "/somewhere")
	if got, err := DefaultHome(); err != nil || got != "/somewhere" {
		t.Errorf("%q, %v", got, err)
	}
}

// A subscription on which nothing happens holds nothing up.
func TestCloseWithAnIdleSubscription(t *testing.T) {
	home := t.TempDir()
	device(t, home)
	e, err := Open(t.Context(), Options{Home: home, Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	events := subscribe(t, e)
	closed := make(chan error, 1)
	go func() { closed <- e.Close() }()
	select {
	case err := <-closed:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Fatal("Close hangs while nothing happens")
	}
	if _, open := <-events; open {
		t.Error("the subscription is open after Close")
	}
}

func TestOnlyTheOwnerPutsTheLogAside(t *testing.T) {
	home := t.TempDir()
	path := filepath.Join(home, logFile)
	if err := os.WriteFile(path, make([]byte, maxLogBytes-10), 0o600); err != nil {
		t.Fatal(err)
	}
	log, out, err := openLog(home, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	log.Info("not the owner")
	if _, err := os.Stat(path + ".old"); err == nil {
		t.Fatal("a second process took the log away from the owner")
	}
	out.owner.Store(true)
	log.Info("the owner")
	if b, _ := os.ReadFile(path); len(b) == 0 || len(b) > 200 || !strings.Contains(string(b), "the owner") {
		t.Errorf("the new log has %d bytes", len(b))
	}
	if info, err := os.Stat(path + ".old"); err != nil || info.Size() < maxLogBytes {
		t.Errorf("the old log: %v, %v", info, err)
	}
}
