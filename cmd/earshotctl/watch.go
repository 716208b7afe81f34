package main

import (
	"context"
	"maps"
	"reflect"
	"strings"
	"time"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
	"earshot/internal/safetext"
	"earshot/internal/trust"
)

// watcher turns the events of a device into the lines of run. It knows who is
// in earshot and who asks, so that each is told once however it was learnt.
type watcher struct {
	p        *program
	d        device
	self     messenger.Self
	peers    map[identity.DeviceID]messenger.Peer // all that were told of
	requests map[identity.DeviceID]msgid.ID       // at most as many as the store keeps
	lastGone textKey                              // request whose message may come next

	messages   told             // printed as message
	deliveries told             // printed as delivered
	pending    map[textKey]bool // own messages that are not settled as far as was told
}

func newWatcher(p *program, d device) *watcher {
	return &watcher{p: p, d: d, peers: map[identity.DeviceID]messenger.Peer{},
		requests: map[identity.DeviceID]msgid.ID{}, pending: map[textKey]bool{}}
}

// catchUp reads everything and prints what is new.
func (w *watcher) catchUp(ctx context.Context) error {
	self, err := w.d.Self(ctx)
	if err != nil {
		return err
	}
	if err := w.ready(self); err != nil {
		return err
	}
	peers, err := w.d.Peers(ctx)
	if err != nil {
		return err
	}
	now := map[identity.DeviceID]bool{}
	for _, peer := range peers {
		now[peer.ID] = true
		if err := w.peer(peer); err != nil {
			return err
		}
	}
	for id, peer := range w.peers {
		if peer.Online && !now[id] {
			peer.Online = false
			if err := w.peer(peer); err != nil {
				return err
			}
		}
	}
	requests, err := w.d.Requests(ctx)
	if err != nil {
		return err
	}
	asking := map[identity.DeviceID]bool{}
	for _, r := range requests {
		asking[r.Peer] = true
		if err := w.request(r); err != nil {
			return err
		}
	}
	// Only then, because a request that was allowed is among the messages now.
	if err := w.catchUpMessages(ctx); err != nil {
		return err
	}
	maps.DeleteFunc(w.requests, func(id identity.DeviceID, _ msgid.ID) bool { return !asking[id] })
	return nil
}

// event prints one event.
func (w *watcher) event(ctx context.Context, ev messenger.Event) error {
	switch ev.Kind {
	case messenger.EventSelf:
		return w.ready(*ev.Self)
	case messenger.EventPeerFound, messenger.EventPeerUpdated:
		return w.peer(*ev.Peer)
	case messenger.EventPeerLost:
		lost := *ev.Peer
		lost.Online = false
		return w.peer(lost)
	case messenger.EventRequest:
		return w.request(*ev.Request)
	case messenger.EventRequestGone:
		w.lastGone = textKey{peer: ev.Request.Peer, id: w.requests[ev.Request.Peer]}
		delete(w.requests, ev.Request.Peer)
		return nil
	case messenger.EventMessage:
		return w.message(ctx, *ev.Message)
	case messenger.EventState:
		return w.state(ctx, *ev.Message)
	case messenger.EventLagged:
		if err := w.lagged(); err != nil {
			return err
		}
		return w.catchUp(ctx)
	}
	return nil
}

// ready prints that the device can be reached, again whenever how changes.
func (w *watcher) ready(self messenger.Self) error {
	if reflect.DeepEqual(self, w.self) {
		return nil
	}
	w.self = self
	if w.p.args.json {
		return w.p.printJSON(viewSelf("ready", self))
	}
	var at []string
	for _, a := range self.Addresses {
		at = append(at, a.String())
	}
	if len(at) == 0 {
		return w.line("ready", label(self.Name, self.ID)+", but on no network yet")
	}
	return w.line("ready", label(self.Name, self.ID)+" at "+strings.Join(at, ", "))
}

// peer prints how a device came, changed or went.
func (w *watcher) peer(peer messenger.Peer) error {
	old, known := w.peers[peer.ID]
	w.peers[peer.ID] = peer
	if !peer.Online && peer.Level == trust.Stranger {
		delete(w.peers, peer.ID) // or those who only pass by would pile up
	}
	event, word := "peer_updated", ""
	switch {
	case peer.Online && !old.Online:
		event, word = "peer_found", "found"
	case !peer.Online && old.Online:
		event, word = "peer_lost", "lost"
	case !known, reflect.DeepEqual(viewPeer("", old), viewPeer("", peer)):
		return nil
	}
	if w.p.args.json {
		return w.p.printJSON(viewPeer(event, peer))
	}
	if word == "" {
		return nil
	}
	return w.line(word, label(peer.Name, peer.ID))
}

func (w *watcher) request(r messenger.Request) error {
	if id, told := w.requests[r.Peer]; told && id == r.ID {
		return nil
	}
	w.requests[r.Peer] = r.ID
	if w.p.args.json {
		return w.p.printJSON(viewRequest("request", r))
	}
	return w.line("request", label(r.Name, r.Peer)+": "+safetext.Terminal(r.Text)+
		"\n("+w.p.called()+" allow "+r.Peer.Short()+", or refuse, or block)")
}

func (w *watcher) printMessage(ctx context.Context, m messenger.Message) error {
	if w.p.args.json {
		return w.p.printJSON(viewMessage("message", w.self.ID, m))
	}
	who, err := w.who(ctx, m.Peer)
	if err != nil {
		return err
	}
	word := "from"
	if m.Outgoing {
		word = "to"
	}
	return w.line(word, who+": "+safetext.Terminal(m.Text))
}

func (w *watcher) printDelivered(ctx context.Context, m messenger.Message) error {
	if w.p.args.json {
		return w.p.printJSON(viewMessage("delivered", w.self.ID, m))
	}
	who, err := w.who(ctx, m.Peer)
	if err != nil {
		return err
	}
	return w.line("delivered", "to "+who)
}

func (w *watcher) lagged() error {
	const text = "some events were lost; what follows is read anew"
	if w.p.args.json {
		return w.p.printJSON(errorJSON{"error", text})
	}
	return w.line("error", text)
}

// who names a device, reading the contacts if it was not told of yet.
func (w *watcher) who(ctx context.Context, id identity.DeviceID) (string, error) {
	if peer, ok := w.peers[id]; ok {
		return label(peer.Name, id), nil
	}
	all, err := everyone(ctx, w.d)
	if err != nil {
		return "", err
	}
	for _, t := range all {
		if t.id == id {
			return t.label(), nil
		}
	}
	return id.Short(), nil
}

// line prints one event for people, its later lines below its first.
func (w *watcher) line(word, text string) error {
	const widest = len("delivered")
	return w.p.printTable([][]string{{time.Now().Local().Format("15:04:05"), safetext.Pad(word, widest), text}})
}
