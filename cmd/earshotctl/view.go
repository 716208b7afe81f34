package main

import (
	"cmp"
	"net/netip"
	"strings"
	"time"
	"unicode"

	"earshot/internal/export"
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

		Said       safetext.Display  `json:"own_name,omitempty"`
		NamesakeOf identity.DeviceID `json:"namesake_of,omitzero"`
		ReplacedBy identity.DeviceID `json:"replaced_by,omitzero"`
		Knocks     int               `json:"knocks,omitempty"`
	}
	messageJSON struct {
		Event string `json:"event,omitempty"`
		export.Record
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

		NamesakeOf identity.DeviceID `json:"namesake_of,omitzero"`
		ReplacedBy identity.DeviceID `json:"replaced_by,omitzero"`
	}
	decisionJSON struct {
		Name    safetext.Display  `json:"name"`
		ID      identity.DeviceID `json:"id"`
		ShortID string            `json:"short_id"`
		Level   trust.Level       `json:"level"`
	}
	removedJSON struct {
		Event string            `json:"event,omitempty"`
		ID    msgid.ID          `json:"id"`
		From  identity.DeviceID `json:"from"`
		To    identity.DeviceID `json:"to"`
	}
	conversationJSON struct {
		Event   string            `json:"event,omitempty"`
		Name    safetext.Display  `json:"name"`
		ID      identity.DeviceID `json:"id"`
		ShortID string            `json:"short_id"`
	}
	typingJSON struct {
		conversationJSON
		Typing bool `json:"typing"`
	}
	clearedJSON struct {
		conversationJSON
		Kept int `json:"kept"`
	}
	exportedJSON struct {
		conversationJSON
		File     string `json:"file"`
		Messages int    `json:"messages"`
	}
	receiptsJSON struct {
		conversationJSON
		Receipts bool `json:"receipts"`
	}
	settingJSON struct {
		Key     string `json:"key"`
		Value   string `json:"value"`
		Default string `json:"default"`
		Chosen  bool   `json:"chosen"`
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

// viewPeer is p among all.
func viewPeer(event string, p messenger.Peer, all []messenger.Peer) peerJSON {
	v := peerJSON{Event: event, Name: safetext.Name(p.Name), ID: p.ID, ShortID: p.ID.Short(), Level: p.Level,
		Online: p.Online, Away: p.Online && p.Away, Addresses: list(p.Addresses), LastSeen: export.Stamp(p.LastSeen),
		ReplacedBy: p.ReplacedBy, Knocks: p.Knocks}
	if p.Name != p.Said && p.Said != "" {
		v.Said = safetext.Name(p.Said)
	}
	if of, ok := messenger.Namesake(p.Name, p.ID, all); ok {
		v.NamesakeOf = of.ID
	}
	return v
}

func viewMessage(event string, self identity.DeviceID, m messenger.Message) messageJSON {
	return messageJSON{event, export.View(self, m)}
}

func viewConversation(event string, with target) conversationJSON {
	return conversationJSON{event, safetext.Name(with.name), with.id, with.id.Short()}
}

func viewRequest(event string, r messenger.Request, all []messenger.Peer) requestJSON {
	v := requestJSON{event, r.ID, r.Peer, r.Peer.Short(), safetext.Name(r.Name), r.Text, identity.DeviceID{}, r.ReplacedBy}
	if of, ok := messenger.Namesake(r.Name, r.Peer, all); ok {
		v.NamesakeOf = of.ID
	}
	return v
}

// list makes an empty list print as [] and not as null.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// clock is a time for people, in their zone.
func clock(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }

// shown is a device's name for a terminal.
func shown(name string) string { return safetext.TerminalLine(string(safetext.Name(name))) }

// emoji is a reaction for a terminal: one character, or what is in it when none of
// that can be seen.
func emoji(s string) string {
	return safetext.TerminalLine(cmp.Or(string(safetext.Emoji(s)), s))
}

// label names a device so that it cannot be mistaken for another one of the
// same name.
func label(name string, id identity.DeviceID) string {
	return claimed(shown(name)) + " (" + id.Short() + ")"
}

// claimed is a name that [shown] returned for the middle of a sentence: in quotes
// if it holds what makes sentences and labels, as "Anna (QK5TN2AB) is verified. Bob"
// does, so that nobody reads it as one.
func claimed(name string) string {
	telling := func(r rune) bool {
		return r == '"' || r == '\\' || unicode.In(r, unicode.Ps, unicode.Pe, unicode.Pi, unicode.Pf) && r != '’' ||
			unicode.Is(unicode.STerm, r) && r != '.' || strings.ContainsRune(":：︓﹕∶꞉", r)
	}
	if strings.ContainsFunc(name, telling) || strings.Contains(name, ". ") {
		return `"` + strings.ReplaceAll(name, `"`, `\"`) + `"`
	}
	return name
}
