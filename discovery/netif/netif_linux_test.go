package netif

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"earshot/internal/faultbench"
)

// modeEnv makes the test binary a program that runs on a host of a LAN: it
// compares, or lists under what Android denies, and prints the result.
const modeEnv = "NETIF_TEST_MODE"

func TestMain(m *testing.M) {
	switch os.Getenv(modeEnv) {
	case "compare":
		names, bad := compare()
		fmt.Println("listed", names)
		for _, line := range bad {
			fmt.Println("different", line)
		}
	case "denied":
		printDenied()
	default:
		os.Exit(m.Run())
	}
}

// compare lists the interfaces in both ways. It returns the names of those
// listed, and in which way package net, which is allowed to ask everything
// outside of Android, sees them otherwise.
func compare() (names, bad []string) {
	got, err := List()
	if err != nil {
		return nil, []string{err.Error()}
	}
	byIndex := map[int]Interface{}
	for _, i := range got {
		names = append(names, i.Name)
		byIndex[i.Index] = i
	}
	std, err := net.Interfaces()
	if err != nil {
		return nil, []string{err.Error()}
	}
	compared := 0
	for _, want := range std {
		addrs, err := want.Addrs()
		if err != nil {
			return nil, []string{err.Error()}
		}
		have, ok := byIndex[want.Index]
		if ok != (len(addrs) > 0) {
			bad = append(bad, fmt.Sprintf("%s with addresses %v listed: %v", want.Name, addrs, ok))
		}
		if !ok {
			continue
		}
		compared++
		if have.Name != want.Name || have.MTU != want.MTU || have.Flags != want.Flags {
			bad = append(bad, fmt.Sprintf("%+v, want %+v", have.Interface, want))
		}
		var prefixes, wanted []string
		for _, p := range have.Prefixes {
			prefixes = append(prefixes, p.String())
		}
		for _, a := range addrs {
			wanted = append(wanted, a.String())
		}
		if !slices.Equal(prefixes, wanted) {
			bad = append(bad, fmt.Sprintf("%s: addresses %v, want %v", want.Name, prefixes, wanted))
		}
	}
	if compared == 0 || compared != len(got) {
		bad = append(bad, fmt.Sprintf("compared %d of %d interfaces", compared, len(got)))
	}
	return names, bad
}

// printDenied shows what package net can do under the denial, and List.
func printDenied() {
	before, err := List()
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := faultbench.DenyNetlink(); err != nil {
		fmt.Println(err)
		return
	}
	_, err = net.Interfaces()
	fmt.Println("net.Interfaces:", err)
	_, err = net.InterfaceByName(faultbench.Interface)
	fmt.Println("net.InterfaceByName:", err)
	fmt.Println("Restricted:", Restricted())
	after, err := List()
	same := slices.EqualFunc(before, after, func(a, b Interface) bool {
		return a.Index == b.Index && a.Name == b.Name && a.MTU == b.MTU && a.Flags == b.Flags && slices.Equal(a.Prefixes, b.Prefixes)
	})
	fmt.Println("List:", len(after) > 1, same, err)
}

func TestSameAsStandardLibrary(t *testing.T) {
	_, bad := compare()
	for _, line := range bad {
		t.Error(line)
	}
	if Restricted() {
		t.Error("this process is taken for a restricted one")
	}
}

// change is what a host is like. Each command is one of ip(8).
type change struct {
	name string
	ip   []string
	want []string // names that must be listed
	none []string // names that must not be
	// optional says that not every kernel has such interfaces.
	optional bool
}

