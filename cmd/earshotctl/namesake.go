package main

import (
	"fmt"
	"strings"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/trust"
)

// namesakeNote says that a device is not the contact of its name, or "".
func namesakeNote(name string, id identity.DeviceID, all []messenger.Peer) string {
	of, ok := messenger.Namesake(name, id, all)
	if !ok {
		return ""
	}
	return fmt.Sprintf("another device with the name of %s; not %s unless you pair", label(of.Name, of.ID), shown(of.Name))
}

// replacedNote says that another device took the place of this one, or "".
func replacedNote(by identity.DeviceID, all []messenger.Peer) string {
	if by.IsZero() {
		return ""
	}
	name := ""
	for _, p := range all {
		if p.ID == by {
			name = p.Name
		}
	}
	return "the old device that " + labelOrID(name, by) + " took the place of"
}

// peerNotes are the sentences below the table of peers.
func peerNotes(p messenger.Peer, all []messenger.Peer) (notes []string) {
	for _, what := range []string{namesakeNote(p.Name, p.ID, all), replacedNote(p.ReplacedBy, all)} {
		if what != "" {
			notes = append(notes, label(p.Name, p.ID)+" is "+what)
		}
	}
	if p.Level == trust.Blocked && p.Knocks > 0 {
		times := "once"
		if p.Knocks > 1 {
			times = fmt.Sprint(p.Knocks, " times")
		}
		notes = append(notes, label(p.Name, p.ID)+" is blocked and has tried to reach this device "+times)
	}
	return notes
}

// requestNote is what stands above the text of a request of a device that could be
// taken for another one: below it the text could say the opposite first, at any
// length.
func requestNote(r messenger.Request, all []messenger.Peer) string {
	var text strings.Builder
	for _, what := range []string{namesakeNote(r.Name, r.Peer, all), replacedNote(r.ReplacedBy, all)} {
		if what != "" {
			text.WriteString("(" + what + ")\n")
		}
	}
	return text.String()
}
