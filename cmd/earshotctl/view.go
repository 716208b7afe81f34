package main

import (
	"fmt"
	"net/netip"
	"time"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
	"earshot/internal/safetext"
	"earshot/internal/trust"
)

// The JSON objects of docs/CLI.md.
type (
	selfJSON struct {
		Event     string            `json:"event,omitempty"`
		Name      safetext.Display  `json:"name"`
		ID        identity.DeviceID `json:"id"`
		ShortID   string            `json:"short_id"`
		Addresses []netip.AddrPort  `json:"addresses"`
		Port      int               `json:"port,omitempty"`
	}
	peerJSON struct {
		Event     string            `json:"event,omitempty"`
		Name      safetext.Display  `json:"name"`
		ID        identity.DeviceID `json:"id"`
		ShortID   string            `json:"short_id"`
		Level     trust.Level       `json:"level"`
		Online    bool              `json:"online"`
		Away      bool              `json:"away"`
		Addresses []netip.AddrPort  `json:"addresses"`
		LastSeen  string            `json:"last_seen,omitempty"`
	}
	messageJSON struct {
		Event  string            `json:"event,omitempty"`
		ID     msgid.ID          `json:"id"`
		From   identity.DeviceID `json:"from"`
		To     identity.DeviceID `json:"to"`
		Text   string            `json:"text"`
		Kind   string            `json:"kind"`
		SentAt string            `json:"sent_at"`
		State  string            `json:"state"`
	}
	waitingJSON struct {
		messageJSON
		Name    safetext.Display `json:"name"`
		ShortID string           `json:"short_id"`
	}
	requestJSON struct {
		Event   string            `json:"event,omitempty"`
		ID      msgid.ID          `json:"id"`
		From    identity.DeviceID `json:"from"`
		ShortID string            `json:"short_id"`
		Name    safetext.Display  `json:"name"`
		Text    string            `json:"text"`
	}
	decisionJSON struct {
		Name    safetext.Display  `json:"name"`
		ID      identity.DeviceID `json:"id"`
		ShortID string            `json:"short_id"`
		Level   trust.Level       `json:"level"`
	}
	versionJSON struct {
		Version  string `json:"version"`
		Protocol []int  `json:"protocol"`
	}
	errorJSON struct {
		Event string `json:"event"`
		Text  string `json:"text"`
	}
)

func viewSelf(event string, s messenger.Self) selfJSON {
	return selfJSON{event, safetext.Name(s.Name), s.ID, s.ID.Short(), list(s.Addresses), s.Port}
}

func viewPeer(event string, p messenger.Peer) peerJSON {
	return peerJSON{event, safetext.Name(p.Name), p.ID, p.ID.Short(), p.Level, p.Online, p.Online && p.Away, list(p.Addresses), stamp(p.LastSeen)}
}

func viewMessage(event string, self identity.DeviceID, m messenger.Message) messageJSON {
	from, to := m.Peer, self
	if m.Outgoing {
		from, to = to, from
	}
	return messageJSON{event, m.ID, from, to, m.Text, kindWord(m.Kind), stamp(m.SentAt), stateWord(m.State)}
}

func viewRequest(event string, r messenger.Request) requestJSON {
	return requestJSON{event, r.ID, r.Peer, r.Peer.Short(), safetext.Name(r.Name), r.Text}
}

// list makes an empty list print as [] and not as null.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// stamp is RFC 3339 in UTC with milliseconds, and "" for a time not known.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

// clock is a time for people, in their zone.
func clock(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }

func kindWord(k messenger.Kind) string {
	switch k {
	case messenger.KindText:
		return "text"
	case messenger.KindAuto:
		return "auto"
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

func stateWord(s messenger.State) string {
	switch s {
	case messenger.Queued:
		return "queued"
	case messenger.Waiting:
		return "waiting"
	case messenger.Sent:
		return "sent"
	case messenger.Delivered:
		return "delivered"
	case messenger.Read:
		return "read"
	case messenger.Failed:
		return "failed"
	case messenger.Received:
		return "received"
	}
	return fmt.Sprintf("state(%d)", uint8(s))
}

// shown is a device's name for a terminal.
func shown(name string) string { return safetext.TerminalLine(string(safetext.Name(name))) }

// label names a device so that it cannot be mistaken for another one of the
// same name.
func label(name string, id identity.DeviceID) string {
	return shown(name) + " (" + id.Short() + ")"
}
