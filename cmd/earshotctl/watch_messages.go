package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
)

// toldMemory is how many printed messages are remembered, so that none is
// printed again when its event comes late: more than a subscriber can be behind
// (1,024 here, in the owner and on its socket each).
const toldMemory = 4096

// textKey names a message here.
type textKey struct {
	peer     identity.DeviceID
	outgoing bool
	id       msgid.ID
}

func keyOf(m messenger.Message) textKey { return textKey{m.Peer, m.Outgoing, m.ID} }

// told remembers the newest toldMemory keys.
type told struct {
	has   map[textKey]time.Time // when the message was stored
	order []textKey             // oldest first
	// floor is when the newest message was stored that was forgotten, or the
	// start: what was stored up to then is no news.
	floor time.Time
}

// add reports whether the message was not there before.
func (t *told) add(m messenger.Message) bool {
	k := keyOf(m)
	if t.knows(k) {
		return false
	}
	if t.has == nil {
		t.has = map[textKey]time.Time{}
	}
	t.has[k] = m.StoredAt
	t.order = append(t.order, k)
	if len(t.order) > toldMemory {
		oldest := t.order[0]
		if at := t.has[oldest]; at.After(t.floor) {
			t.floor = at
		}
		delete(t.has, oldest)
		t.order = t.order[1:]
	}
	return true
}

func (t *told) knows(k textKey) bool {
	_, ok := t.has[k]
	return ok
}

// begin notes what is there before the first event: nothing of it is news, but
// what waits in the outbox may be delivered later.
func (w *watcher) begin(ctx context.Context) error {
	w.messages.floor = time.Now().Truncate(time.Millisecond).Add(-time.Millisecond)
	waiting, err := w.d.Outbox(ctx)
	for _, m := range waiting {
		if !w.noteChange(m) {
			w.pending[keyOf(m)] = true
		}
	}
	return err
}

// noteChange notes the message of a change that waits, and reports whether m is
// one.
func (w *watcher) noteChange(m messenger.Message) bool {
	if m.Kind.IsChange() {
		w.changing[textKey{m.Peer, m.TargetMine, m.Target}] = true
	}
	return m.Kind.IsChange()
}

// changed prints a change of a message.
func (w *watcher) changed(ctx context.Context, m messenger.Message) error {
	if w.changing[keyOf(m)] = m.Changing; !m.Changing {
		delete(w.changing, keyOf(m))
	}
	if m.Deleted { // no delivery of it is told any more
		delete(w.pending, keyOf(m))
	}
	return w.printChanged(ctx, m)
}

// message prints a message that was not printed yet.
func (w *watcher) message(ctx context.Context, m messenger.Message) error {
	if !w.messages.add(m) {
		return nil
	}
	if m.Outgoing && !settled(m) && !m.Deleted && !w.deliveries.knows(keyOf(m)) {
		w.pending[keyOf(m)] = true
	}
	return w.printMessage(ctx, m)
}

// state prints that a change of a message is delivered, and that an own message
// is, once.
func (w *watcher) state(ctx context.Context, m messenger.Message) error {
	if w.changing[keyOf(m)] && !m.Changing {
		delete(w.changing, keyOf(m))
		if err := w.changeDelivered(ctx, m); err != nil {
			return err
		}
	}
	if !m.Outgoing || !settled(m) {
		return nil
	}
	waited := w.pending[keyOf(m)]
	delete(w.pending, keyOf(m))
	// Read comes after delivered, whose event may be lost.
	if m.State != messenger.Delivered && !(m.State == messenger.Read && waited) {
		return nil
	}
	// What was there at the start and did not wait was delivered before: a change
	// of it is what this is about.
	if !waited && !m.StoredAt.After(w.messages.floor) {
		return nil
	}
	if !w.deliveries.add(m) {
		return nil
	}
	return w.printDelivered(ctx, m)
}

// catchUpMessages prints the messages and deliveries whose events were lost.
func (w *watcher) catchUpMessages(ctx context.Context) error {
	waiting, err := w.d.Outbox(ctx)
	if err != nil {
		return err
	}
	left := map[identity.DeviceID]map[msgid.ID]bool{} // out of the outbox, not told of
	for k := range w.pending {
		if left[k.peer] == nil {
			left[k.peer] = map[msgid.ID]bool{}
		}
		left[k.peer][k.id] = true
	}
	clear(w.changing)
	for _, m := range waiting {
		if !w.noteChange(m) {
			delete(left[m.Peer], m.ID)
		}
	}
	all, err := w.d.Conversations(ctx)
	if err != nil {
		return err
	}
	floor := w.messages.floor // printing one conversation must not raise it for the next
	for _, c := range all {
		if err := w.catchUpWith(ctx, c.Contact.ID, floor, left[c.Contact.ID]); err != nil {
			return err
		}
		for id := range left[c.Contact.ID] { // cancelled, or removed from the history
			delete(w.pending, textKey{c.Contact.ID, true, id})
		}
	}
	return nil
}

// catchUpWith pages back through one conversation until a page holds nothing
// new and all of left was met, and then prints forward. It keeps one page of
// texts in memory and reads the others twice.
func (w *watcher) catchUpWith(ctx context.Context, peer identity.DeviceID, floor time.Time, left map[msgid.ID]bool) error {
	page := messenger.Page{Peer: peer, Limit: messenger.MaxPage}
	var newest []messenger.Message
	var above []msgid.ID // one for each page to read again, newest first
	unmet := len(left)
	for {
		got, err := w.d.History(ctx, page)
		if err != nil {
			return gone(err)
		}
		news := false
		for _, m := range got {
			if m.Outgoing && left[m.ID] {
				unmet--
				news = true
			}
			news = news || w.isNews(m, floor)
		}
		if page.Before.IsZero() {
			newest = got
		} else if news || unmet > 0 {
			above = append(above, page.Before)
		}
		if len(got) < page.Limit || !news && unmet <= 0 {
			break
		}
		page.Before = got[0].ID
	}
	for _, before := range slices.Backward(above) {
		page.Before = before
		got, err := w.d.History(ctx, page)
		if err != nil {
			return gone(err)
		}
		if err := w.tell(ctx, got, floor, left); err != nil {
			return err
		}
	}
	return w.tell(ctx, newest, floor, left)
}

// gone drops the error of a page above a message that was removed meanwhile.
func gone(err error) error {
	if errors.Is(err, messenger.ErrUnknownMessage) {
		return nil
	}
	return err
}

// isNews reports whether m came after floor and was not printed. A request that
// was allowed counts as stored when it was asked.
func (w *watcher) isNews(m messenger.Message, floor time.Time) bool {
	k := keyOf(m)
	if w.messages.knows(k) {
		return false
	}
	asked := !m.Outgoing && w.requests[m.Peer] == m.ID
	return asked || k == w.lastGone || m.StoredAt.After(floor)
}

// tell prints what is new of one page.
func (w *watcher) tell(ctx context.Context, page []messenger.Message, floor time.Time, left map[msgid.ID]bool) error {
	for _, m := range page {
		if ctx.Err() != nil { // a slow reader need not take the whole page
			return context.Cause(ctx)
		}
		fresh := w.isNews(m, floor)
		if fresh {
			if err := w.message(ctx, m); err != nil {
				return err
			}
		}
		if !m.Outgoing || !settled(m) || !fresh && !left[m.ID] {
			continue
		}
		w.pending[keyOf(m)] = true // it was, as far as anybody was told
		if err := w.state(ctx, m); err != nil {
			return err
		}
	}
	return nil
}
