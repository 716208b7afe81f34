package viewmodel

import (
	"context"
	"errors"

	"earshot/internal/messenger"
)

// shownInvite is the invitation that the dialog shows.
type shownInvite struct {
	asked  bool // for one; it may be there
	rev    int  // rises with each, so that late answers are known
	invite messenger.Invite
	why    string // there is none
}

// wantsInvite reports whether there shall be an invitation: while the own code or
// six digits are shown. One that was shown stays good as long as the dialog does,
// since somebody may be about to use it, but not when the numbers differ.
func (p *pairing) wantsInvite() bool {
	if p.sheet.kind == sheetInvite {
		return true
	}
	if !p.open() || p.dialog.ByLink {
		return false
	}
	switch p.dialog.Stage {
	case messenger.PairComparing:
		return true
	case messenger.PairConfirming:
		return p.invite.asked
	case messenger.PairFailed:
		return p.invite.asked && !warns(p.dialog.Reason) && p.dialog.Reason != messenger.PairForged
	}
	return false
}

// ShowInvite opens the dialog with a code for another device to read, or makes a
// new one.
func (c *Controller) ShowInvite() {
	c.inbox.put(func(s *state) stale {
		if s.pair.sheet.kind != sheetInvite {
			s.pair.put(pairSheet{kind: sheetInvite})
		}
		s.pair.invite = shownInvite{rev: s.pair.invite.rev}
		return 0
	})
}

// tendInvite makes the invitation that is wanted, and ends the one that is not.
func (c *Controller) tendInvite(s *state) {
	i, want := &s.pair.invite, s.pair.wantsInvite()
	if want == i.asked {
		return
	}
	*i = shownInvite{asked: want, rev: i.rev + 1}
	rev := i.rev
	c.command(func(ctx context.Context) func(*state) stale {
		if !want {
			if err := c.opt.Service.EndInvite(ctx); err != nil {
				c.log.Warn("Could not take an invitation back.", "error", err)
			}
			return func(*state) stale { return 0 }
		}
		made, err := c.opt.Service.Invite(ctx)
		why := ""
		switch {
		case errors.Is(err, messenger.ErrUnreachable):
			why = "This device is on no network. Join one and try again."
		case err != nil:
			why = c.pairRefused(ctx, err)
		}
		return func(s *state) stale {
			if i := &s.pair.invite; i.rev == rev {
				i.invite, i.why = made, why
			}
			return 0
		}
	})
}
