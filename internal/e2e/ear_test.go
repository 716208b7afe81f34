package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"

	"earshot/internal/faultbench"
)

// earEnv makes the test binary an ear on the host that it runs on.
const earEnv = "E2E_EAR"

// heard is one multicast DNS response about Earshot: what may not differ between
// two devices, without what is random or an address.
type heard struct {
	From string
	What []string
}

// ear writes down all that a host hears, and asks every second who is there.
type ear struct {
	cmd  *exec.Cmd
	done chan struct{}

	mu  sync.Mutex
	all []heard
}

var (
	randomLabel = regexp.MustCompile(`[0-9a-f]{16}`)
	mdnsGroup   = &net.UDPAddr{IP: net.IPv4(224, 0, 0, 251), Port: 5353}
)

const earshotService = "_earshot._tcp.local."

// runEar is the program of an ear. It ends when its standard input does.
func runEar() int {
	ifi, err := net.InterfaceByName(faultbench.Interface)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	conn, err := net.ListenMulticastUDP("udp4", ifi, mdnsGroup)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	go func() {
		q := new(dns.Msg).SetQuestion(earshotService, dns.TypePTR)
		q.Id, q.RecursionDesired = 0, false
		b, _ := q.Pack() // a constant
		for range time.Tick(time.Second) {
			conn.WriteToUDP(b, mdnsGroup)
		}
	}()
	go func() {
		bufio.NewReader(os.Stdin).ReadString(0)
		conn.Close()
	}()
	out := json.NewEncoder(os.Stdout)
	out.Encode(heard{From: "ready"})
	for b := make([]byte, 9000); ; {
		n, from, err := conn.ReadFromUDP(b)
		if err != nil {
			return 0
		}
		var m dns.Msg
		if m.Unpack(b[:n]) != nil || !m.Response || !strings.Contains(m.String(), earshotService) {
			continue
		}
		h := heard{From: from.IP.String()}
		for _, rr := range slices.Concat(m.Answer, m.Ns, m.Extra) {
			switch r := rr.(type) {
			case *dns.A:
				r.A = net.IPv4zero
			case *dns.AAAA:
				r.AAAA = net.IPv6zero
			}
			h.What = append(h.What, randomLabel.ReplaceAllString(rr.String(), "*"))
		}
		slices.Sort(h.What)
		out.Encode(h)
	}
}

// listen starts an ear on a host. The end of the test ends it.
func listen(t *testing.T, lan *faultbench.LAN, host string) *ear {
	t.Helper()
	e := &ear{cmd: lan.Command(host, os.Args[0]), done: make(chan struct{})}
	e.cmd.Env = append(os.Environ(), earEnv+"=1")
	e.cmd.Stderr = os.Stderr
	in, err := e.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := e.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := e.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(e.done)
		for d := json.NewDecoder(out); ; {
			var h heard
			if d.Decode(&h) != nil {
				return
			}
			e.mu.Lock()
			e.all = append(e.all, h)
			e.mu.Unlock()
		}
	}()
	t.Cleanup(func() {
		in.Close()
		<-e.done
		e.cmd.Wait()
	})
	faultbench.WaitFor(t, "an ear", func() bool { return len(e.of("ready")) > 0 })
	return e
}

// of returns the different responses of a host so far, in the order in which they
// came first, each as text.
func (e *ear) of(from string) (out []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, h := range e.all {
		if s := strings.Join(h.What, "\n"); h.From == from && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// forget forgets what was heard.
func (e *ear) forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = nil
}
