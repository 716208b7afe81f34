package hostile_test

import (
	"fmt"
	"slices"
	"strings"

	"earshot/internal/hostile"
)

// epoch numbers the messages of the hostile device.
const epoch = 77

// body is one body of a type and what it does. What happens is written as in
// outcome.String.
type body struct {
	name string
	raw  []byte
	want string // of a state in which the type is taken, if effects has nothing else
}

// earlier are messages that the hostile contact has written before the frames of
// a state are tried.
type earlier struct{ edited, deleted, reacted [16]byte }

// valid are right bodies of every type that is known, with what they do where
// they are taken.
func valid(w earlier, seq uint64) map[byte][]body {
	at := func(n uint64) uint64 { return seq + n }
	m := hostile.Map
	id := hostile.NewID
	return map[byte][]body{
		hostile.Hello: {{"valid", m(hostile.HelloFields("again", epoch, false)...), ""}},
		hostile.Error: {{"valid", m(hostile.Field{Key: 1, Value: hostile.Uint(hostile.Malformed)}), ""}},
		hostile.Ping:  {{"valid", m(hostile.Field{Key: 1, Value: hostile.Uint(7)}), "0x04"}},
		hostile.Pong:  {{"valid", m(hostile.Field{Key: 1, Value: hostile.Uint(7)}), ""}},
		hostile.Bye:   {{"valid", m(hostile.Field{Key: 1, Value: hostile.Uint(3)}), "ends"}},

		hostile.PairStart:   {{"valid", block(), "pairing"}},
		hostile.PairNonce:   {{"valid", block(), ""}},
		hostile.PairReveal:  {{"valid", block(), ""}},
		hostile.PairConfirm: {{"valid", block(), ""}},
		hostile.PairAbort:   {{"valid", m(hostile.Field{Key: 1, Value: hostile.Uint(2)}), ""}},
		hostile.PairProof:   {{"valid", block(), "0x14"}}, // no invitation is open

		hostile.Request:  {{"valid", m(hostile.RequestFields(id(), "hello")...), ""}},
		hostile.Accepted: {{"valid", m(), ""}},
		hostile.Msg:      {{"valid", m(hostile.MsgFields(id(), epoch, at(0), "text")...), "0x21 message store"}},
		hostile.Ack:      {{"of nothing", m(hostile.AckFields(id(), 1)...), ""}, {"asked", m(hostile.AckFields(id(), 3)...), ""}},
		hostile.Resume:   {{"valid", m(), ""}},
		hostile.Edit: {{"valid", m(hostile.Set(hostile.ChangeFields(id(), epoch, at(1), w.edited), 8, hostile.Text("edited"))...),
			"0x21 changed store"}},
		hostile.Delete: {{"valid", m(hostile.ChangeFields(id(), epoch, at(2), w.deleted)...), "0x21 changed store"}},
		hostile.React: {{"valid", m(hostile.Set(hostile.ChangeFields(id(), epoch, at(3), w.reacted), 8, hostile.Text("👍"))...),
			"0x21 changed store"}},
		hostile.Gone:    {{"valid", m(hostile.GoneFields(epoch, at(4), at(4))...), "store"}},
		hostile.Profile: {{"valid", m(hostile.ProfileFields("other name")...), "peer_updated store"}},
		hostile.Away:    {{"valid", m(hostile.Field{Key: 1, Value: hostile.Bool(true)}), "peer_updated"}},
		hostile.Typing: {{"valid", m(hostile.Field{Key: 1, Value: hostile.Bool(true)}), "typing"},
			{"stops", m(hostile.Field{Key: 1, Value: hostile.Bool(false)}), "typing"}},
	}
}

// block is the body of a frame of pairing with 32 bytes that fit nothing.
func block() []byte {
	id := hostile.NewKey().ID
	return hostile.Map(hostile.Field{Key: 1, Value: hostile.Bytes(id[:])})
}

// outcome is what came of one frame.
type outcome struct {
	answers []hostile.Frame
	events  []string
	tables  []string
	ended   bool
}

// String lists the answers by type, Error with its code and the type it names,
// then the events, "store" for a change of it, and "ends".
func (o outcome) String() string {
	var out []string
	for _, f := range o.answers {
		if f.Type == hostile.Error {
			out = append(out, fmt.Sprintf("Error(%d of %#02x)", f.Uint(1), f.Uint(2)))
			continue
		}
		out = append(out, fmt.Sprintf("%#02x", f.Type))
	}
	slices.Sort(out)
	slices.Sort(o.events)
	out = append(out, slices.Compact(o.events)...)
	if len(o.tables) > 0 {
		out = append(out, "store")
	}
	if o.ended {
		out = append(out, "ends")
	}
	return strings.Join(out, " ")
}

func refused(code int, kind byte) string { return fmt.Sprintf("Error(%d of %#02x)", code, kind) }
