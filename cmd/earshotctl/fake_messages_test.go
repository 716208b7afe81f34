package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
	"earshot/internal/store"
)

// conversation returns the messages with a peer, in order.
func (f *fakeDevice) conversation(peer identity.DeviceID) []messenger.Message {
	f.mu.Lock()
	defer f.mu.Unlock()
	var got []messenger.Message
	for i, m := range f.messages {
		if m.Peer == peer && !m.Kind.IsChange() {
			m.SortKey = uint64(i + 1)
			got = append(got, m)
		}
	}
	return got
}

func (f *fakeDevice) History(_ context.Context, page messenger.Page) ([]messenger.Message, error) {
	f.reads++
	got := f.conversation(page.Peer)
	limit := cmp.Or(min(page.Limit, messenger.MaxPage), messenger.MaxPage)
	from, to := max(0, len(got)-limit), len(got)
	if at := cmp.Or(page.Before, page.After, page.Around); !at.IsZero() {
		i := slices.IndexFunc(got, func(m messenger.Message) bool { return m.ID == at })
		if i < 0 {
			return nil, messenger.ErrUnknownMessage
		}
		switch at {
		case page.Before:
			from, to = max(0, i-limit), i
		case page.After:
			from, to = i+1, min(len(got), i+1+limit)
		default:
			from, to = max(0, i-(limit-1)/2), min(len(got), i+1+limit-1-(limit-1)/2)
		}
	}
	return got[from:to], nil
}

func (f *fakeDevice) Find(_ context.Context, id msgid.ID) ([]messenger.Message, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var got []messenger.Message
	for _, m := range f.messages {
		if m.ID == id && !m.Kind.IsChange() {
			got = append(got, m)
		}
	}
	return got, nil
}

func (f *fakeDevice) Conversations(context.Context) ([]messenger.Conversation, error) {
	var all []messenger.Conversation
	for _, p := range f.peers {
		if !p.Level.IsContact() {
			continue
		}
		c := messenger.Conversation{Contact: messenger.Contact{ID: p.ID, Name: p.Name, Receipts: !f.silent}}
		if got := f.conversation(p.ID); len(got) > 0 {
			c.Last = got[len(got)-1]
		}
		all = append(all, c)
	}
	return all, nil
}

// Search finds the query as it is, newest first.
func (f *fakeDevice) Search(_ context.Context, q messenger.Query) ([]messenger.Hit, error) {
	f.reads++
	var hits []messenger.Hit
	for i, m := range slices.Backward(f.messages) {
		in := (q.Peer.IsZero() || q.Peer == m.Peer) && strings.Contains(m.Text, q.Text)
		if at := store.Cursor(i + 1); in && (q.Before == 0 || at < q.Before) && len(hits) < q.Limit {
			hits = append(hits, messenger.Hit{Message: m, Cursor: at})
		}
	}
	return hits, nil
}

// Change applies a change, which waits unless changed says what becomes of it.
func (f *fakeDevice) Change(_ context.Context, c messenger.Change) (messenger.Message, error) {
	f.did = append(f.did, fmt.Sprintf("change %d %q %v", c.Kind, c.Text, c.Of.Mine))
	if c.ID.IsZero() || c.Of.Peer.IsZero() {
		return messenger.Message{}, messenger.ErrUnknownMessage
	}
	if c.Kind != messenger.KindReact && !c.Of.Mine {
		return messenger.Message{}, messenger.ErrNotYours
	}
	if f.failed != nil {
		return messenger.Message{}, f.failed
	}
	found, _ := f.Find(context.Background(), c.Of.ID)
	m := found[0]
	m.Changing = true
	if f.changed != nil {
		f.changed(&m)
	}
	return m, nil
}

func (f *fakeDevice) Cancel(_ context.Context, of messenger.Ref) (messenger.Message, error) {
	f.did = append(f.did, "cancel "+of.ID.String())
	if !of.Mine {
		return messenger.Message{}, messenger.ErrNotWaiting
	}
	return messenger.Message{ID: of.ID, Peer: of.Peer, Outgoing: true, State: messenger.Failed}, nil
}

func (f *fakeDevice) Remove(_ context.Context, of messenger.Ref) error {
	f.did = append(f.did, "remove "+of.ID.String())
	return f.failed
}

func (f *fakeDevice) Clear(_ context.Context, id identity.DeviceID) (int, error) {
	f.did = append(f.did, "clear "+id.Short())
	return f.kept, nil
}

func (f *fakeDevice) Settings(context.Context) ([]messenger.Setting, error) {
	return []messenger.Setting{{Key: "one", Value: "a", Default: "b"}, {Key: "two", Value: cmp.Or(f.two, "c"), Default: "c", Chosen: f.two != ""}}, nil
}

func (f *fakeDevice) SetSetting(_ context.Context, key, value string) error {
	switch {
	case key != "two":
		return messenger.ErrUnknownSetting
	case value == "bad":
		return messenger.ErrBadValue
	}
	f.two = value
	return nil
}

func (f *fakeDevice) SetReceipts(_ context.Context, _ identity.DeviceID, on bool) error {
	f.silent = !on
	return nil
}
