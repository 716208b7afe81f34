package viewmodel

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/safetext"
	"earshot/internal/words"
)

const (
	// searchPause is how long a search waits for the next letter.
	searchPause = 150 * time.Millisecond

	// searchPage is how many hits are read at once: five screens.
	searchPage = 50

	// Bytes of a text that are shown around the first thing that was found: what
	// stands before it on a line, and at most what fits a line at all.
	hitBefore = 24
	hitAfter  = 4 * safetext.MaxLineChars
)

// search is what a person looks for. Its rev rises with every new question.
type search struct {
	text string
	rev  uint64
	due  bool            // it is to be asked
	busy bool            // it is to be asked, or was and is not answered
	more bool            // there are more hits behind those that are here
	next messenger.Query // for them
	hits []*hit          // newest first
	note string          // why there are none
}

// hit is a message that was found.
type hit struct {
	m     messenger.Message
	line  safetext.Display // the part of the text in which something was found
	marks []words.Span     // of line
	shown *Hit             // what it looked like last
}

func newHit(m messenger.Message, q words.Query) *hit {
	text := m.Text
	if found := words.Spans(text, q); len(found) > 0 {
		text = part(text, found[0].Start)
	}
	h := &hit{m: m, line: safetext.Line(text)}
	h.marks = words.Spans(string(h.line), q)
	return h
}

// part is what is shown of a text in which something was found at a byte.
func part(text string, at int) string {
	end := min(len(text), at+hitAfter)
	for end < len(text) && !utf8.RuneStart(text[end]) {
		end++
	}
	text = text[:end]
	from := at - hitBefore
	if from <= 0 {
		return text
	}
	if space := strings.IndexAny(text[from:at], " \n\t"); space >= 0 {
		from += space + 1
	} else {
		from = at // not in the middle of a word, whose letters may belong together
	}
	return "… " + text[from:]
}

// ask makes the search begin anew, for so many hits.
func (q *search) ask(most int) {
	q.rev++
	q.due, q.busy = true, true
	q.next = messenger.Query{Text: q.text, Limit: most}
}

// found takes the answer to a question.
func (q *search) found(asked messenger.Query, got []messenger.Hit, err error) {
	q.busy = false
	if asked.Before == 0 {
		q.hits, q.note = nil, ""
	}
	q.more = err == nil && len(got) == asked.Limit
	q.next.Limit = searchPage
	parsed, _ := words.ParseQuery(asked.Text)
	for _, h := range got {
		q.hits = append(q.hits, newHit(h.Message, parsed))
		q.next.Before = h.Cursor
	}
	switch {
	case errors.Is(err, messenger.ErrNoWords):
		q.note = "Write at least one letter or digit."
	case errors.Is(err, messenger.ErrLongQuery):
		q.note = "That is too much to search for. Use fewer words."
	case err != nil:
		q.note = "The search did not work. Try it again in a moment."
	case len(q.hits) == 0:
		q.note = "No message has these words."
	}
}

// searchAgain asks anew because a message changed. As many hits as are there
// stay, so that nothing moves away from a person who looks at the last of them.
func (s *state) searchAgain() {
	if q := s.search; q != nil && strings.TrimSpace(q.text) != "" {
		pages := (len(q.hits) + searchPage - 1) / searchPage
		q.ask(min(max(1, pages), messenger.MaxPage/searchPage) * searchPage)
	}
}

// seek asks what is to be asked, and stops a question that nobody waits for.
func (l *loop) seek(ctx context.Context) {
	q := l.s.search
	if l.unseek != nil && (q == nil || q.rev != l.seeking) {
		l.unseek()
		l.unseek = nil
	}
	if q == nil || !q.due {
		return
	}
	q.due = false
	asked, rev := q.next, q.rev
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	l.seeking, l.unseek = rev, cancel
	l.wg.Go(func() {
		defer cancel()
		got, err := l.c.opt.Service.Search(ctx, asked)
		l.c.inbox.put(func(s *state) stale {
			if s.search != nil && s.search.rev == rev {
				s.search.found(asked, got, err)
			}
			return 0
		})
	})
}

// Search looks for what a person typed, once the person pauses. An empty text
// finds nothing.
func (c *Controller) Search(text string) {
	c.inbox.put(func(s *state) stale {
		q := s.search
		if q == nil {
			s.searches++ // no answer to an earlier search is taken for one of this
			q = &search{rev: s.searches << 32}
			s.search = q
		}
		if q.text == text {
			return 0
		}
		q.rev++
		q.text, q.due = text, false
		if q.busy = strings.TrimSpace(text) != ""; !q.busy {
			q.hits, q.more, q.note = nil, false, ""
			return 0
		}
		rev := q.rev
		time.AfterFunc(searchPause, func() {
			c.inbox.put(func(s *state) stale {
				if s.search == q && q.rev == rev {
					q.ask(searchPage)
				}
				return 0
			})
		})
		return 0
	})
}

// SearchMore looks for more of the same.
func (c *Controller) SearchMore() {
	c.inbox.put(func(s *state) stale {
		if q := s.search; q != nil && q.more && !q.busy {
			q.due, q.busy = true, true
		}
		return 0
	})
}

// EndSearch forgets what was found.
func (c *Controller) EndSearch() {
	c.inbox.put(func(s *state) stale {
		s.search = nil
		return 0
	})
}

// OpenAt opens the chat with a device at a message, by the key of its row.
func (c *Controller) OpenAt(id identity.DeviceID, key string) {
	k, ok := parseKey(key)
	if !ok {
		return
	}
	now := c.opt.Now()
	c.inbox.put(func(s *state) stale {
		c.leaving(s, id, now)
		return s.open(id) | s.thread.jump(k)
	})
}

// snapshot is what the search looks like; device says what is known of one.
func (q *search) snapshot(device func(identity.DeviceID) Device, now time.Time) *Search {
	out := &Search{Text: q.text, Busy: q.busy, More: q.more, Note: q.note}
	for _, h := range q.hits {
		made := Hit{
			Device: device(h.m.Peer), Key: rowKey(keyOf(h.m)), Out: h.m.Outgoing, Line: h.line, Marks: h.marks,
			Time: rowTime(shownAt(h.m).In(now.Location()), now),
		}
		if old := h.shown; old == nil || old.Device != made.Device || old.Time != made.Time {
			h.shown = &made
		}
		out.Hits = append(out.Hits, h.shown)
	}
	return out
}
