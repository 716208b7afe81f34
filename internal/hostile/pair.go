package hostile

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/big"
)

// Block is a commitment, a nonce, a MAC or a secret of pairing (docs/PROTOCOL.md §7).
type Block = [32]byte

// NewBlock is a random one.
func NewBlock() (b Block) {
	rand.Read(b[:]) // never fails (crypto/rand)
	return b
}

// Ends are what §7.1 hashes of a link.
type Ends struct {
	E    Block
	I, R ID
}

// Ends returns those of a link on which this key is the initiator of a pairing, or
// the responder.
func (l *Link) Ends(own ID, initiator bool) (Ends, error) {
	state := l.Conn.ConnectionState()
	secret, err := state.ExportKeyingMaterial("EXPORTER-earshot-pairing-v1", nil, len(Block{}))
	if err != nil {
		return Ends{}, err
	}
	if initiator {
		return Ends{Block(secret), own, l.Peer}, nil
	}
	return Ends{Block(secret), l.Peer, own}, nil
}

// hashed is a label and LP of each part.
func hashed(label string, parts ...[]byte) Block {
	out := []byte(label)
	for _, p := range parts {
		out = append(binary.BigEndian.AppendUint32(out, uint32(len(p))), p...)
	}
	return sha256.Sum256(out)
}

// Commit is c of step 1.
func (e Ends) Commit(nonce Block) Block {
	return hashed("earshot pair commit v1", e.E[:], e.I[:], e.R[:], nonce[:])
}

// Agreed is what follows from a transcript.
type Agreed struct {
	Code   string // six digits
	KI, KR Block
}

// Agree is steps 5 and 6.
func (e Ends) Agree(c, nI, nR Block) (Agreed, error) {
	th := hashed("earshot pair transcript v1", e.I[:], e.R[:], c[:], nI[:], nR[:])
	const number, keys = 16, 2 * len(Block{})
	okm, err := hkdf.Key(sha256.New, e.E[:], th[:], "earshot pair keys v1", number+keys)
	if err != nil {
		return Agreed{}, err
	}
	code := new(big.Int).Mod(new(big.Int).SetBytes(okm[:number]), big.NewInt(1_000_000))
	return Agreed{fmt.Sprintf("%06d", code), Block(okm[number : number+32]), Block(okm[number+32:])}, nil
}

// Confirmation is the MAC of step 7.
func Confirmation(key Block) Block {
	h := hmac.New(sha256.New, key[:])
	h.Write([]byte("ok"))
	return Block(h.Sum(nil))
}

// SendBlock writes a frame of pairing that holds one block.
func (l *Link) SendBlock(kind byte, b Block) error { return l.Send(kind, Field{1, Bytes(b[:])}) }

// BlockIn is the block of a frame of pairing; zero when it holds none.
func (f Frame) BlockIn() (b Block) {
	raw, _ := f.Fields()[1].([]byte)
	copy(b[:], raw)
	return b
}
