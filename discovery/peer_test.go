package discovery

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// peerEnv makes the test binary a device: its value is the device's name.
const peerEnv = "DISCOVERY_TEST_PEER"

// hiddenEnv, if set, hides the device before it runs.
const hiddenEnv = "DISCOVERY_TEST_HIDDEN"

// deniedEnv makes that device one to which the system denies what Android
// denies to apps.
const deniedEnv = "DISCOVERY_TEST_DENIED"

// portEnv is the port of that device; none or 0 for any.
const portEnv = "DISCOVERY_TEST_PORT"

func TestMain(m *testing.M) {
	if name := os.Getenv(peerEnv); name != "" {
		if err := runPeer(name); err != nil {
			fmt.Fprintln(os.Stderr, "peer:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// runPeer is a device on a host of a test LAN. It prints what it is told,
//
//	listening PORT
//	found|updated|lost NAME LABEL ADDRESSES
//	stopped
//
// obeys lines on its input (rename NAME, suspect LABEL, refresh, hide, show, ask, stats,
// breaksockets) and stops at SIGTERM or the end of the input.
func runPeer(name string) error {
	if os.Getenv(deniedEnv) != "" {
		if err := showDenied(); err != nil {
			return err
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	ln, err := net.Listen("tcp", ":"+os.Getenv(portEnv))
	if err != nil {
		return err
	}
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			c.Close()
		}
	}()
	record := Record{Port: ln.Addr().(*net.TCPAddr).Port, PresenceKey: make([]byte, presenceKeyBytes), Name: name, Kind: "laptop"}
	cfg := Config{Record: record}
	if os.Getenv("DISCOVERY_TEST_LOG") != "" {
		cfg.Logger = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	s := New(cfg)
	if os.Getenv(hiddenEnv) != "" {
		s.SetHidden(true)
	}
	var printed sync.WaitGroup
	printed.Go(func() {
		for e := range s.Events() {
			fmt.Println(e.Kind, e.Hint.Name, e.Hint.Label, e.Hint.Addrs)
		}
	})
	fmt.Println("listening", record.Port)
	go func() {
		for in := bufio.NewScanner(os.Stdin); in.Scan(); {
			verb, arg, _ := strings.Cut(in.Text(), " ")
			switch verb {
			case "rename":
				record.Name = arg
				s.SetRecord(record)
			case "rekey": // as a device does that blocks somebody, under another name to be seen
				record.PresenceKey = bytes.Repeat([]byte{9}, presenceKeyBytes)
				record.Name = arg
				s.SetRecord(record)
			case "suspect":
				s.Suspect(arg)
			case "refresh":
				s.Refresh()
			case "hide", "show":
				s.SetHidden(verb == "hide")
			case "ask":
				go ask(ctx)
			case "stats":
				fmt.Println("stats", s.Stats())
			case "breaksockets":
				fmt.Println("broken", breakSockets())
			}
		}
		stop()
	}()
	if err := s.Run(ctx); err != nil {
		return err
	}
	printed.Wait()
	ln.Close()
	if left := leftGoroutines(); left != "" {
		return fmt.Errorf("goroutines left after Run:\n%s", left)
	}
	fmt.Println("stopped")
	return nil
}

// leftGoroutines returns the stacks of goroutines that belong to a service.
func leftGoroutines() string {
	buf := make([]byte, 1<<20)
	buf = buf[:runtime.Stack(buf, true)]
	var left []string
	for g := range strings.SplitSeq(string(buf), "\n\n") {
		for _, of := range []string{"discovery.(*loop)", "discovery.(*sockets)", "discovery.watch", "discovery.probe"} {
			if strings.Contains(g, of) {
				left = append(left, g)
				break
			}
		}
	}
	return strings.Join(left, "\n\n")
}
