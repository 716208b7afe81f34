package main

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// arguments is a command line taken apart. Flags may stand anywhere; after
// "--" everything is a word.
type arguments struct {
	words   []string
	given   []string // names of the flags, in their order
	home    string
	before  string
	after   string
	around  string
	format  string
	peer    string
	reply   string
	wait    time.Duration
	limit   int
	json    bool
	verbose bool
	help    bool
	ids     bool
	remove  bool
	here    bool
	yes     bool
	force   bool
	dismiss bool
	qr      bool
	reset   bool
}

// globalFlags fit every command.
var globalFlags = []string{"home", "json", "verbose", "help"}

func (a *arguments) has(flag string) bool { return slices.Contains(a.given, flag) }

// allowed refuses flags that the command does not know.
func (a *arguments) allowed(cmd *command) error {
	for _, f := range a.given {
		if !slices.Contains(globalFlags, f) && !slices.Contains(cmd.flags, f) {
			return usagef("%s has no flag --%s", cmd.name, f)
		}
	}
	return nil
}

func parseArguments(args []string) (arguments, error) {
	var a arguments
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		switch {
		case arg == "--":
			a.words = append(a.words, args...)
			return a, nil
		case arg == "-h":
			a.help = true
		case strings.HasPrefix(arg, "--"):
			var err error
			if args, err = a.flag(arg[2:], args); err != nil {
				return a, err
			}
		case strings.HasPrefix(arg, "-") && arg != "-":
			return a, usagef("unknown flag %s; a text that begins with - goes after --", arg)
		default:
			a.words = append(a.words, arg)
		}
	}
	return a, nil
}

// switches are the flags without a value.
func (a *arguments) switches() map[string]*bool {
	return map[string]*bool{"json": &a.json, "verbose": &a.verbose, "help": &a.help,
		"ids": &a.ids, "remove": &a.remove, "here": &a.here, "yes": &a.yes, "force": &a.force, "dismiss": &a.dismiss,
		"qr": &a.qr, "reset": &a.reset}
}

// strings are the flags with any value.
func (a *arguments) strings() map[string]*string {
	return map[string]*string{"home": &a.home, "before": &a.before, "after": &a.after, "around": &a.around,
		"format": &a.format, "peer": &a.peer, "reply": &a.reply}
}

// flag reads one flag, NAME or NAME=VALUE, and returns what follows it.
func (a *arguments) flag(name string, rest []string) ([]string, error) {
	name, value, hasValue := strings.Cut(name, "=")
	a.given = append(a.given, name)
	if on := a.switches()[name]; on != nil {
		if hasValue {
			return rest, usagef("--%s takes no value", name)
		}
		*on = true
		return rest, nil
	}
	if name != "wait" && name != "limit" && a.strings()[name] == nil {
		return rest, usagef("unknown flag --%s; a text that begins with - goes after --", name)
	}
	if !hasValue {
		if len(rest) == 0 {
			return rest, usagef("--%s needs a value", name)
		}
		value, rest = rest[0], rest[1:]
	}
	return rest, a.set(name, value)
}

func (a *arguments) set(name, value string) (err error) {
	if value == "" {
		return usagef("--%s needs a value", name)
	}
	if to := a.strings()[name]; to != nil {
		*to = value
		return nil
	}
	switch name {
	case "wait":
		a.wait, err = time.ParseDuration(value)
		if value == "0" {
			err = nil
		}
		if err != nil || a.wait < 0 {
			return usagef("--wait wants a time like 500ms, 10s or 2m, not %q", value)
		}
	case "limit":
		a.limit, err = strconv.Atoi(value)
		if err != nil || a.limit < 1 {
			return usagef("--limit wants a number from 1, not %q", value)
		}
	}
	return nil
}
