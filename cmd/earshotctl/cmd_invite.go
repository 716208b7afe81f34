package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"earshot/internal/export"
	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/trust"
)

// errUnused ends an invitation that nobody used.
var errUnused = errors.New("nobody used the link in time, and it is worth nothing now; nothing has changed")

// errTakenBack ends an invitation that a person interrupted.
var errTakenBack = errors.New("the link was taken back; nothing has changed")

// invite is pair --qr.
func (p *program) invite(ctx context.Context) error {
	return p.lasting(ctx, func(ctx context.Context, s messenger.Service) error {
		f, err := p.newPairSession(ctx, s)
		if err != nil {
			return err
		}
		return f.showInvitation(ctx)
	})
}

// showInvitation shows an invitation until it is used or worth nothing any more.
func (f *pairSession) showInvitation(ctx context.Context) error {
	v, err := f.s.Invite(ctx)
	if errors.Is(err, messenger.ErrUnreachable) {
		return errors.New("this device is on no network, so no other one could use a link")
	}
	if err != nil {
		return err
	}
	show := drawn(f.p.out) && !f.p.args.json
	var n messenger.Pairing
	if err = f.p.printInvitation(v, show); err == nil {
		n, err = f.awaitUse(ctx, v, show)
	}
	if err != nil {
		undo, cancel := context.WithTimeout(context.WithoutCancel(ctx), cancelTime)
		defer cancel()
		if ended := f.s.EndInvite(undo); ended != nil {
			return errors.Join(err, ended)
		}
		if errors.Is(err, context.Canceled) {
			return errTakenBack
		}
		return err
	}
	return f.follow(ctx, n)
}

func (p *program) printInvitation(v messenger.Invite, show bool) error {
	switch {
	case p.args.json:
		return p.printJSON(invitationJSON{v.Link, export.Stamp(v.Expires)})
	case !show:
		return p.printf("%s\n", v.Link)
	}
	link, code, err := fitInvitation(v.Link)
	if err != nil {
		return err
	}
	return p.printf("%s%s\n", beside(code, invitationWords(p.called())), link)
}

// invitationWords stand beside the code; called is how this program is called.
func invitationWords(called string) []string {
	return []string{
		"Pair with another device:",
		"",
		"Scan this code there, or type",
		"  " + called + " pair -",
		"and paste the link from below.",
		"",
		"Whoever reads the code or the link",
		"first becomes a verified contact:",
		"show it to nobody else. It works",
		"once.",
	}
}

// awaitUse waits until a device has used the invitation and returns its pairing.
func (f *pairSession) awaitUse(ctx context.Context, v messenger.Invite, show bool) (messenger.Pairing, error) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	wipe := func() {
		if show {
			fmt.Fprint(f.p.out, "\r\x1b[K")
		}
	}
	defer wipe()
	for {
		left := time.Until(v.Expires)
		if left <= 0 {
			return messenger.Pairing{}, errUnused
		}
		if show {
			wipe()
			left = left.Round(time.Second)
			if err := f.p.printf("%d:%02d left. Ctrl-C takes the link back.", left/time.Minute, left%time.Minute/time.Second); err != nil {
				return messenger.Pairing{}, err
			}
		}
		select {
		case <-ctx.Done():
			return messenger.Pairing{}, context.Cause(ctx)
		case <-tick.C:
		case ev, ok := <-f.events:
			n, err := f.used(ctx, ev, ok)
			if n.Serial != 0 || err != nil {
				return n, err
			}
		}
	}
}

// used returns the pairing that an event tells of if an invitation began it.
func (f *pairSession) used(ctx context.Context, ev messenger.Event, ok bool) (n messenger.Pairing, err error) {
	switch {
	case !ok:
		return n, errPairGone // and the invitation, which lives in memory
	case ev.Kind == messenger.EventPairing:
		n = *ev.Pairing
	case ev.Kind == messenger.EventLagged:
		if n, err = f.s.Pairing(ctx); err != nil {
			return n, err
		}
	}
	if !n.ByLink || n.Ours {
		return messenger.Pairing{}, nil
	}
	return n, nil
}

// pairByLink is pair -: the link comes from standard input.
func (p *program) pairByLink(ctx context.Context) error {
	link, id, answers, err := p.readLink()
	if err != nil {
		return err
	}
	defer answers.Close()
	if !p.args.yes {
		var v messenger.Invited
		err := p.offline(ctx, func(ctx context.Context, s messenger.Service) (err error) {
			v, err = s.ReadLink(ctx, link)
			return err
		})
		if err != nil {
			return p.explainPair(err, target{id: id})
		}
		// The device is closed while a person thinks.
		if !p.askYes(answers, "Pair with "+labelOrID(v.Name, v.ID)+"? It becomes a verified contact.") {
			return errors.New("nothing was done, and the other device was not told")
		}
	}
	return p.lasting(ctx, func(ctx context.Context, s messenger.Service) error {
		f, err := p.newPairSession(ctx, s)
		if err != nil {
			return err
		}
		f.hold = true
		n, err := s.PairByLink(ctx, link)
		if err != nil {
			return p.explainPair(err, target{id: id})
		}
		return f.follow(ctx, n)
	})
}

// readLink reads a pairing link from standard input and says what a person
// answers on, which the caller closes: the same input when the link was typed
// there, else the terminal.
func (p *program) readLink() (link string, id identity.DeviceID, answers io.ReadCloser, err error) {
	answers = io.NopCloser(p.in)
	typing := typed(p.in)
	if !typing && !p.args.yes {
		none := usagef("a person has to say yes to the device of the link; where nobody sits at a terminal, say --yes")
		if p.terminal == nil {
			return "", id, nil, none
		}
		if answers, err = p.terminal(); err != nil {
			return "", id, nil, none
		}
	}
	if typing {
		fmt.Fprint(p.err, "Paste the link from the other device, then Enter: ")
	}
	if link, id, err = linkFrom(p.in); err != nil {
		answers.Close()
	}
	return link, id, answers, err
}

// linkFrom reads a line with a pairing link.
func linkFrom(r io.Reader) (link string, id identity.DeviceID, err error) {
	const lineEnd = 2 // bytes of CR LF
	link, err = bufio.NewReader(io.LimitReader(r, trust.MaxInviteBytes+lineEnd)).ReadString('\n')
	switch link = strings.TrimSpace(link); {
	case err != nil && !errors.Is(err, io.EOF):
		return "", id, fmt.Errorf("read standard input: %w", err)
	case link == "":
		return "", id, errors.New("no link came from standard input")
	}
	v, err := trust.ParseInvitation(link)
	return link, v.ID, err
}

// askYes asks a person and reports whether the answer is yes.
func (p *program) askYes(in io.Reader, question string) bool {
	fmt.Fprint(p.err, question+" [y/n] ")
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil {
		fmt.Fprintln(p.err)
		return false
	}
	line = strings.ToLower(strings.TrimSpace(line))
	return line == "y" || line == "yes"
}
