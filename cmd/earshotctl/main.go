// Command earshotctl is a device of Earshot for terminals, scripts and servers.
// Its contract (commands, JSON fields, exit codes) is docs/CLI.md.
package main

import (
	"context"
	"os"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], stdio{os.Stdin, os.Stdout, os.Stderr, os.Getenv, openTerminal, func() int { return screenWidth(os.Stdout) }}, openEngine))
}
