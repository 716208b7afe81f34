package app

import (
	"os"
	"strings"
)

// takeArguments returns the arguments of the process. A pairing link among them is
// then no more to be read where the system shows the arguments of every process
// to every user (ps, /proc/PID/cmdline). It was, for the moment until here, and
// what has started this process may still show it: a link is for one use and two
// minutes. Call it once.
func takeArguments() []string {
	var args []string
	for _, arg := range os.Args[1:] {
		args = append(args, strings.Clone(arg))
		if holdsLink(arg) {
			wipe(arg)
		}
	}
	return args
}
