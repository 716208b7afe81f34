package viewmodel

import (
	"context"
	"errors"

	"earshot/internal/identity"
	"earshot/internal/messenger"
)

// PairAnswer is what a person says to a pairing.
type PairAnswer uint8

// The answers.
const (
	PairContinue PairAnswer = iota // go on with one that another device has begun
	PairMatch                      // both devices show the same number
	PairDiffer                     // they do not
	PairNotNow                     // stop it
)

var pairChoices = [...]messenger.PairChoice{messenger.PairContinue, messenger.PairMatch, messenger.PairNoMatch, messenger.PairCancel}

// Pair begins to pair with a device, or goes on if that has begun, and opens the
// dialog.
func (c *Controller) Pair(id identity.DeviceID) {
	c.inbox.put(func(s *state) stale {
		c.begin(s, pairSheet{kind: sheetBegin, peer: id, again: true}, func(ctx context.Context) (messenger.Pairing, error) {
			return c.opt.Service.Pair(ctx, id)
		})
		return 0
	})
}

// begin opens a sheet until the service has begun the pairing; then its dialog.
// If the person has closed the sheet by then, the pairing is cancelled. How the
// one before ended was read: it does not come back when the sheet is closed.
func (c *Controller) begin(s *state, sheet pairSheet, do func(context.Context) (messenger.Pairing, error)) {
	if s.pair.dialog.Over() {
		s.pair.hide(s.pair.dialog.Serial)
	}
	rev := s.pair.put(sheet)
	c.command(func(ctx context.Context) func(*state) stale {
		p, err := do(ctx)
		why := c.pairRefused(ctx, err)
		return func(s *state) stale {
			gone := s.pair.sheet.rev != rev
			switch {
			case err != nil && !gone:
				sheet.kind, sheet.why = sheetFailed, why
				s.pair.put(sheet)
			case err == nil && gone:
				s.pair.hide(p.Serial)
				c.answerPair(p.Serial, messenger.PairCancel)
			case err == nil:
				s.pair.put(pairSheet{})
				again := s.pair.learn(p)
				s.pair.show(p.Serial)
				return again
			}
			return 0
		}
	})
}

// pairRefused is an error of a command in words, "" for nil. Only while the
// command runs does ctx say whether it was too slow.
func (c *Controller) pairRefused(ctx context.Context, err error) string {
	if err == nil {
		return ""
	}
	if ctx.Err() != nil || c.unanswered(err) {
		err = context.DeadlineExceeded
	}
	return pairRefusal(err)
}

// AnswerPair answers the pairing with a serial. To go on opens its dialog, to
// stop it closes that.
func (c *Controller) AnswerPair(serial uint64, answer PairAnswer) {
	c.inbox.put(func(s *state) stale {
		switch answer {
		case PairContinue:
			s.pair.show(serial)
		case PairNotNow:
			s.pair.hide(serial)
		}
		c.answerPair(serial, pairChoices[answer])
		return 0
	})
}

// answerPair tells the service. That the pairing has ended or is elsewhere by
// then is told by its events.
func (c *Controller) answerPair(serial uint64, choice messenger.PairChoice) {
	c.command(func(ctx context.Context) func(*state) stale {
		p, err := c.opt.Service.AnswerPair(ctx, serial, choice)
		why := c.pairRefused(ctx, err)
		return func(s *state) stale {
			switch {
			case err == nil:
				return s.pair.learn(p)
			case errors.Is(err, messenger.ErrNoPairing), errors.Is(err, messenger.ErrPairNotNow):
				return stalePairing
			}
			s.notice = why
			return stalePairing
		}
	})
}

// ShowPairing opens the dialog of a pairing that waits on a card.
func (c *Controller) ShowPairing(serial uint64) {
	c.inbox.put(func(s *state) stale {
		s.pair.show(serial)
		return 0
	})
}

// HidePairing takes the card of a pairing away, which goes on elsewhere.
func (c *Controller) HidePairing(serial uint64) {
	c.inbox.put(func(s *state) stale {
		s.pair.hide(serial)
		return 0
	})
}

// ClosePairing closes the dialog and cancels what is under way in it.
func (c *Controller) ClosePairing() {
	c.inbox.put(func(s *state) stale {
		if serial := s.pair.close(); serial != 0 {
			c.answerPair(serial, messenger.PairCancel)
		}
		return 0
	})
}

// EnterLink opens the field for a link.
func (c *Controller) EnterLink() {
	c.inbox.put(func(s *state) stale {
		s.pair.put(pairSheet{kind: sheetEnter})
		return 0
	})
}

// ReadLink reads the link in the field. It dials nothing: a question follows, or
// why it is no link.
func (c *Controller) ReadLink(link string) {
	c.inbox.put(func(s *state) stale {
		if s.pair.sheet.kind == sheetEnter {
			c.readLink(link, s.pair.sheet.rev, sheetEnter)
		}
		return 0
	})
}

// OpenLink is ReadLink for a link that the system gave to the program: it opens
// the dialog with the question.
func (c *Controller) OpenLink(link string) {
	c.inbox.put(func(s *state) stale {
		c.readLink(link, s.pair.put(pairSheet{kind: sheetBegin}), sheetFailed)
		return 0
	})
}

// readLink reads a link for the sheet with rev, which becomes the question or,
// if it is no link, one of the kind bad.
func (c *Controller) readLink(link string, rev int, bad sheetKind) {
	c.command(func(ctx context.Context) func(*state) stale {
		claim, err := c.opt.Service.ReadLink(ctx, link)
		why := c.pairRefused(ctx, err)
		return func(s *state) stale {
			switch {
			case s.pair.sheet.rev != rev:
			case err != nil:
				s.pair.put(pairSheet{kind: bad, why: why})
			default:
				s.pair.put(pairSheet{kind: sheetAsk, link: link, peer: claim.ID, name: claim.Name})
			}
			return 0
		}
	})
}

// UseLink is the yes to the question about a link. A pairing with the same device
// gives way: its person reads instead of comparing.
func (c *Controller) UseLink() {
	c.inbox.put(func(s *state) stale {
		ask := s.pair.sheet
		if ask.kind != sheetAsk {
			return 0
		}
		var before uint64
		if now := s.pair.dialog; now.Serial != 0 && !now.Over() && now.Peer == ask.peer {
			before = now.Serial
			s.pair.hide(before)
		}
		c.begin(s, pairSheet{kind: sheetBegin, peer: ask.peer, name: ask.name}, func(ctx context.Context) (messenger.Pairing, error) {
			if before != 0 {
				if _, err := c.opt.Service.AnswerPair(ctx, before, messenger.PairCancel); err != nil && !errors.Is(err, messenger.ErrNoPairing) {
					return messenger.Pairing{}, err
				}
			}
			return c.opt.Service.PairByLink(ctx, ask.link)
		})
		return 0
	})
}
