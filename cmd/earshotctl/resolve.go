package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/safetext"
	"earshot/internal/trust"
)

// target is a device that PEER can name.
type target struct {
	id      identity.DeviceID
	name    string // not cleaned
	contact bool   // may be named by its name
	blocked bool
}

func targetOf(p messenger.Peer) target {
	return target{p.ID, p.Name, p.Level.IsContact(), p.Level == trust.Blocked}
}

func (t target) label() string { return labelOrID(t.name, t.id) }

// resolve finds the device that PEER names: a contact's name, an ID or its
// beginning, or HOST:PORT, which it dials. Only contacts are named by name,
// because a stranger may claim any.
func resolve(ctx context.Context, s messenger.Service, peer string) (target, error) {
	all, err := everyone(ctx, s)
	if err != nil {
		return target{}, err
	}
	return resolveAmong(ctx, s, peer, all)
}

// resolveKept is resolve for what is done with blocked devices, too: who blocked
// one may name it by its name.
func resolveKept(ctx context.Context, s messenger.Service, peer string) (target, error) {
	all, err := everyone(ctx, s)
	if err != nil {
		return target{}, err
	}
	for i := range all {
		all[i].contact = all[i].contact || all[i].blocked
	}
	return resolveAmong(ctx, s, peer, all)
}

func resolveAmong(ctx context.Context, s messenger.Service, peer string, all []target) (target, error) {
	if !isAddress(peer) {
		found, err := match(peer, all)
		// A contact could call itself by the short ID of this device, too.
		if isIDPrefix(peer) && (errors.Is(err, errUnseen) || err == nil && len(peer) >= shortIDChars) {
			err = unlessSelf(ctx, s, peer, err)
		}
		if err != nil {
			return target{}, err
		}
		return found, nil
	}
	if named := byName(peer, all); len(named) > 0 {
		return target{}, fmt.Errorf("%q is an address and a contact calls itself that; use the short ID %s or add the address first", peer, named[0].id.Short())
	}
	p, err := s.Add(ctx, peer)
	if err != nil {
		return target{}, err
	}
	return targetOf(p), nil
}

// unlessSelf returns err, or messenger.ErrSelf if peer is this device's ID or its
// beginning.
func unlessSelf(ctx context.Context, s messenger.Service, peer string, err error) error {
	self, selfErr := s.Self(ctx)
	if selfErr != nil {
		return selfErr
	}
	id, parseErr := identity.ParseDeviceID(peer)
	if parseErr == nil && id == self.ID || self.ID.HasPrefix(peer) {
		return messenger.ErrSelf
	}
	return err
}

// await is resolve that gives a device named by its ID until ctx ends to come
// into earshot.
func await(ctx, waiting context.Context, s messenger.Service, peer string) (target, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	events, err := s.Subscribe(ctx)
	if err != nil {
		return target{}, err
	}
	for {
		t, err := resolve(ctx, s, peer)
		if !errors.Is(err, errUnseen) || !isIDPrefix(peer) {
			return t, err
		}
		select {
		case _, ok := <-events:
			if !ok {
				if events, err = s.Subscribe(ctx); err != nil {
					return target{}, err
				}
			}
		case <-waiting.Done():
			if ctx.Err() != nil {
				return t, context.Cause(ctx)
			}
			return t, err
		}
	}
}

// everyone returns the contacts, the devices in earshot and those that ask.
func everyone(ctx context.Context, s messenger.Service) ([]target, error) {
	peers, err := s.Peers(ctx)
	if err != nil {
		return nil, err
	}
	requests, err := s.Requests(ctx)
	if err != nil {
		return nil, err
	}
	var all []target
	add := func(t target) {
		same := func(o target) bool { return o.id == t.id }
		if !t.id.IsZero() && !slices.ContainsFunc(all, same) {
			all = append(all, t)
		}
	}
	for _, p := range peers {
		add(targetOf(p))
	}
	for _, r := range requests {
		add(target{id: r.Peer, name: r.Name})
	}
	return all, nil
}

// match finds the one device that peer names.
func match(peer string, all []target) (target, error) {
	if id, err := identity.ParseDeviceID(peer); err == nil {
		if i := slices.IndexFunc(all, func(t target) bool { return t.id == id }); i >= 0 {
			return all[i], nil
		}
		return target{}, unseenf("no device with the ID %s is known or in earshot; the command peers lists all", id.Short())
	}
	named := byName(peer, all)
	found := slices.DeleteFunc(named, func(t target) bool { return !t.contact })
	// A contact's name beats the beginning of an ID, which anyone can have. A
	// whole short ID counts beside it: a contact could call itself by one.
	if len(found) == 0 || len(peer) >= shortIDChars {
		for _, t := range all {
			if t.id.HasPrefix(peer) && !slices.Contains(found, t) {
				found = append(found, t)
			}
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return target{}, notFound(peer, all)
	}
	return target{}, fmt.Errorf("%q may be any of %s; use %s", peer, labels(found), tellApart(found))
}

// shortIDChars is the length of a short ID (identity.DeviceID.Short).
const shortIDChars = 8

// notFound says what to write instead of peer.
func notFound(peer string, all []target) error {
	if strangers := byName(peer, all); len(strangers) > 0 {
		return notFoundf("%q is not the name of a contact, and a stranger may claim any name; use the short ID: %s", peer, labels(strangers))
	}
	return unseenf("nothing is known as %q; the command peers lists the devices in earshot and the contacts", peer)
}

// byName returns the devices, contacts or not, that are shown under a name.
func byName(name string, all []target) []target {
	if !safetext.ValidName(name) {
		return nil
	}
	want := string(safetext.Name(name))
	var found []target
	for _, t := range all {
		if strings.EqualFold(string(safetext.Name(t.name)), want) {
			found = append(found, t)
		}
	}
	return found
}

func labels(ts []target) string {
	var all []string
	for _, t := range ts {
		all = append(all, t.label())
	}
	return strings.Join(all, ", ")
}

// tellApart says which form of ID tells the devices apart.
func tellApart(ts []target) string {
	short := map[string]bool{}
	for _, t := range ts {
		short[t.id.Short()] = true
	}
	if len(short) == len(ts) {
		return "the short ID"
	}
	var ids []string
	for _, t := range ts {
		ids = append(ids, t.id.String())
	}
	return "the full ID: " + strings.Join(ids, ", ")
}

// isAddress reports whether s is HOST:PORT.
func isAddress(s string) bool {
	host, port, err := net.SplitHostPort(s)
	if err != nil || host == "" {
		return false
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0
}

// isIDPrefix reports whether s can be the beginning of an ID.
func isIDPrefix(s string) bool {
	s = strings.NewReplacer("-", "", " ", "").Replace(s)
	const fewest = 4 // as identity.DeviceID.HasPrefix
	return len(s) >= fewest && !strings.ContainsFunc(strings.ToUpper(s), func(r rune) bool {
		return (r < 'A' || r > 'Z') && (r < '2' || r > '7')
	})
}
