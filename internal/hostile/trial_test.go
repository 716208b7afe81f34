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
