package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"earshot/internal/messenger"
	"earshot/internal/msgid"
)

// sendWait is how long send waits unless told: for a device that is near this
// is plenty, and a person does not mind it.
const sendWait = 5 * time.Second

func (p *program) send(ctx context.Context, words []string) error {
	text, err := p.text(words[1:])
	if err != nil {
		return err
	}
	wait := p.sendWait()
	return p.either(ctx, wait > 0 || isAddress(words[0]), func(ctx context.Context, s messenger.Service) error {
		waiting, cancel := context.WithTimeout(ctx, wait)
		defer cancel()
		to, err := await(ctx, waiting, s, words[0])
		if err != nil {
			return err
		}
		return p.sendTo(ctx, waiting, s, to, messenger.Outgoing{Text: text})
	})
}

// answer is the command reply: send to who wrote or got the message that is
// answered.
func (p *program) answer(ctx context.Context, words []string) error {
	name, err := parseMessageName(words[0])
	if err != nil {
		return err
	}
	text, err := p.text(words[1:])
	if err != nil {
		return err
	}
	wait := p.sendWait()
	return p.either(ctx, wait > 0, func(ctx context.Context, s messenger.Service) error {
		waiting, cancel := context.WithTimeout(ctx, wait)
		defer cancel()
		m, with, err := p.lookUp(ctx, s, name)
		if err != nil {
			return err
		}
		return p.sendTo(ctx, waiting, s, with, messenger.Outgoing{Text: text, ReplyTo: m.ID})
	})
}

// sendWait is how long to wait for a delivery.
func (p *program) sendWait() time.Duration {
	if p.args.has("wait") {
		return p.args.wait
	}
	return sendWait
}

// sendTo sends a text, waits for its delivery and says what became of it.
func (p *program) sendTo(ctx, waiting context.Context, s messenger.Service, to target, out messenger.Outgoing) error {
	events, err := s.Subscribe(ctx)
	if err != nil {
		return err
	}
	out.ID, out.To, out.Kind = msgid.New(time.Now()), to.id, messenger.KindText
	m, err := s.Send(ctx, out)
	if err != nil {
		return p.explain(err, to)
	}
	// From here on the text is safe; an interrupt only ends the waiting.
	m, err = delivery(waiting, s, events, m, settled)
	if err != nil {
		return err
	}
	return p.reportSent(context.WithoutCancel(ctx), s, to, m)
}

// explain says what to do when a device is blocked.
func (p *program) explain(err error, to target) error {
	if errors.Is(err, messenger.ErrBlocked) {
		return markedError{err, fmt.Errorf("%s is blocked here; %s allow %s lets it in again", to.label(), p.called(), to.id.Short())}
	}
	return err
}

// text returns what to send: the argument or all of standard input without its
// last line end. What can never be sent is refused before anything starts.
func (p *program) text(words []string) (string, error) {
	var text string
	if len(words) > 0 {
		text = words[0]
	} else {
		if typed(p.in) {
			fmt.Fprintln(p.err, "type the text, then Ctrl-D on a line of its own")
		}
		const lineEnd = 2 // bytes of CR LF
		raw, err := io.ReadAll(io.LimitReader(p.in, messenger.MaxTextBytes+lineEnd+1))
		if err != nil {
			return "", fmt.Errorf("read standard input: %w", err)
		}
		if rest, ok := strings.CutSuffix(string(raw), "\n"); ok {
			text = strings.TrimSuffix(rest, "\r")
		} else {
			text = string(raw)
		}
	}
	switch {
	case text == "":
		return "", messenger.ErrEmptyText
	case len(text) > messenger.MaxTextBytes:
		return "", messenger.ErrTextTooLong
	case !utf8.ValidString(text):
		return "", messenger.ErrInvalidText
	}
	return text, nil
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// typed reports whether in is what a person types. The null device looks like a
// terminal and is what programs without one often have.
func typed(in io.Reader) bool {
	f, ok := in.(*os.File)
	if !ok || !isTerminal(f) {
		return false
	}
	info, err := f.Stat()
	null, nullErr := os.Stat(os.DevNull)
	return err == nil && (nullErr != nil || !os.SameFile(info, null))
}

// delivery follows m until it is as over says, or waiting ends, and returns how
// it stands then.
func delivery(waiting context.Context, s messenger.Service, events <-chan messenger.Event, m messenger.Message, over func(messenger.Message) bool) (messenger.Message, error) {
	for !over(m) {
		select {
		case <-waiting.Done():
			return m, nil
		case ev, ok := <-events:
			switch {
			case ok && ev.Message != nil && ev.Kind != messenger.EventRemoved && sameMessage(*ev.Message, m):
				m = *ev.Message
				continue
			case ok && ev.Kind != messenger.EventLagged:
				continue
			}
			var err error
			if m, events, err = lookAgain(waiting, s, events, ok, m); err != nil {
				if waiting.Err() != nil {
					return m, nil
				}
				return m, err
			}
		}
	}
	return m, nil
}

// lookAgain reads how m stands after events were lost, and subscribes anew if
// their channel has ended.
func lookAgain(ctx context.Context, s messenger.Service, events <-chan messenger.Event, alive bool, m messenger.Message) (messenger.Message, <-chan messenger.Event, error) {
	var err error
	if !alive {
		if events, err = s.Subscribe(ctx); err != nil {
			return m, events, err
		}
	}
	found, err := s.Find(ctx, m.ID)
	for _, o := range found {
		if sameMessage(o, m) {
			m = o
		}
	}
	return m, events, err
}

func sameMessage(a, b messenger.Message) bool {
	return a.ID == b.ID && a.Peer == b.Peer && a.Outgoing == b.Outgoing
}

func settled(m messenger.Message) bool {
	return m.State == messenger.Delivered || m.State == messenger.Read || m.State == messenger.Failed
}

func (p *program) reportSent(ctx context.Context, s messenger.Service, to target, m messenger.Message) error {
	self, err := s.Self(ctx)
	if err != nil {
		return err
	}
	if p.args.json {
		err = p.printJSON(viewMessage("", self.ID, m))
	} else {
		var how string
		if how, err = outcome(ctx, s, to, m); err == nil {
			err = p.printf("%s\n", how)
		}
	}
	switch {
	case err != nil:
		return err
	case m.State == messenger.Failed:
		return errors.New("the text was cancelled before it could be delivered")
	case !settled(m):
		return errKept
	}
	return nil
}

// outcome says in one line what became of a text, and why it waits.
func outcome(ctx context.Context, s messenger.Service, to target, m messenger.Message) (string, error) {
	switch {
	case m.State == messenger.Failed:
		return "cancelled: " + to.label(), nil
	case settled(m):
		return "delivered to " + to.label(), nil
	}
	return kept(ctx, s, to, m)
}

// kept says why something waits in the outbox.
func kept(ctx context.Context, s messenger.Service, to target, m messenger.Message) (string, error) {
	peers, err := s.Peers(ctx)
	if err != nil {
		return "", err
	}
	online := false
	for _, peer := range peers {
		online = online || peer.ID == to.id && peer.Online
	}
	switch {
	case !online:
		return "kept in the outbox: " + to.label() + " is not in earshot", nil
	case m.State == messenger.Waiting:
		return "kept in the outbox: waiting for " + to.label() + " to accept", nil
	}
	return "kept in the outbox: " + to.label() + " has not confirmed it yet", nil
}
