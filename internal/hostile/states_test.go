package hostile_test

import (
	"testing"

	"earshot/internal/hostile"
	"earshot/internal/messenger"
	"earshot/internal/trust"
)

// state is one state of a link in which both have said Hello.
type state struct {
	name    string
	level   trust.Level
	accepts bool // in its Hello
	resumes bool
	asks    bool                // a request of it waits
	pairing messenger.PairStage // that a pairing with it has come to

	// effects are bodies, as type and name, with another outcome than that of
	// valid.
	effects map[string]string
}

const wrong = "0x14 pairing" // it is ended as not fitting, and so the other side is told

var states = []state{
	{name: "stranger", effects: map[string]string{
		"0x18 valid": "0x21 peer_found request store",
	}},
	{name: "stranger whose request waits", asks: true, effects: map[string]string{
		"0x18 valid": refused(hostile.Unexpected, hostile.Request), // a second one within a minute
	}},
	{name: "contact before Resume", level: trust.Accepted, effects: map[string]string{
		"0x18 valid": "0x19",                         // told again that it is accepted
		"0x19 valid": "0x22 0x28 peer_updated store", // opens delivery
		"0x20 valid": "0x21 message store",           // what it takes does not depend on what it says
	}},
	{name: "contact after Resume", level: trust.Accepted, accepts: true, resumes: true, effects: map[string]string{
		"0x18 valid": "0x19",
	}},
	{name: "verified contact", level: trust.Verified, accepts: true, resumes: true, effects: map[string]string{
		"0x18 valid": "0x19",
	}},
	{name: "stranger that wants to pair", pairing: messenger.PairAsked, effects: map[string]string{
		"0x11 valid": wrong, "0x12 valid": wrong, "0x13 valid": wrong, "0x14 valid": "pairing",
		"0x18 valid": "0x21 peer_found request store",
	}},
	{name: "stranger that is asked to pair", pairing: messenger.PairAsking, effects: map[string]string{
		"0x11 valid": "0x12 pairing", "0x12 valid": wrong, "0x13 valid": wrong, "0x14 valid": "pairing",
		"0x18 valid": "0x21 peer_found request store",
	}},
	{name: "stranger whose code is compared", pairing: messenger.PairComparing, effects: map[string]string{
		"0x10 valid": "0x14", "0x11 valid": wrong, "0x12 valid": wrong, "0x13 valid": wrong, "0x14 valid": "pairing",
		"0x18 valid": "0x21 peer_found request store",
	}},
}

// TestEveryFrameInEveryState sends all 256 types with right bodies where there are
// any, without a body and with garbage. What may come of them is in §6 of the
// protocol and in the tables above; nothing else may.
func TestEveryFrameInEveryState(t *testing.T) {
	p := readPage(t)
	for _, s := range states {
		if s.pairing != "" && testing.Short() { // many devices
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			tr := &trial{t: t, page: p, state: s}
			tr.begin()
			tr.prepare()
			bodies := valid(tr.earlier, tr.seq)
			for _, kind := range p.types() {
				if p.names[kind] != "" && len(bodies[kind]) == 0 {
					t.Fatalf("§5 has %#02x, and there is no right body for it here", kind)
				}
				tried := append(bodies[kind], body{"empty", nil, tr.spoilt(kind)}, body{"garbage", garbage(s.name, 40), tr.spoilt(kind)})
				for _, b := range tried {
					tr.try(kind, b)
				}
			}
			tr.settled("the end")
		})
	}
}
