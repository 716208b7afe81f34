package identity

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"time"
)

// KeyFile is the name of the key in a home folder: PEM, PKCS #8, mode 0600.
// The certificate is made anew from it at each start; only the key counts.
const KeyFile = "device.key"

// ErrKeyReadable is wrapped when others than the owner can read the key.
var ErrKeyReadable = errors.New("the device key can be read by other users")

const (
	pemType    = "PRIVATE KEY"
	maxKeyFile = 4 << 10 // bytes; a PKCS #8 Ed25519 key in PEM has 119
)

// Identity is the key of one device. It is immutable and safe for concurrent
// use.
type Identity struct {
	id   DeviceID
	cert tls.Certificate
}

// ID returns the device ID that follows from the key.
func (i *Identity) ID() DeviceID { return i.id }

// Certificate returns the self-signed certificate that both sides of a link
// show (docs/PROTOCOL.md §2). It holds the private key: keep it in the process.
func (i *Identity) Certificate() tls.Certificate { return i.cert }

// Generate makes a fresh identity in memory.
func Generate() (*Identity, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	return fromKey(key)
}

// LoadOrCreate returns the identity of a home folder, making folder (0700) and
// key (0600) when they do not exist. A key that others can read is refused with
// an error that wraps ErrKeyReadable; an unreadable or damaged key is an error
// and is never replaced, because a new key is a new device.
func LoadOrCreate(dir string) (*Identity, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the home folder: %w", err)
	}
	path := filepath.Join(dir, KeyFile)
	id, err := load(path)
	if !errors.Is(err, os.ErrNotExist) {
		return id, err
	}
	if err := create(path); err != nil {
		return nil, err
	}
	return load(path)
}

func load(path string) (*Identity, error) {
	if err := checkPrivate(path); err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if len(raw) > maxKeyFile {
		return nil, fmt.Errorf("%s is no device key: %d bytes", path, len(raw))
	}
	block, _ := pem.Decode(raw)
	if block == nil || block.Type != pemType {
		return nil, fmt.Errorf("%s is no device key: restore it from a copy, or move it away to become a new device", path)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s is damaged: restore it from a copy, or move it away to become a new device: %w", path, err)
	}
	key, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%s holds a %T, want an Ed25519 key", path, parsed)
	}
	return fromKey(key)
}

// create writes a new key under a temporary name and links it in place, so
// that two processes that start at once agree on one key and a power cut leaves
// a whole key or none.
func create(path string) error {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), KeyFile+".*.tmp") // mode 0600
	if err != nil {
		return fmt.Errorf("write the device key: %w", err)
	}
	defer os.Remove(tmp.Name())
	err = pem.Encode(tmp, &pem.Block{Type: pemType, Bytes: der})
	if err == nil {
		err = tmp.Sync()
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = placeOnce(tmp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write the device key: %w", err)
	}
	return syncDir(filepath.Dir(path))
}

// placeOnce gives a finished file its name unless the name is taken.
func placeOnce(tmp, path string) error {
	err := os.Link(tmp, path)
	if err == nil || errors.Is(err, os.ErrExist) {
		return nil
	}
	// A file system without hard links: the home folder's lock still keeps a
	// second process away from the network, so a plain rename is good enough.
	if _, serr := os.Lstat(path); serr == nil {
		return nil
	}
	return os.Rename(tmp, path)
}

func fromKey(key ed25519.PrivateKey) (*Identity, error) {
	// No date can fail on a phone with a wrong clock, and no name is told: the
	// certificate is a container for the key.
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "earshot"},
		NotBefore:    time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:     time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	id, err := IDOf(leaf)
	if err != nil {
		return nil, err
	}
	return &Identity{id: id, cert: tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}}, nil
}
