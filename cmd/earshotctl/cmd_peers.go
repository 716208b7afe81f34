package main

import (
	"context"
	"slices"
	"time"

	"earshot/internal/messenger"
)

// peersWait is how long peers listens when it had to take the network itself:
// several rounds of discovery.
const peersWait = 3 * time.Second

func (p *program) peers(ctx context.Context, _ []string) error {
	// A running device knows its surroundings already, and one whose history can
	// only be read stays off the network: it has contacts to show.
	running, readOnly := false, false
	err := p.offline(ctx, func(ctx context.Context, s messenger.Service) error {
		self, err := s.Self(ctx)
		if err != nil {
			return err
		}
		running = self.Port != 0
		notices, err := s.Notices(ctx)
		readOnly = slices.ContainsFunc(notices, func(n messenger.Notice) bool { return n.Kind == messenger.NoticeReadOnly })
		return err
	})
	if err != nil {
		return err
	}
	wait := p.args.wait
	switch {
	case readOnly:
		wait = 0
	case !p.args.has("wait") && !running:
		wait = peersWait
	}
	return p.either(ctx, wait > 0 && !running, func(ctx context.Context, s messenger.Service) error {
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		peers, err := s.Peers(ctx)
		if err != nil {
			return err
		}
		return p.printPeers(peers)
	})
}

func (p *program) printPeers(peers []messenger.Peer) error {
	if p.args.json {
		for _, peer := range peers {
			if err := p.printJSON(viewPeer("", peer, peers)); err != nil {
				return err
			}
		}
		return nil
	}
	if len(peers) == 0 {
		return p.printf("no device is in earshot and there are no contacts\n")
	}
	rows := [][]string{{"NAME", "SHORT ID", "LEVEL", "SEEN", "ADDRESS"}}
	for _, peer := range peers {
		rows = append(rows, []string{shown(peer.Name), peer.ID.Short(), peer.Level.String(), seen(peer), firstAddress(peer)})
	}
	if err := p.printTable(rows); err != nil {
		return err
	}
	before := "\n"
	for _, peer := range peers {
		for _, note := range peerNotes(peer, peers) {
			if err := p.printf("%s%s\n", before, note); err != nil {
				return err
			}
			before = ""
		}
	}
	return nil
}

func seen(p messenger.Peer) string {
	switch {
	case p.Online && p.Away:
		return "away"
	case p.Online:
		return "now"
	case p.LastSeen.IsZero():
		return "never"
	}
	return clock(p.LastSeen)
}

func firstAddress(p messenger.Peer) string {
	if len(p.Addresses) == 0 {
		return "-"
	}
	return p.Addresses[0].String()
}

func (p *program) add(ctx context.Context, words []string) error {
	return p.online(ctx, func(ctx context.Context, s messenger.Service) error {
		peer, err := s.Add(ctx, words[0])
		if err != nil {
			return err
		}
		if p.args.json {
			return p.printJSON(viewPeer("", peer, nil))
		}
		return p.printf("%s answered at %s\n", label(peer.Name, peer.ID), firstAddress(peer))
	})
}
