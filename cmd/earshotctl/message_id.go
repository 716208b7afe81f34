package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"slices"
	"strings"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
)

const (
	// shortMessageChars is the length of the short ID of a message: 50 bits of a
	// hash. Among a million messages, two alike are a chance of one in 2,000, and
	// that the one which is meant is not the one which is found needs on top that
	// it was deleted or is further back than maxScan.
	shortMessageChars = 10
	// maxScan is how many of the newest messages are looked through for a short
	// ID: some seconds of work.
	maxScan = 100_000
)

// shortMessageDomain keeps the hash of a short ID apart from any other use of
// SHA-256.
const shortMessageDomain = "earshot short message 1"

// shortID is the short ID of a message, for people to type. It names the sender
// with the ID, as a message is named, so two messages of one ID have different
// ones; and as a hash, so that no device can choose one for its message.
func shortID(self identity.DeviceID, m messenger.Message) string {
	sender := m.Peer
	if m.Outgoing {
		sender = self
	}
	sum := sha256.Sum256(slices.Concat([]byte(shortMessageDomain), sender[:], m.ID[:]))
	return base32.StdEncoding.EncodeToString(sum[:])[:shortMessageChars]
}

// messageName is what a person wrote to name a message: one of the two.
type messageName struct {
	id    msgid.ID
	short string
}

func parseMessageName(s string) (messageName, error) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" // RFC 4648 §6
	upper := strings.ToUpper(s)
	if len(s) == shortMessageChars && strings.Trim(upper, alphabet) == "" {
		return messageName{short: upper}, nil
	}
	if id, err := msgid.Parse(s); err == nil && !id.IsZero() {
		return messageName{id: id}, nil
	}
	return messageName{}, usagef("%q is not a message ID: want the %d characters of --ids, or the 36 of --json", s, shortMessageChars)
}

// find returns the one message that name names.
func (name messageName) find(ctx context.Context, s messenger.Service) (messenger.Message, error) {
	if name.short != "" {
		all, err := s.Conversations(ctx)
		if err != nil {
			return messenger.Message{}, err
		}
		return findShort(ctx, s, name.short, all, maxScan)
	}
	found, err := s.Find(ctx, name.id)
	switch {
	case err != nil:
		return messenger.Message{}, err
	case len(found) == 0:
		return messenger.Message{}, notFoundf("no message with the ID %s is here", name.id)
	case len(found) > 1:
		return messenger.Message{}, sameIDError(ctx, s, name.id, found)
	}
	return found[0], nil
}

// in returns the ID of the message of one conversation that name names, zero for
// no name.
func (name messageName) in(ctx context.Context, s messenger.Service, peer identity.DeviceID) (msgid.ID, error) {
	if name.short == "" {
		return name.id, nil
	}
	all, err := s.Conversations(ctx)
	if err != nil {
		return msgid.ID{}, err
	}
	all = slices.DeleteFunc(all, func(c messenger.Conversation) bool { return c.Contact.ID != peer })
	m, err := findShort(ctx, s, name.short, all, maxScan)
	return m.ID, err
}

// sameIDError says how to tell messages of one ID apart.
func sameIDError(ctx context.Context, s messenger.Service, id msgid.ID, found []messenger.Message) error {
	self, err := s.Self(ctx)
	if err != nil {
		return err
	}
	all, err := everyone(ctx, s)
	if err != nil {
		return err
	}
	var each []string
	for _, m := range found {
		with := "with "
		if m.Outgoing {
			with = "of this device, with "
		}
		each = append(each, fmt.Sprintf("%s (%s%s)", shortID(self.ID, m), with, whoIs(all, m.Peer).label()))
	}
	return fmt.Errorf("%d messages have the ID %s; use the short ID of one: %s", len(found), id, strings.Join(each, ", "))
}

// whoIs returns a device of all, or what is known of any.
func whoIs(all []target, id identity.DeviceID) target {
	if i := slices.IndexFunc(all, func(t target) bool { return t.id == id }); i >= 0 {
		return all[i]
	}
	return target{id: id}
}

// findShort looks through the newest bound messages of conversations for a short
// ID, newest first: the one that is meant was just shown as a rule.
func findShort(ctx context.Context, s messenger.Service, short string, in []messenger.Conversation, bound int) (messenger.Message, error) {
	self, err := s.Self(ctx)
	if err != nil {
		return messenger.Message{}, err
	}
	type place struct {
		peer identity.DeviceID
		at   messenger.Message // the next is above it; zero: the newest
		key  uint64            // of what is above it, or higher
	}
	var places []place
	for _, c := range in {
		if !c.Last.ID.IsZero() {
			places = append(places, place{peer: c.Contact.ID, key: c.Last.SortKey})
		}
	}
	for scanned := 0; len(places) > 0; {
		if scanned >= bound {
			return messenger.Message{}, notFoundf("no message among the newest %d has the ID %s; use the full ID, as history --json prints it", scanned, short)
		}
		p := slices.MaxFunc(places, func(a, b place) int { return cmp.Compare(a.key, b.key) })
		page, err := s.History(ctx, messenger.Page{Peer: p.peer, Before: p.at.ID})
		if err != nil && !errors.Is(err, messenger.ErrUnknownMessage) { // deleted just now, with what is above it
			return messenger.Message{}, err
		}
		for _, m := range slices.Backward(page) {
			if shortID(self.ID, m) == short {
				return m, nil
			}
		}
		scanned += len(page)
		i := slices.IndexFunc(places, func(o place) bool { return o.peer == p.peer })
		if len(page) < messenger.MaxPage {
			places = slices.Delete(places, i, i+1)
			continue
		}
		places[i].at, places[i].key = page[0], page[0].SortKey
	}
	return messenger.Message{}, notFoundf("no message here has the ID %s", short)
}
