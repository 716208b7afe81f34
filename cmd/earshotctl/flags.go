package main

import (
	"cmp"
	"strings"

	"earshot/internal/safetext"
)

// flagsAbout says what the flags do, those of one command under COMMAND/FLAG.
var flagsAbout = map[string]string{
	"after":      "what stands below the message ID",
	"around":     "the message ID, with as many above as below",
	"before":     "what stands above the message ID",
	"dismiss":    "and do not say it again",
	"force":      "write over a file of that name",
	"format":     "text for people, the default, or json for programs",
	"here":       "from this device alone; the other one is not told",
	"ids":        "with the short ID of each message",
	"limit":      "at most N messages",
	"peer":       "in the conversation with PEER alone",
	"peers/wait": "listen so long, as 500ms or 10s; a device that runs knows already",
	"qr":         "show a code and a link that another device reads",
	"pair/wait":  "give PEER so long to come into earshot, as 500ms or 10s",
	"reset":      "show it by its own name again",
	"remove":     "take the own reaction back",
	"reply":      "a program that reads each text and prints what to answer",
	"wait":       "wait so long for the other device, as 500ms or 10s; 0: not at all",
	"yes":        "do not ask",
}

// aboutFlags says what the flags of a command do, a line each.
func (c *command) aboutFlags() string {
	const columns = 11 // of the longest name and two spaces
	var b strings.Builder
	for _, flag := range c.flags {
		about := cmp.Or(flagsAbout[c.name+"/"+flag], flagsAbout[flag])
		b.WriteString(safetext.Pad("--"+flag, columns) + about + "\n")
	}
	return b.String()
}
