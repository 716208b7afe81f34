package hostile_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/internal/hostile"
	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/trust"
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
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			if s.pairing != "" && testing.Short() {
				t.Skip("many devices: not in the short form, on any system")
			}
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

// trial is one state at work.
type trial struct {
	*victim
	t    *testing.T
	page page
	state
	key     *hostile.Key
	link    *hostile.Link
	met     bool // by this link: the victim shows the device
	strikes int  // errors on this link that are counted

	earlier earlier
	seq     uint64

	last    map[string]string // the store after the last frame
	commits int
	tried   string
}

// begin makes a victim and a key that it has in its store as the state says.
func (tr *trial) begin() {
	tr.t.Helper()
	tr.key = hostile.NewKey()
	levels := map[hostile.ID]trust.Level{}
	if tr.level != trust.Stranger {
		levels[tr.key.ID] = tr.level
	}
	tr.victim = newVictim(tr.t, levels)
}

// again is the state anew: on another link, or where a pairing was under way, which
// a device can ask for a few times only, with another victim.
func (tr *trial) again() {
	tr.t.Helper()
	if tr.pairing != "" {
		tr.begin()
	} else if tr.link != nil {
		tr.leave()
	}
	tr.connect()
}

// prepare writes the messages of earlier, as a contact.
func (tr *trial) prepare() {
	tr.t.Helper()
	tr.seq = 1
	if tr.level.IsContact() {
		tr.connect()
		for _, id := range []*[16]byte{&tr.earlier.edited, &tr.earlier.deleted, &tr.earlier.reacted} {
			*id = hostile.NewID()
			if err := tr.link.Send(hostile.Msg, hostile.MsgFields(*id, epoch, tr.seq, "earlier")...); err != nil {
				tr.t.Fatal(err)
			}
			if _, _, err := tr.link.Until(hostile.Ack); err != nil {
				tr.t.Fatal(err)
			}
			tr.wait("message", func(e messenger.Event) bool { return e.Kind == messenger.EventMessage })
			tr.seq++
		}
		tr.leave()
	}
	tr.connect()
}

// connect brings a new link into the state.
func (tr *trial) connect() {
	tr.t.Helper()
	must := func(err error) {
		tr.t.Helper()
		if err != nil {
			tr.t.Fatal(err)
		}
	}
	tr.link, tr.met = tr.dial(tr.key), tr.level.IsContact() || tr.asks
	_, err := tr.link.Greet(hostile.HelloFields("mallory", epoch, tr.accepts))
	must(err)
	if tr.level.IsContact() {
		_, _, err = tr.link.Until(hostile.Accepted)
		must(err)
	}
	if tr.level.IsContact() && tr.accepts {
		_, _, err = tr.link.Until(hostile.Resume)
		must(err)
	}
	if tr.resumes {
		must(tr.link.Send(hostile.Resume))
	}
	if tr.asks {
		must(tr.link.Send(hostile.Request, hostile.RequestFields(hostile.NewID(), "hello")...))
		_, _, err = tr.link.Until(hostile.Ack)
		must(err)
	}
	if tr.met {
		tr.online(tr.key, messenger.EventPeerFound)
	}
	_, err = tr.link.Fence()
	must(err)
	if tr.asks && tr.tried == "" { // only the first is new
		tr.wait("request", func(e messenger.Event) bool { return e.Kind == messenger.EventRequest })
	}
	tr.pair()
	tr.strikes, tr.last, tr.commits = 0, tr.dump(), tr.version()
}

// pair brings a pairing to the stage of the state.
func (tr *trial) pair() {
	tr.t.Helper()
	must := func(err error) {
		tr.t.Helper()
		if err != nil {
			tr.t.Fatal(err)
		}
	}
	switch tr.pairing {
	case "":
		return
	case messenger.PairAsked:
		must(tr.link.Write(hostile.Encode(hostile.PairStart, block())))
	default:
		_, err := tr.e.Pair(tr.t.Context(), identity.DeviceID(tr.key.ID))
		must(err)
		_, _, err = tr.link.Until(hostile.PairStart)
		must(err)
	}
	if tr.pairing == messenger.PairComparing {
		must(tr.link.Write(hostile.Encode(hostile.PairNonce, block())))
		_, _, err := tr.link.Until(hostile.PairReveal)
		must(err)
	}
	tr.wait(string(tr.pairing), func(e messenger.Event) bool {
		return e.Kind == messenger.EventPairing && e.Pairing.Stage == tr.pairing
	})
}

