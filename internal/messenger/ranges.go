package messenger

import (
	"earshot/internal/msgid"
	"earshot/internal/store"
	"earshot/netcore/wire"
)

// Limits of one Resume (docs/PROTOCOL.md §5.9): it must fit a frame. What does
// not fit is asked for again and recognised when it comes.
const maxResumeGaps = 64 // per epoch; store.MaxSeenEpochs is the other limit

// resumeFrame says what has come of a peer's messages. With more gaps than fit,
// Top is lowered to the end of what was described.
func resumeFrame(seen []store.Seen) *wire.Resume {
	r := &wire.Resume{}
	for _, s := range seen {
		h := wire.Have{Epoch: s.Epoch}
		next := uint64(1)
		for _, run := range s.Ranges {
			if run.Lo > next {
				if len(h.Missing) == maxResumeGaps {
					s.TopID = msgid.ID{} // Top is lower now
					break
				}
				h.Missing = append(h.Missing, wire.Range{Lo: next, Hi: run.Lo - 1})
			}
			h.Top, next = run.Hi, run.Hi+1
		}
		h.TopID = optionalID(s.TopID)
		if h.Top > 0 {
			r.Have = append(r.Have, h)
		}
	}
	return r
}

// lacking returns which of the numbers 1 to top the peer said it lacks.
func lacking(h wire.Have, top uint64) []store.Range {
	var out []store.Range
	for _, r := range h.Missing {
		if r.Lo > top {
			return out
		}
		out = append(out, store.Range{Lo: r.Lo, Hi: min(r.Hi, top)})
	}
	if h.Top < top {
		out = append(out, store.Range{Lo: h.Top + 1, Hi: top})
	}
	return out
}

// without returns the numbers of ranges that are not in have, which is sorted.
func without(ranges []store.Range, have []uint64) []store.Range {
	var out []store.Range
	i := 0
	for _, r := range ranges {
		next := r.Lo
		for ; i < len(have) && have[i] <= r.Hi; i++ {
			if have[i] < next {
				continue
			}
			if have[i] > next {
				out = append(out, store.Range{Lo: next, Hi: have[i] - 1})
			}
			next = have[i] + 1
		}
		if next <= r.Hi && next != 0 {
			out = append(out, store.Range{Lo: next, Hi: r.Hi})
		}
	}
	return out
}
