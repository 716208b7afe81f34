package e2e

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"earshot/internal/engine"
	"earshot/internal/identity"
)

// loopbackDevice runs earshotctl on 127.0.0.1 alone and returns its address,
// home folder and process.
func loopbackDevice(t *testing.T) (addr, home string, cmd *exec.Cmd) {
	t.Helper()
	home = t.TempDir()
	cmd = exec.Command(earshotctl(t), "--home", home, "--json", "run")
	cmd.Env = append(os.Environ(), engine.LoopbackEnv+"=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		io.Copy(io.Discard, out)
		if err := cmd.Wait(); err != nil {
			t.Errorf("a clean stop ended with %v", err)
		}
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var ready struct {
			Event     string
			Addresses []string
		}
		if json.Unmarshal(lines.Bytes(), &ready) == nil && ready.Event == "ready" {
			return ready.Addresses[0], home, cmd
		}
	}
	t.Fatal("the device ended before it was ready")
	return "", "", nil
}

// junk is what comes to a port that programs of every kind find.
var junk = []struct {
	name string
	log  string // what the log says of it
	talk func(addr string) error
}{
	{"a browser", "HTTP", func(addr string) error { return say(addr, "GET / HTTP/1.1\r\nHost: earshot\r\n\r\n") }},
	{"garbage", "not TLS", func(addr string) error { return say(addr, strings.Repeat("\x00\xff\x13garbage", 100)) }},
	{"a text by nc", "not TLS", func(addr string) error { return say(addr, "hello?\n") }},
	{"no ALPN", "ALPN", func(addr string) error { return sayTLS(addr, "", nil) }},
	{"another protocol", "ALPN", func(addr string) error { return sayTLS(addr, "h2", nil) }},
	{"an oversized length", "TooLarge|too large|longer", func(addr string) error { return sayTLS(addr, "earshot/1", []byte{0xff, 0xff, 0xff, 0xff, 1}) }},
	{"half a frame", "half a frame", func(addr string) error { return sayTLS(addr, "earshot/1", []byte{0, 0, 0, 100, 1, 0xa1}) }},
}

func say(addr, text string) error {
	conn, err := net.DialTimeout("tcp", addr, patience)
	if err != nil {
		return err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(conn, text); err != nil {
		return nil // closed on us: an answer, too
	}
	conn.(*net.TCPConn).CloseWrite()
	io.Copy(io.Discard, conn)
	return nil
}

func sayTLS(addr, alpn string, frame []byte) error {
	id, err := identity.Generate()
	if err != nil {
		return err
	}
	cfg := &tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{id.Certificate()}, MinVersion: tls.VersionTLS13}
	if alpn != "" {
		cfg.NextProtos = []string{alpn}
	}
	conn, err := tls.DialWithDialer(&net.Dialer{Timeout: patience}, "tcp", addr, cfg)
	if err != nil {
		return nil // refused during the handshake
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	if _, err := conn.Write(frame); err == nil {
		conn.CloseWrite()
		io.Copy(io.Discard, conn)
	}
	return nil
}

// Whatever comes to the port costs a line in the log and nothing else.
func TestJunkOnThePort(t *testing.T) {
	addr, home, cmd := loopbackDevice(t)
	logPath := filepath.Join(home, "earshot.log")
	for _, j := range junk {
		before, _ := os.ReadFile(logPath)
		if err := j.talk(addr); err != nil {
			t.Fatalf("%s: %v", j.name, err)
		}
		waitFor(t, func() bool {
			now, err := os.ReadFile(logPath)
			if err != nil {
				t.Fatal(err)
			}
			for want := range strings.SplitSeq(j.log, "|") {
				if bytes.Contains(now[len(before):], []byte(want)) {
					return true
				}
			}
			return false
		})
	}

	const connections = 1000
	start := residentBytes(t, cmd.Process.Pid)
	for i := range connections {
		if err := junk[i%len(junk)].talk(addr); err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
	}
	const most = 8 << 20 // bytes that may stay
	var grown int
	waitFor(t, func() bool { grown = residentBytes(t, cmd.Process.Pid) - start; return grown <= most })
	t.Logf("after %d connections %d KiB more are resident", connections, grown>>10)

	out, err := exec.Command(earshotctl(t), "--home", home, "--json", "id").CombinedOutput()
	if err != nil || !strings.Contains(string(out), addr) {
		t.Errorf("after the junk: %v: %s", err, out)
	}
}

// residentBytes reads the resident memory of a process that is its own: pages
// of files, such as the program itself, do not count.
func residentBytes(t *testing.T, pid int) int {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Skip("needs /proc: ", err)
	}
	for l := range strings.SplitSeq(string(b), "\n") {
		var kib int
		if n, _ := fmt.Sscanf(l, "RssAnon: %d kB", &kib); n == 1 {
			return kib << 10
		}
	}
	t.Fatal("no RssAnon in /proc/PID/status")
	return 0
}
