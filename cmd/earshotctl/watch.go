package main

import (
	"context"
	"maps"
	"reflect"
	"strings"

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
	changing   map[textKey]bool // messages of which a change waits

	pair messenger.Pairing // as it was told last
}

func newWatcher(p *program, d device) *watcher {
	return &watcher{p: p, d: d, peers: map[identity.DeviceID]messenger.Peer{},
		requests: map[identity.DeviceID]msgid.ID{}, pending: map[textKey]bool{}, changing: map[textKey]bool{}}
}

// catchUp reads everything and prints what is new.
func (w *watcher) catchUp(ctx context.Context) error {
	w.p.tell(ctx, w.d)
	self, err := w.d.Self(ctx)
	if err != nil {
		return err
	}
	first := w.self.ID.IsZero()
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
	if err := w.catchUpPairing(ctx, first); err != nil {
		return err
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
		if m := *ev.Message; m.State == messenger.Failed && w.pending[keyOf(m)] { // cancelled
			delete(w.pending, keyOf(m))
			return w.changed(ctx, m)
		}
		return w.state(ctx, *ev.Message)
	case messenger.EventChanged:
		return w.changed(ctx, *ev.Message)
	case messenger.EventRemoved:
		return w.removed(ctx, *ev.Message)
	case messenger.EventHistory:
		return w.cleared(ctx, ev.Peer.ID)
	case messenger.EventTyping:
		return w.typing(*ev.Peer)
	case messenger.EventPairing:
		return w.pairing(*ev.Pairing)
	case messenger.EventNotices:
		w.p.tell(ctx, w.d)
		return nil
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
	case !known, reflect.DeepEqual(viewPeer("", old, nil), viewPeer("", peer, nil)):
		return nil
	}
	if w.p.args.json {
		return w.p.printJSON(viewPeer(event, peer, w.contacts()))
	}
	if word == "" {
		return nil
	}
	note := namesakeNote(peer.Name, peer.ID, w.contacts())
	if note != "" {
		note = "\n(" + note + ")"
	}
	return w.line(word, label(peer.Name, peer.ID)+note)
}

// contacts are those that are known here.
func (w *watcher) contacts() (all []messenger.Peer) {
	for _, p := range w.peers {
		if p.Level.IsContact() {
			all = append(all, p)
		}
	}
	return all
}

func (w *watcher) request(r messenger.Request) error {
	if id, told := w.requests[r.Peer]; told && id == r.ID {
		return nil
	}
	w.requests[r.Peer] = r.ID
	if w.p.args.json {
		return w.p.printJSON(viewRequest("request", r, w.contacts()))
	}
	above := " "
	if note := requestNote(r, w.contacts()); note != "" {
		above = "\n" + note
	}
	return w.line("request", label(r.Name, r.Peer)+":"+above+safetext.Terminal(r.Text)+
		"\n("+w.p.called()+" allow "+r.Peer.Short()+", or refuse, or block)")
}
