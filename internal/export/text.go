package export

import (
	"bufio"
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/safetext"
)

// Where a line begins says what it is: a message, a note to it, or more of its
// text.
const (
	noteIndent = "  "
	textIndent = "       " // below the text behind "15:04  "
)

// lineEnds is everything that some program shows as the end of a line.
const lineEnds = "\n\r\v\f\u0085\u2028\u2029"

// textWriter writes messages for people.
type textWriter struct {
	out      *bufio.Writer
	terminal bool
	zone     *time.Location
	me, them string // names, fit for one line
	day      string // of the message before
}

func newTextWriter(ctx context.Context, src Source, out *bufio.Writer, self messenger.Self, o Options) (*textWriter, error) {
	all, err := src.Conversations(ctx)
	if err != nil {
		return nil, err
	}
	var name string
	for _, c := range all {
		if c.Contact.ID == o.Peer {
			name = c.Contact.Name
		}
	}
	t := &textWriter{out: out, terminal: o.Terminal, zone: o.Zone, me: oneLine(self.Name), them: oneLine(name)}
	if t.zone == nil {
		t.zone = time.Local
	}
	me, them := named(t.me, self.ID), named(t.them, o.Peer)
	if strings.EqualFold(t.me, t.them) {
		t.me, t.them = me, them
	}
	fmt.Fprintf(out, "Conversation of %s with %s\n", me, them)
	if !o.Now.IsZero() {
		fmt.Fprintf(out, "Written at %s\n", o.Now.In(t.zone).Format("2006-01-02 15:04 -0700"))
	}
	return t, nil
}

// oneLine is a device's name as it is shown, also on a terminal.
func oneLine(name string) string { return safetext.TerminalLine(string(safetext.Name(name))) }

func named(name string, id identity.DeviceID) string { return name + " (" + id.Short() + ")" }

// message writes one message. The writer keeps the first error for Flush.
func (t *textWriter) message(m messenger.Message) error {
	at := m.SentAt.In(t.zone)
	if day := at.Format("Monday, 2 January 2006"); day != t.day {
		fmt.Fprintf(t.out, "\n%s\n\n", day)
		t.day = day
	}
	fmt.Fprintf(t.out, "%s  %s:", at.Format("15:04"), t.name(m.Outgoing))
	if m.Text != "" {
		t.out.WriteByte(' ')
		t.out.WriteString(t.body(m.Text))
	}
	t.out.WriteByte('\n')
	for _, note := range t.notes(m) {
		fmt.Fprintf(t.out, "%s%s\n", noteIndent, note)
	}
	_, err := t.out.Write(nil) // the error of a write before
	return err
}

func (t *textWriter) name(mine bool) string {
	if mine {
		return t.me
	}
	return t.them
}

// body is a text with all its lines but the first indented.
func (t *textWriter) body(text string) string {
	if t.terminal {
		return strings.ReplaceAll(safetext.Terminal(text), "\n", "\n"+textIndent)
	}
	var b strings.Builder
	for rest := text; rest != ""; {
		r, size := utf8.DecodeRuneInString(rest)
		b.WriteString(rest[:size])
		rest = rest[size:]
		if strings.ContainsRune(lineEnds, r) && !(r == '\r' && strings.HasPrefix(rest, "\n")) {
			b.WriteString(textIndent)
		}
	}
	return b.String()
}

// notes says what else is known of a message, one line each.
func (t *textWriter) notes(m messenger.Message) []string {
	var all []string
	add := func(ok bool, format string, args ...any) {
		if ok {
			all = append(all, fmt.Sprintf(format, args...))
		}
	}
	add(m.Deleted, "deleted")
	if q := m.Quote; q != nil {
		add(q.Deleted, "answers a deleted message of %s", t.name(q.Outgoing))
		add(!q.Deleted, "answers %s: %s", t.name(q.Outgoing), safetext.TerminalLine(string(safetext.Line(q.Text))))
	} else {
		add(!m.ReplyTo.IsZero() && !m.Deleted, "answers a message that is not here any more")
	}
	add(m.Kind == messenger.KindAuto, "written by a program")
	add(!m.EditedAt.IsZero(), "edited %s", m.EditedAt.In(t.zone).Format("2006-01-02 15:04"))
	waits := m.State == messenger.Queued || m.State == messenger.Waiting || m.State == messenger.Sent
	add(m.Outgoing && waits && !m.Deleted, "not delivered yet")
	add(m.Outgoing && m.State == messenger.Failed && !m.Deleted, "cancelled")
	add(m.Changing, "the last change is not delivered yet")
	add(m.Theirs != "", "reaction of %s: %s", t.them, safetext.TerminalLine(m.Theirs))
	add(m.Mine != "", "reaction of %s: %s", t.me, safetext.TerminalLine(m.Mine))
	return all
}