// cancel is the victim's person ending the pairing that the last frame began.
func (tr *trial) cancel() {
	tr.t.Helper()
	p, err := tr.e.Pairing(tr.t.Context())
	if err == nil {
		_, err = tr.e.AnswerPair(tr.t.Context(), p.Serial, messenger.PairCancel)
	}
	if err != nil {
		tr.t.Fatal(err)
	}
	if _, _, err := tr.link.Until(hostile.PairAbort); err != nil {
		tr.t.Fatal(err)
	}
	tr.wait("the end of the pairing", func(e messenger.Event) bool { return e.Kind == messenger.EventPairing && e.Pairing.Over() })
}

// leave ends the link and waits until the victim has noticed.
func (tr *trial) leave() {
	tr.t.Helper()
	if err := tr.link.Close(); err != nil {
		tr.t.Fatal(err)
	}
	if tr.met {
		tr.online(tr.key, messenger.EventPeerLost)
	}
}

// spoilt is what comes of a body that is not CBOR.
func (tr *trial) spoilt(kind byte) string { return tr.expected(kind, refused(hostile.Malformed, kind)) }

// expected is what §6 says about a type, taken where that is "yes".
func (tr *trial) expected(kind byte, taken string) string {
	row, known := tr.page.legal[kind]
	code := row.stranger
	if tr.level.IsContact() {
		code = row.contact
	}
	switch {
	case !known && kind >= 0x80:
		return ""
	case !known:
		return refused(hostile.Unsupported, kind)
	case code == silent:
		return ""
	case code != 0:
		return refused(code, kind)
	}
	return taken
}

// try sends one frame and compares what comes of it.
func (tr *trial) try(kind byte, b body) {
	tr.t.Helper()
	const spare = 1 // strikes: the third ends the link
	if tr.strikes > spare {
		tr.again()
	}
	name := fmt.Sprintf("%#02x %s", kind, b.name)
	want := tr.expected(kind, b.want)
	if special, ok := tr.effects[name]; ok {
		want = special
	}
	if name == "0x10 valid" && tr.pairing == messenger.PairAsking { // of two that begin, the lower one has
		if want = ""; bytes.Compare(tr.link.Peer[:], tr.key.ID[:]) > 0 {
			want = "0x11 pairing"
		}
	}
	if kind == hostile.Bye && b.want == "ends" && tr.met {
		want = "peer_lost ends"
	}
	if strings.Contains(want, "Error(") && !strings.Contains(want, fmt.Sprintf("Error(%d ", hostile.Unsupported)) {
		tr.strikes++
	}
	tr.settled(name)
	tr.tried = name
	if err := tr.link.Write(hostile.Encode(kind, b.raw)); err != nil {
		tr.t.Fatalf("%s: %v", name, err)
	}
	got := tr.outcome(want)
	if got.String() != want {
		tr.t.Errorf("%s: %q (tables %v), want %q", name, got, got.tables, want)
	}
	tr.met = tr.met || slices.Contains(got.events, string(messenger.EventPeerFound))
	switch {
	case got.ended:
		tr.link = nil
		tr.again()
	case slices.Contains(got.events, string(messenger.EventPairing)) && tr.pairing != "":
		tr.again()
	case slices.Contains(got.events, string(messenger.EventPairing)):
		tr.cancel()
	}
}

// settled reports what came later than the outcome of the last frame.
func (tr *trial) settled(before string) {
	tr.t.Helper()
	if events, tables := tr.news(), tr.touched(); len(events)+len(tables) > 0 {
		tr.t.Errorf("between %q and %q came late %v, %v", tr.tried, before, events, tables)
	}
}

// touched names the tables that have changed since the last look.
func (tr *trial) touched() []string {
	if n := tr.version(); n == tr.commits {
		return nil
	} else {
		tr.commits = n
	}
	now := tr.dump()
	tables := changed(tr.last, now)
	tr.last = now
	return tables
}

// outcome collects what comes of the frame that was just sent, until it is what
// is wanted or time is over.
func (tr *trial) outcome(want string) (got outcome) {
	tr.t.Helper()
	for deadline := time.Now().Add(hostile.Patience); ; {
		if strings.HasSuffix(want, "ends") && !got.ended {
			answers, err := tr.link.Ended()
			got.answers, got.ended = append(got.answers, answers...), err == nil
		}
		if !got.ended {
			answers, err := tr.link.Fence()
			if err != nil {
				tr.t.Fatalf("%s: the link is gone: %v, after %v", tr.tried, err, answers)
			}
			got.answers = append(got.answers, answers...)
		}
		got.events = append(got.events, tr.news()...)
		got.tables = append(got.tables, tr.touched()...)
		if got.String() == want || len(want) == 0 || strings.HasPrefix(want, "Error(") || time.Now().After(deadline) {
			return got
		}
		// Each round is one Ping: it takes no longer than what it waits for.
	}
}
