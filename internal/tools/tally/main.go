// Command tally runs the steps of ./test and counts what they prove.
//
//	tally gate  -out DIR [-quiet] [-limit 10m] NAME COMMAND...   one check: passed when COMMAND succeeds
//	tally tests -out DIR [-strict] [-limit 10m] NAME COMMAND...  COMMAND prints "go test -json"; each test is counted
//	tally sum   -out DIR [-slowest 10]                           the slowest tests, the failures again, the totals
//
// The first two append to DIR/results.jsonl, keep what COMMAND printed in
// DIR/NAME.log, and exit with status 1 when something failed. The last line of
// sum is "N passed, N failed, N skipped"; it exits with status 1 when anything
// failed or nothing was counted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// errFailed says that a check failed; what failed has been printed already.
var errFailed = errors.New("failed")

// waitDelay is how long a command that was stopped at its limit may hold its
// output open (a grandchild can) before tally goes on without it.
const waitDelay = 5 * time.Second

// options are the flags of all three commands.
type options struct {
	out     string
	quiet   bool
	strict  bool
	limit   time.Duration
	slowest int
}

func main() {
	err := run(os.Args[1:], os.Stdout)
	switch {
	case err == nil:
	case errors.Is(err, errFailed):
		os.Exit(1)
	default:
		fmt.Fprintln(os.Stderr, "tally:", err)
		os.Exit(2)
	}
}

// run is the program: args without its name, reports to w.
func run(args []string, w io.Writer) error {
	if len(args) == 0 {
		return errors.New("say gate, tests or sum")
	}
	var o options
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	flags.StringVar(&o.out, "out", "", "folder for results and logs")
	flags.BoolVar(&o.quiet, "quiet", false, "gate: any output is a failure")
	flags.BoolVar(&o.strict, "strict", false, "tests: a skip without an accepted reason is a failure")
	flags.DurationVar(&o.limit, "limit", 30*time.Minute, "stop COMMAND after this time and count it as failed")
	flags.IntVar(&o.slowest, "slowest", 10, "sum: how many of the slowest tests to list")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if o.out == "" {
		return errors.New("-out DIR is missing")
	}
	rest := flags.Args()
	if args[0] == "sum" {
		return sum(o, w)
	}
	if len(rest) < 2 {
		return errors.New("a name and a command are missing")
	}
	switch args[0] {
	case "gate":
		return gate(o, rest[0], rest[1:], w)
	case "tests":
		return tests(o, rest[0], rest[1:], w)
	}
	return fmt.Errorf("unknown command %q; say gate, tests or sum", args[0])
}

// gate runs command and records it as one check called name.
func gate(o options, name string, command []string, w io.Writer) error {
	log, err := createLog(o.out, name)
	if err != nil {
		return err
	}
	defer log.Close()
	start := time.Now()
	runErr := execute(o.limit, command, log, log)
	printed, err := os.ReadFile(log.Name())
	if err != nil {
		return err
	}
	r := Record{Step: name, Result: Pass, Seconds: time.Since(start).Seconds()}
	if runErr != nil {
		r.Result, r.Reason = Fail, runErr.Error()
	} else if o.quiet && len(strings.TrimSpace(string(printed))) > 0 {
		r.Result, r.Reason = Fail, "it should print nothing"
	}
	if err := appendRecords(o.out, []Record{r}); err != nil {
		return err
	}
	if r.Result == Pass {
		fmt.Fprintf(w, "ok    %-44s %6.1fs\n", name, r.Seconds)
		return nil
	}
	fmt.Fprintf(w, "FAIL  %-44s %6.1fs  %s\n%s", name, r.Seconds, r.Reason, indent(string(printed)))
	return errFailed
}

// tests runs command, which prints events of go test -json, and records each
// test of it.
func tests(o options, name string, command []string, w io.Writer) error {
	log, err := createLog(o.out, name)
	if err != nil {
		return err
	}
	defer log.Close()
	fmt.Fprintf(w, "---   %s\n", name)
	start := time.Now()
	stream, feed := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := execute(o.limit, command, io.MultiWriter(feed, log), w)
		feed.Close()
		ended <- err
	}()
	c := newCounter(name, o.strict, w)
	readErr := c.read(stream)
	stream.CloseWithError(readErr)
	runErr := <-ended
	if readErr != nil {
		runErr = errors.Join(runErr, readErr)
	}
	records := c.finish(runErr)
	if err := appendRecords(o.out, records); err != nil {
		return err
	}
	t := count(records)
	mark := "ok  "
	if t.failed > 0 {
		mark = "FAIL"
	}
	fmt.Fprintf(w, "%s  %-44s %6.1fs  %s\n", mark, name, time.Since(start).Seconds(), t)
	if t.failed > 0 {
		return errFailed
	}
	return nil
}

// execute runs command until it ends or limit has passed.
func execute(limit time.Duration, command []string, stdout, stderr io.Writer) error {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	cmd.WaitDelay = waitDelay
	err := cmd.Run()
	if ctx.Err() != nil {
		return fmt.Errorf("stopped after %s", limit)
	}
	return err
}

// createLog opens the file that keeps what the step called name printed. The
// caller closes it.
func createLog(dir, name string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	slug := strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '-'
	}, name)
	return os.Create(filepath.Join(dir, slug+".log"))
}

// indent sets text off from the lines of tally itself.
func indent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString("      " + strings.TrimRight(line, "\r\n") + "\n")
	}
	return b.String()
}