var changes = []change{
	{name: "plain", want: []string{"lo", "eth0"}},
	{name: "more addresses", ip: []string{
		"addr add 192.168.7.1/30 dev eth0", "addr add 10.77.0.200/24 dev eth0", // a secondary one
		"addr add 2001:db8:7::1/64 dev eth0", "addr add fd00:1:2:3::4/48 dev eth0", "addr add 172.16.3.4/32 dev lo",
	}, want: []string{"eth0"}},
	{name: "down", ip: []string{"link add vup type veth peer name vdown", "link set vup up", "addr add 10.9.0.1/24 dev vup", "addr add 10.9.1.1/24 dev vdown"},
		want: []string{"vup", "vdown"}},
	{name: "no address", ip: []string{"link add v0 type veth peer name v1"}, none: []string{"v0", "v1"}},
	{name: "no carrier", ip: []string{"link add v2 type veth peer name v3", "link set v2 up", "addr add 10.9.2.1/24 dev v2"}, want: []string{"v2"}},
	{name: "small MTU and no multicast", ip: []string{"link set eth0 mtu 1280", "link set eth0 multicast off"}, want: []string{"eth0"}},
	{name: "numbered point-to-point", ip: []string{"tuntap add dev tun0 mode tun", "addr add 10.8.0.1 peer 10.8.0.2/32 dev tun0", "addr add fd00:8::1 peer fd00:8::2/128 dev tun0", "link set tun0 up"},
		want: []string{"tun0"}, optional: true},
	{name: "a tap", ip: []string{"tuntap add dev tap0 mode tap", "addr add 10.8.1.1/24 dev tap0", "link set tap0 up"}, want: []string{"tap0"}, optional: true},
	{name: "a VLAN", ip: []string{"link add link eth0 name eth0.7 type vlan id 7", "addr add 10.8.2.1/24 dev eth0.7", "link set eth0.7 up"}, want: []string{"eth0.7"}, optional: true},
	{name: "a macvlan", ip: []string{"link add link eth0 name mac0 type macvlan mode bridge", "addr add 10.8.3.1/24 dev mac0", "link set mac0 up"}, want: []string{"mac0"}, optional: true},
	{name: "a bridge", ip: []string{"link add br7 type bridge", "addr add 10.8.4.1/24 dev br7", "link set br7 up"}, want: []string{"br7"}},
	{name: "the longest name", ip: []string{"link set eth0 down", "link set eth0 name abcdefghijklmno", "link set abcdefghijklmno up"}, want: []string{"abcdefghijklmno"}},
	{name: "many", ip: manyAddresses(300), want: []string{"eth0"}},
}

// manyAddresses gives eth0 more than one batch of netlink messages holds.
func manyAddresses(n int) (commands []string) {
	for i := range n {
		commands = append(commands, fmt.Sprintf("addr add 10.200.%d.%d/32 dev eth0", i/250, i%250+1))
	}
	return commands
}

// TestSameAsStandardLibraryAnywhere compares on hosts that have what the
// machine of the tests may not.
func TestSameAsStandardLibraryAnywhere(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		t.Run(c.name, func(t *testing.T) {
			lan := faultbench.NewLAN(t, "host")
			batch := lan.Command("host", "ip", "-batch", "-")
			batch.Stdin = strings.NewReader(strings.Join(c.ip, "\n") + "\n")
			if out, err := batch.CombinedOutput(); err != nil {
				if c.optional {
					t.Logf("this kernel has none, so nothing is compared: %s", out)
					return
				}
				t.Fatalf("%v: %s", err, out)
			}
			cmd := lan.Command("host", self)
			cmd.Env = append(os.Environ(), modeEnv+"=compare")
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			listed, rest, _ := strings.Cut(string(out), "\n")
			if rest != "" {
				t.Error(rest)
			}
			names := strings.Fields(strings.Trim(strings.TrimPrefix(listed, "listed "), "[]"))
			for _, name := range c.want {
				if !slices.Contains(names, name) {
					t.Errorf("%s is not in %v", name, names)
				}
			}
			for _, name := range c.none {
				if slices.Contains(names, name) {
					t.Errorf("%s is in %v", name, names)
				}
			}
		})
	}
}

// TestDeniedAsOnAndroid: what package net says on phones with Android 13 and
// newer, and that List sees there what it sees elsewhere.
func TestDeniedAsOnAndroid(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	lan := faultbench.NewLAN(t, "phone")
	cmd := lan.Command("phone", self)
	cmd.Env = append(os.Environ(), modeEnv+"=denied")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	const want = "net.Interfaces: route ip+net: netlinkrib: permission denied\n" +
		"net.InterfaceByName: route ip+net: netlinkrib: permission denied\n" +
		"Restricted: true\n" +
		"List: true true <nil>\n"
	if string(out) != want {
		t.Errorf("got\n%swant\n%s", out, want)
	}
}

func TestRefusal(t *testing.T) {
	negative := -int32(syscall.EACCES)
	if err := refusal(binary.NativeEndian.AppendUint32(nil, uint32(negative))); !errors.Is(err, syscall.EACCES) {
		t.Errorf("got %v", err)
	}
	if err := refusal(nil); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("too short: %v", err)
	}
}
