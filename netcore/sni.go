package netcore

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"strings"
	"sync"

	"earshot/internal/identity"
)

// The server name by which a dialler shows that it knows whom it dials
// (docs/PROTOCOL.md §2).
const (
	nonceBytes = 16 // 128 random bits never come twice
	proofBytes = 16 // 128 bits of the MAC cannot be guessed
	nameLabel  = "earshot sni v1"
)

// nameEncoding writes labels of DNS: lower case, digits, no padding.
var nameEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// errNoProof ends a connection whose dialler did not show that it knows this
// device, while that is asked for.
var errNoProof = errors.New("the dialler does not show that it knows this device")

type nonce [nonceBytes]byte

// newServerName returns a server name for one connection to the device.
func newServerName(to identity.DeviceID) string {
	var n nonce
	rand.Read(n[:]) // never fails (crypto/rand)
	return serverName(to, n)
}

func serverName(to identity.DeviceID, n nonce) string {
	mac := hmac.New(sha256.New, to[:])
	mac.Write([]byte(nameLabel))
	mac.Write(n[:])
	return nameEncoding.EncodeToString(n[:]) + "." + nameEncoding.EncodeToString(mac.Sum(nil)[:proofBytes])
}

// door is where a device that hides judges who knocks. Safe for concurrent use.
type door struct {
	own    identity.DeviceID
	hidden func() bool // asked for every connection; nil: never

	mu   sync.Mutex
	used map[nonce]struct{}
	ring []nonce // the same, MaxNonces at most; next is the oldest once it is full
	next int
}

// hides reports whether a dialler must show that it knows this device.
func (d *door) hides() bool { return d != nil && d.hidden != nil && d.hidden() }

// opens reports whether a server name is right and came for the first time, and
// uses it up. Before trust: FuzzDoor.
func (d *door) opens(name string) bool {
	label, _, _ := strings.Cut(name, ".")
	var n nonce
	if len(label) != nameEncoding.EncodedLen(nonceBytes) {
		return false
	}
	if _, err := nameEncoding.Decode(n[:], []byte(label)); err != nil {
		return false
	}
	if subtle.ConstantTimeCompare([]byte(name), []byte(serverName(d.own, n))) != 1 { // of the spellings of one nonce only the shortest
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, again := d.used[n]; again {
		return false
	}
	if d.used == nil {
		d.used = make(map[nonce]struct{})
	}
	if len(d.ring) < MaxNonces {
		d.ring = append(d.ring, n)
	} else {
		delete(d.used, d.ring[d.next])
		d.ring[d.next] = n
		d.next = (d.next + 1) % MaxNonces
	}
	d.used[n] = struct{}{}
	return true
}
