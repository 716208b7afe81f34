package hostile

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base32"
	"net/netip"
	"strings"
)

// ServerName is the name in SNI by which a dialler shows that it knows whom it dials
// (docs/PROTOCOL.md §2).
func ServerName(to ID, nonce [16]byte) string {
	mac := hmac.New(sha256.New, to[:])
	mac.Write([]byte("earshot sni v1"))
	mac.Write(nonce[:])
	label := func(b []byte) string {
		return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b))
	}
	return label(nonce[:]) + "." + label(mac.Sum(nil)[:16])
}

// DialNamed is Dial with a server name, which is sent as it is.
func DialNamed(ctx context.Context, to, name string, key *Key) (*Link, error) {
	raw, err := Connect(ctx, netip.Addr{}, to)
	if err != nil {
		return nil, err
	}
	config := key.config()
	config.ServerName = name
	return handshake(ctx, tls.Client(raw, config), raw)
}
