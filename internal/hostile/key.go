package hostile

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/big"
	"time"
)

// ALPN is the protocol that TLS must agree on (docs/PROTOCOL.md §2).
const ALPN = "earshot/1"

// ID names a device: SHA-256 of its public key (docs/PROTOCOL.md §2).
type ID [32]byte

// Key is the key and certificate of a made-up device.
type Key struct {
	ID   ID
	Cert tls.Certificate
}

// NewKey makes a device. It panics when the system has no randomness.
func NewKey() *Key {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	k, err := KeyOf(private)
	if err != nil {
		panic(err)
	}
	return k
}

// KeyOf makes the certificate of a key. Nothing in it counts but the key.
func KeyOf(private ed25519.PrivateKey) (*Key, error) {
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<36, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &Key{ID: IDOf(cert), Cert: tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private, Leaf: cert}}, nil
}

// IDOf is the device ID of a certificate.
func IDOf(cert *x509.Certificate) ID { return sha256.Sum256(cert.RawSubjectPublicKeyInfo) }

// errNoCertificate says that the other side showed none.
var errNoCertificate = errors.New("the other side showed no certificate")

// config is TLS as the protocol wants it, on either side. Whoever answers is
// taken.
func (k *Key) config() *tls.Config {
	return &tls.Config{
		MinVersion:             tls.VersionTLS13,
		NextProtos:             []string{ALPN},
		Certificates:           []tls.Certificate{k.Cert},
		ClientAuth:             tls.RequireAnyClientCert,
		InsecureSkipVerify:     true,
		SessionTicketsDisabled: true,
	}
}
