package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"earshot/internal/export"
	"earshot/internal/messenger"
	"earshot/internal/safetext"
)

func (p *program) export(ctx context.Context, words []string) error {
	o := export.Options{Now: time.Now()}
	switch {
	case p.args.format == "json", p.args.format == "" && p.args.json:
		o.Format = export.JSON
	case p.args.format != "" && p.args.format != "text":
		return usagef("--format wants text or json, not %q", p.args.format)
	}
	toFile := len(words) == 2 && words[1] != "-" // which means standard output, as for most programs
	if len(words) == 2 && words[1] == "" {
		return usagef("FILE is empty; leave it out for standard output")
	}
	out, ok := p.out.(*os.File)
	o.Terminal = ok && isTerminal(out) && !toFile
	if !toFile && p.args.force {
		return usagef("--force is for a FILE")
	}
	return p.either(ctx, isAddress(words[0]), func(ctx context.Context, s messenger.Service) error {
		with, err := resolve(ctx, s, words[0])
		if err != nil {
			return err
		}
		o.Peer = with.id
		if !toFile {
			_, err := export.Write(ctx, s, p.out, o)
			return err
		}
		var count int
		err = writeFile(words[1], p.args.force, func(w io.Writer) error {
			count, err = export.Write(ctx, s, w, o)
			return err
		})
		if err != nil {
			return err
		}
		if p.args.json {
			return p.printJSON(exportedJSON{viewConversation("", with), words[1], count})
		}
		return p.printf("%s with %s written to %s\n", messages(count), with.label(), safetext.TerminalLine(words[1]))
	})
}

// messages is a number of messages in words.
func messages(n int) string {
	if n == 1 {
		return "1 message"
	}
	return fmt.Sprintf("%d messages", n)
}

// errExists says that a file is in the way.
var errExists = errors.New("there is a file of that name; --force writes over it")

// writeFile writes a file that is there only once it is whole. Unless over is
// set, no file of that name is touched.
func writeFile(name string, over bool, write func(io.Writer) error) (err error) {
	info, err := os.Lstat(name)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a file; choose another name", name)
	case err == nil && !over:
		return fmt.Errorf("%s: %w", name, errExists)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	// What goes wrong from here on is said of the name that is known to the person.
	defer func() {
		if path := (*fs.PathError)(nil); errors.As(err, &path) && isHidden(path.Path) {
			err = fmt.Errorf("%s cannot be written: %w", name, path.Err)
		}
	}()
	f, err := os.CreateTemp(filepath.Dir(name), hiddenPrefix+"*")
	if err != nil {
		return err
	}
	defer func() {
		f.Close() // a second time when all went well
		if gone := os.Remove(f.Name()); err == nil && !errors.Is(gone, fs.ErrNotExist) {
			err = gone
		}
	}()
	if err := write(f); err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	return put(f.Name(), name, over)
}

// hiddenPrefix begins the name of a file that is not whole yet.
const hiddenPrefix = ".earshot-export-"

func isHidden(path string) bool { return strings.HasPrefix(filepath.Base(path), hiddenPrefix) }

// put gives a file its name.
func put(from, name string, over bool) error {
	if over {
		return os.Rename(from, name)
	}
	err := os.Link(from, name) // unlike a rename, never over another file
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s: %w", name, errExists)
	case err == nil:
		return nil
	}
	if _, err := os.Lstat(name); err == nil { // no links on this disk
		return fmt.Errorf("%s: %w", name, errExists)
	}
	return os.Rename(from, name)
}
