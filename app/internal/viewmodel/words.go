package viewmodel

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"

	"earshot/internal/messenger"
	"earshot/internal/safetext"
)

// clockTime is the time of day, "14:32".
func clockTime(t time.Time) string { return t.Format("15:04") }

// daysBetween is how many midnights lie between two times of one zone.
func daysBetween(from, to time.Time) int {
	midnight := func(t time.Time) time.Time {
		y, m, d := t.Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int(midnight(to).Sub(midnight(from)) / (24 * time.Hour))
}

// rowTime is the time in a list: the hour today, then the day.
func rowTime(t, now time.Time) string {
	switch days := daysBetween(t, now); {
	case t.IsZero():
		return ""
	case days == 0:
		return clockTime(t)
	case days == 1:
		return "Yesterday"
	case days > 1 && days < 7:
		return t.Format("Mon")
	case t.Year() == now.Year():
		return t.Format("2 Jan")
	}
	return t.Format("2 Jan 2006")
}

// dayChip is the day above the messages of that day.
func dayChip(t, now time.Time) string {
	switch days := daysBetween(t, now); {
	case days == 0:
		return "Today"
	case days == 1:
		return "Yesterday"
	case t.Year() == now.Year():
		return t.Format("Monday, 2 January")
	}
	return t.Format("2 January 2006")
}

// presence says whether a device is in earshot, and if not, when it was.
func presence(p Presence, last, now time.Time) string {
	switch {
	case p == Here:
		return "In earshot"
	case p == Away:
		return "Away"
	case last.IsZero():
		return "Not in earshot"
	}
	switch days := daysBetween(last, now); {
	case days == 0:
		return "Last seen " + clockTime(last)
	case days == 1:
		return "Last seen yesterday " + clockTime(last)
	}
	return "Last seen " + rowTime(last, now)
}

// initials are one or two characters for an avatar: of both words if a name
// has two that begin with a letter, else of the first.
func initials(name safetext.Display) string {
	words := strings.Fields(string(name))
	if len(words) == 2 && startsWithLetter(words[0]) && startsWithLetter(words[1]) {
		return strings.ToUpper(firstChar(words[0]) + firstChar(words[1]))
	}
	for _, w := range words {
		r, _ := utf8.DecodeRuneInString(w)
		if startsWithLetter(w) || !unicode.IsPunct(r) {
			return strings.ToUpper(firstChar(w))
		}
	}
	return "?"
}

// startsWithLetter is about scripts in which initials are usual: an ideograph
// fills the avatar alone.
func startsWithLetter(word string) bool {
	r, _ := utf8.DecodeRuneInString(word)
	return unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic)
}

func firstChar(word string) string {
	it := graphemes.FromString(word)
	it.Next()
	return it.Value()
}

// CheckText returns why a text cannot be sent, in words for a person, or "".
func CheckText(text string) string {
	switch {
	case strings.TrimSpace(text) == "":
		return refusal(messenger.ErrEmptyText)
	case len(text) > messenger.MaxTextBytes:
		unit := "bytes"
		over := len(text) - messenger.MaxTextBytes
		if over == 1 {
			unit = "byte"
		}
		return fmt.Sprintf("Too long by %d %s: one message holds 64 KiB. Shorten it or send it in parts.", over, unit)
	case !utf8.ValidString(text):
		return refusal(messenger.ErrInvalidText)
	}
	return ""
}

// refusal is an error of the messenger in words for a person.
func refusal(err error) string {
	for _, w := range []struct {
		err  error
		text string
	}{
		{messenger.ErrEmptyText, "There is nothing to send yet."},
		{messenger.ErrTextTooLong, "Too long: one message holds 64 KiB. Shorten it or send it in parts."},
		{messenger.ErrInvalidText, "This text holds bytes that are not text. Paste it again without them."},
		{messenger.ErrBlocked, "You have blocked this device."},
		{messenger.ErrSelf, "That is this device itself."},
		{messenger.ErrUnknownPeer, "This device is not known any more. Wait until it is in earshot."},
		{messenger.ErrNoRequest, "This request is gone: it was decided elsewhere or it expired."},
		{messenger.ErrUnknownMessage, "That message is not here any more."},
		{messenger.ErrDeleted, "That message was deleted."},
		{messenger.ErrCancelled, "That message was cancelled and never sent. Send it again."},
		{messenger.ErrNotWaiting, "Too late: that message has been delivered already."},
		{messenger.ErrWaits, "That message still waits to be delivered. Cancel it or delete it for both."},
		{messenger.ErrBadEmoji, "A reaction is one emoji."},
		{messenger.ErrNotVerified, "Pair with the new device first: only a verified one can take the place of another."},
		{messenger.ErrSameDevice, "A device cannot take its own place."},
		{messenger.ErrBadName, "A name needs 1 to 40 visible characters."},
		{context.DeadlineExceeded, "Earshot does not answer, so that may not be done. Try it again in a moment."},
	} {
		if errors.Is(err, w.err) {
			return w.text
		}
	}
	return "That did not work. Try again; the log says more."
}
