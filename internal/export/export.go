// Package export writes a whole conversation, as text for people or as JSON for
// programs.
package export

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"time"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
	"earshot/internal/safetext"
)

// Format is the form of an export.
type Format int

// The formats.
const (
	// Text is for people: a heading for each day, and for each message its time,
	// who wrote it, its text, what it answers, edits and reactions. Only what
	// Earshot writes stands in the first columns; the text of a message is
	// indented, so that it cannot pass for another message.
	Text Format = iota
	// JSON is one Record a line.
	JSON
)

// Source is what Write reads from. Every messenger.Service is one.
type Source interface {
	Self(ctx context.Context) (messenger.Self, error)
	Conversations(ctx context.Context) ([]messenger.Conversation, error)
	Find(ctx context.Context, id msgid.ID) ([]messenger.Message, error)
	History(ctx context.Context, page messenger.Page) ([]messenger.Message, error)
}

// Options says what Write writes.
type Options struct {
	Peer     identity.DeviceID // whose conversation
	Format   Format
	Terminal bool           // Text is made harmless for a terminal; otherwise it has every byte of a message
	Zone     *time.Location // of the times in Text; nil: that of this machine
	Now      time.Time      // written above Text as the time of the export; zero: left out
}

// Write writes the conversation with a device, oldest message first, and returns
// how many messages it was. It keeps two pages of messages in memory however
// long the conversation is. What is stored while it runs may be in it or not.
// The error is that of the source, ErrLost, ErrUnclear, or that of w.
func Write(ctx context.Context, src Source, w io.Writer, o Options) (int, error) {
	self, err := src.Self(ctx)
	if err != nil {
		return 0, err
	}
	out := bufio.NewWriterSize(w, 64<<10) // few writes, however short the messages are
	var line func(messenger.Message) error
	if o.Format == JSON {
		line = func(m messenger.Message) error { return writeJSON(out, View(self.ID, m)) }
	} else {
		t, err := newTextWriter(ctx, src, out, self, o)
		if err != nil {
			return 0, err
		}
		line = t.message
	}
	count := 0
	err = each(ctx, src, o.Peer, func(m messenger.Message) error {
		count++
		return line(m)
	})
	if flushed := out.Flush(); err == nil { // after an error, so that what was written ends with a whole line
		err = flushed
	}
	return count, err
}

// writeJSON writes v on one line that is harmless on a terminal and decodes to
// every byte.
func writeJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(safetext.JSON(b.Bytes()))
	return err
}
