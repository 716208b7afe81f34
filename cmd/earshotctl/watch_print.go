package main

import (
	"context"
	"time"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/safetext"
)

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

// printChanged prints how a message stands after a change.
func (w *watcher) printChanged(ctx context.Context, m messenger.Message) error {
	if w.p.args.json {
		return w.p.printJSON(viewMessage("changed", w.self.ID, m))
	}
	who, err := w.who(ctx, m.Peer)
	if err != nil {
		return err
	}
	word := "from "
	if m.Outgoing {
		word = "to "
	}
	text := word + who + ": " + marked(safetext.Terminal(m.Text), m)
	if m.Theirs != "" {
		text += "\n(" + who + ": " + emoji(m.Theirs) + ")"
	}
	if mine := myReaction(m); mine != "" {
		text += "\n(me: " + mine + ")"
	}
	return w.line("changed", text)
}

// changeDelivered prints that the other device has a change.
func (w *watcher) changeDelivered(ctx context.Context, m messenger.Message) error {
	if w.p.args.json {
		return w.printChanged(ctx, m)
	}
	who, err := w.who(ctx, m.Peer)
	if err != nil {
		return err
	}
	return w.line("delivered", "to "+who+": the change")
}

// removed prints that a message was deleted from this device alone.
func (w *watcher) removed(ctx context.Context, m messenger.Message) error {
	delete(w.changing, keyOf(m))
	if w.p.args.json {
		v := viewMessage("", w.self.ID, m)
		return w.p.printJSON(removedJSON{"removed", v.ID, v.From, v.To})
	}
	who, err := w.who(ctx, m.Peer)
	if err != nil {
		return err
	}
	return w.line("removed", "a message with "+who+", from this device")
}

// cleared prints that messages of a conversation were removed here.
func (w *watcher) cleared(ctx context.Context, peer identity.DeviceID) error {
	with, err := w.target(ctx, peer)
	if err != nil {
		return err
	}
	if w.p.args.json {
		return w.p.printJSON(viewConversation("history", with))
	}
	return w.line("removed", "messages with "+with.label()+", from this device")
}

// typing prints that somebody writes, for people only when it begins.
func (w *watcher) typing(peer messenger.Peer) error {
	if w.p.args.json {
		return w.p.printJSON(typingJSON{viewConversation("typing", target{id: peer.ID, name: peer.Name}), peer.Typing})
	}
	if !peer.Typing {
		return nil
	}
	return w.line("typing", label(peer.Name, peer.ID))
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
	with, err := w.target(ctx, id)
	if err != nil || with.name == "" {
		return id.Short(), err
	}
	return with.label(), nil
}

func (w *watcher) target(ctx context.Context, id identity.DeviceID) (target, error) {
	if peer, ok := w.peers[id]; ok {
		return targetOf(peer), nil
	}
	all, err := everyone(ctx, w.d)
	return whoIs(all, id), err
}

// line prints one event for people, its later lines below its first.
func (w *watcher) line(word, text string) error {
	const widest = len("delivered")
	return w.p.printTable([][]string{{time.Now().Local().Format("15:04:05"), safetext.Pad(word, widest), text}})
}
