package viewmodel

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"earshot/internal/messenger"
	"earshot/internal/safetext"
)

// noon is the present of all tests: a Friday.
var noon = time.Date(2026, time.November, 20, 12, 0, 0, 0, time.FixedZone("here", 3600))

func TestTimesInWords(t *testing.T) {
	at := func(month time.Month, day, hour, minute int) time.Time {
		return time.Date(2026, month, day, hour, minute, 0, 0, noon.Location())
	}
	for _, c := range []struct {
		at                       time.Time
		row, chip, seen, present string
	}{
		{at(11, 20, 9, 5), "09:05", "Today", "Last seen 09:05", "In earshot"},
		{at(11, 20, 0, 0), "00:00", "Today", "Last seen 00:00", "In earshot"},
		{at(11, 19, 23, 59), "Yesterday", "Yesterday", "Last seen yesterday 23:59", "In earshot"},
		{at(11, 18, 23, 59), "Wed", "Wednesday, 18 November", "Last seen Wed", "In earshot"},
		{at(11, 14, 0, 0), "Sat", "Saturday, 14 November", "Last seen Sat", "In earshot"},
		{at(11, 13, 23, 0), "13 Nov", "Friday, 13 November", "Last seen 13 Nov", "In earshot"},
		{at(11, 21, 1, 0), "21 Nov", "Saturday, 21 November", "Last seen 21 Nov", "In earshot"},
		{time.Date(2025, 12, 31, 23, 0, 0, 0, noon.Location()), "31 Dec 2025", "31 December 2025", "Last seen 31 Dec 2025", "In earshot"},
	} {
		t.Run(c.at.Format(time.RFC3339), func(t *testing.T) {
			for _, w := range []struct{ got, want string }{
				{rowTime(c.at, noon), c.row}, {dayChip(c.at, noon), c.chip},
				{presence(Absent, c.at, noon), c.seen}, {presence(Here, c.at, noon), c.present}, {presence(Away, c.at, noon), "Away"},
			} {
				if w.got != w.want {
					t.Errorf("got %q, want %q", w.got, w.want)
				}
			}
		})
	}
	if got := presence(Absent, time.Time{}, noon); got != "Not in earshot" {
		t.Errorf("a device that was never seen is %q", got)
	}
	if got := rowTime(time.Time{}, noon); got != "" {
		t.Errorf("no time is %q", got)
	}
}

// TestDaysAreCountedByMidnights: a day on which the clocks change has 23 or 25
// hours.
func TestDaysAreCountedByMidnights(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zones on this machine")
	}
	from := time.Date(2026, 3, 28, 23, 0, 0, 0, zone)
	if got := daysBetween(from, time.Date(2026, 3, 30, 0, 30, 0, 0, zone)); got != 2 {
		t.Errorf("got %d days over the change of clocks, want 2", got)
	}
}

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{
		"Mia": "M", "Jonas Weber": "JW", "Mia's Pixel 9": "M", "amélie": "A", "élan vital": "ÉV",
		"ThinkPad 9": "T", "小林 健": "小", "👨‍👩‍👧‍👦 family": "👨‍👩‍👧‍👦", "(lab) Pi": "P", "---": "?", "": "?", "Дмитрий Ким": "ДК",
	} {
		if got := initials(safetext.Display(name)); got != want {
			t.Errorf("initials of %q are %q, want %q", name, got, want)
		}
	}
}

func TestCheckText(t *testing.T) {
	for _, c := range []struct {
		name, text, want string
	}{
		{"a word", "x", ""},
		{"64 KiB", strings.Repeat("x", messenger.MaxTextBytes), ""},
		{"one byte more", strings.Repeat("x", messenger.MaxTextBytes+1), "Too long by 1 byte:"},
		{"bytes, not characters", strings.Repeat("é", messenger.MaxTextBytes/2+1), "Too long by 2 bytes"},
		{"empty", "", "nothing to send"},
		{"only spaces", " \n\t ", "nothing to send"},
		{"not UTF-8", "a\xff", "not text"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := CheckText(c.text); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestRefusalsAreWords: no error of the messenger reaches the screen as it is.
func TestRefusalsAreWords(t *testing.T) {
	for _, err := range []error{
		messenger.ErrEmptyText, messenger.ErrTextTooLong, messenger.ErrInvalidText, messenger.ErrBlocked,
		messenger.ErrSelf, messenger.ErrUnknownPeer, messenger.ErrNoRequest, messenger.ErrBadName,
	} {
		got := refusal(fmt.Errorf("sending: %w", err))
		if got == refusal(errors.New("anything else")) || strings.Contains(got, "sending:") {
			t.Errorf("%v is shown as %q", err, got)
		}
	}
}
