// Command typecheck type-checks whole programs for other systems without
// their C compilers.
//
//	go -C internal/tools run ./typecheck -dir ../.. -target android/arm64 -target windows/amd64 . ./cmd/earshotctl
//
// A package that uses cgo cannot be compiled for a system without its C
// toolchain, but it can be type-checked when every name of package C is taken
// on trust. That finds what breaks a port in practice: a file that is missing
// under a build tag, a function that exists on one system only, an interface
// that changed. It cannot find a wrong use of C itself.
//
// The packages given and all they depend on are loaded; function bodies are
// checked in the main module only, since those of its dependencies are not
// ours to mend. Exit status 1 says that there were errors.
//
// With -peertext the rules of package peertext are held against the program too:
// where the text of another device may go.
package main

import (
	"context"
	"flag"
	"fmt"
	"go/types"
	"io"
	"os"
	"strings"
)

// targets is a flag that may be given several times.
type targets []target

// String implements flag.Value.
func (t *targets) String() string { return fmt.Sprint(*t) }

// Set implements flag.Value.
func (t *targets) Set(s string) error {
	goos, goarch, ok := strings.Cut(s, "/")
	if !ok || goos == "" || goarch == "" {
		return fmt.Errorf("%q is not like android/arm64", s)
	}
	if types.SizesFor("gc", goarch) == nil {
		return fmt.Errorf("the processor %q is not known", goarch)
	}
	*t = append(*t, target{goos, goarch})
	return nil
}

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

// run is the program; it returns the exit status: 1 for errors in the checked
// program, 2 for a wrong use or a go command that does not work.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("typecheck", flag.ContinueOnError)
	flags.SetOutput(stderr)
	var wanted targets
	flags.Var(&wanted, "target", "system and processor, such as android/arm64; may be repeated")
	dir := flags.String("dir", ".", "folder of the main module")
	follow := flags.Bool("peertext", false, "also follow the text of other devices")
	tags := flags.String("tags", "", "build tags, with commas between them")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if len(wanted) == 0 || flags.NArg() == 0 {
		fmt.Fprintln(stderr, "usage: typecheck [-dir DIR] [-tags TAGS] -target OS/ARCH PACKAGES...")
		return 2
	}
	status, seen := 0, followed{}
	for _, t := range wanted {
		packages, err := list(ctx, *dir, t, *tags, flags.Args())
		if err != nil {
			fmt.Fprintf(stderr, "typecheck: %s: %v\n", t, err)
			return 2
		}
		c := check(packages, t, *follow)
		if len(c.errs) == 0 && *follow {
			c.errs = seen.follow(c, *dir)
		}
		for _, err := range c.errs {
			fmt.Fprintf(stdout, "%s: %v\n", t, err)
		}
		fmt.Fprintf(stdout, "%s: %d packages, %d errors\n", t, len(packages), len(c.errs))
		if len(c.errs) > 0 {
			status = 1
		}
	}
	if status == 0 && *follow {
		for _, row := range seen.unused() {
			fmt.Fprintln(stdout, row)
			status = 1
		}
	}
	return status
}
