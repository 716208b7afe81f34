package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"earshot/internal/safetext"
	"earshot/internal/words"
)

// command is one word that earshotctl understands.
type command struct {
	name  string
	usage string // the name and what follows it
	about string // one line
	min   int    // words after the name, at least
	max   int    // and at most
	flags []string
	do    func(*program, context.Context, []string) error
}

// commands returns all of them, in the order of docs/CLI.md.
func commands() []command {
	return []command{
		{"id", "id", "show this device: name, IDs, addresses", 0, 0, nil, (*program).id},
		{"name", "name NAME", "rename this device", 1, 1, nil, (*program).name},
		{"run", "run [--reply CMD]", "stay on the network until interrupted; CMD answers what contacts write", 0, 0, []string{"reply"}, (*program).run},
		{"peers", "peers [--wait 3s]", "list devices in earshot and contacts", 0, 0, []string{"wait"}, (*program).peers},
		{"add", "add HOST[:PORT]", "reach a device that discovery does not show", 1, 1, nil, (*program).add},
		{"send", "send PEER [TEXT] [--wait 5s]", "send a text, from standard input without TEXT", 1, 2, []string{"wait"}, (*program).send},
		{"reply", "reply ID [TEXT] [--wait 5s]", "answer a message", 1, 2, []string{"wait"}, (*program).answer},
		{"edit", "edit ID [TEXT] [--wait 5s]", "change the text of an own message on both devices", 1, 2, []string{"wait"}, (*program).edit},
		{"react", "react ID [EMOJI] [--remove] [--wait 5s]", "put an emoji to a message, or take it back", 1, 2, []string{"remove", "wait"}, (*program).react},
		{"delete", "delete ID [--here] [--wait 5s]", "delete an own message on both devices, or any from this one", 1, 1, []string{"here", "wait"}, (*program).delete},
		{"cancel", "cancel ID", "do not send a message that still waits", 1, 1, nil, (*program).cancel},
		{"history", "history PEER [--limit N] [--before ID | --after ID | --around ID] [--ids]", "show a conversation, oldest first", 1, 1, []string{"limit", "before", "after", "around", "ids"}, (*program).history},
		{"search", "search WORDS [--peer PEER] [--limit N] [--ids]", "find messages in all conversations", 1, words.MaxQueryBytes, []string{"peer", "limit", "ids"}, (*program).search},
		{"export", "export PEER [FILE] [--format text|json] [--force]", "write a whole conversation", 1, 2, []string{"format", "force"}, (*program).export},
		{"clear", "clear PEER [--yes]", "delete a conversation from this device", 1, 1, []string{"yes"}, (*program).clear},
		{"outbox", "outbox [--ids]", "show what still waits to be delivered", 0, 0, []string{"ids"}, (*program).outbox},
		{"requests", "requests", "show strangers that ask", 0, 0, nil, (*program).requests},
		{"allow", "allow PEER", "make a device a contact", 1, 1, nil, (*program).allow},
		{"refuse", "refuse PEER", "drop a request; the device is not told", 1, 1, nil, (*program).refuse},
		{"block", "block PEER", "silence a device", 1, 1, nil, (*program).block},
		{"unblock", "unblock PEER", "let a blocked device in again, as what it was", 1, 1, nil, (*program).unblock},
		{"forget", "forget PEER [--yes]", "end a contact and delete its conversation here", 1, 1, []string{"yes"}, (*program).forget},
		{"rename", "rename PEER [NAME] [--reset]", "show a contact by another name here", 1, 2, []string{"reset"}, (*program).rename},
		{"pair", "pair [PEER | - | confirm PEER | reject PEER | accept PEER] [--qr] [--wait 15s] [--yes]", "make a device verified, by comparing a number or by a link", 0, 2, []string{"qr", "wait", "yes"}, (*program).pair},
		{"replace", "replace OLD NEW [--yes]", "let a verified device take the place of a contact", 2, 2, []string{"yes"}, (*program).replace},
		{"receipts", "receipts PEER [on|off]", "whether a contact learns what is read here", 1, 2, nil, (*program).receipts},
		{"settings", "settings [KEY [VALUE]] [--yes]", "show or change what can be chosen", 0, 2, []string{"yes"}, (*program).settings},
		{"notices", "notices [--dismiss]", "show what happened to the history and is to be known", 0, 0, []string{"dismiss"}, (*program).notices},
		{"version", "version", "show the version of the program and of its protocol", 0, 0, nil, (*program).version},
		{"help", "help [COMMAND]", "show this, or how one command is used", 0, 1, nil, (*program).helpCommand},
	}
}

func findCommand(name string) *command {
	all := commands()
	i := slices.IndexFunc(all, func(c command) bool { return c.name == name })
	if i < 0 {
		return nil
	}
	return &all[i]
}

func (p *program) helpCommand(_ context.Context, words []string) error { return p.help(words) }

// help prints how all commands, or the one named first, are used.
func (p *program) help(words []string) error {
	if len(words) == 0 || words[0] == "help" {
		_, err := fmt.Fprint(p.out, usageText())
		return err
	}
	cmd := findCommand(words[0])
	if cmd == nil {
		return usagef("there is no command %q; %s help lists them", words[0], p.called())
	}
	text := fmt.Sprintf("usage: earshotctl [--home DIR] [--json] [--verbose] %s\n\n%s\n", cmd.usage, cmd.about)
	if len(cmd.flags) > 0 {
		text += "\n" + cmd.aboutFlags()
	}
	if strings.Contains(cmd.usage, "PEER") {
		text += "\n" + aboutPeer
	}
	if strings.Contains(cmd.usage, " ID") {
		text += "\n" + aboutID
	}
	_, err := fmt.Fprint(p.out, text)
	return err
}

const (
	aboutPeer = `PEER is a contact's name, a short ID, the beginning of an ID (4 characters or
more), or HOST:PORT. A device that is not a contact is never named by its name.
`
	aboutID = `ID names a message: the 10 characters that --ids shows, or the 36 of --json.
`
	// usageColumns is how wide the column of usages is; what is said of a longer
	// one stands below it.
	usageColumns = 34
)

func usageText() string {
	all := commands()
	var b strings.Builder
	b.WriteString("usage: earshotctl [--home DIR] [--json] [--verbose] COMMAND ...\n\n")
	for _, c := range all {
		usage := c.usage
		if safetext.Width(usage) > usageColumns {
			fmt.Fprintf(&b, "  %s\n", usage)
			usage = ""
		}
		fmt.Fprintf(&b, "  %s  %s\n", safetext.Pad(usage, usageColumns), c.about)
	}
	b.WriteString("\n" + aboutPeer + "\n" + aboutID + `
--home DIR   the device's folder; also the environment variable EARSHOT_HOME
--json       one JSON object a line
--verbose    log to standard error

exit codes: 0 done, 1 failed, 2 wrong usage, 3 kept and delivered later, 4 refused there,
5 not found
`)
	return b.String()
}
