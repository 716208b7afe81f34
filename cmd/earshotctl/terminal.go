package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"runtime"
)

// maxLine is the longest line that is read of a person, in bytes: a pairing link
// with room.
const maxLine = 4 << 10

// lines returns the lines that a person types until ctx ends; then, or at the end
// of the input, the channel is closed. One read stays behind in its goroutine
// when ctx ends, because nothing can end it but the end of the process, which is
// near then.
func lines(ctx context.Context, in io.Reader) <-chan string {
	c := make(chan string)
	go func() {
		defer close(c)
		s := bufio.NewScanner(in)
		s.Buffer(nil, maxLine)
		for s.Scan() {
			select {
			case c <- s.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	return c
}

// openTerminal opens the terminal of this process, also when its standard input
// is something else.
func openTerminal() (io.ReadCloser, error) {
	name := "/dev/tty"
	if runtime.GOOS == "windows" {
		name = "CONIN$"
	}
	return os.OpenFile(name, os.O_RDWR, 0)
}

// drawn reports whether out is a screen, on which colours can be seen.
func drawn(out io.Writer) bool {
	if w, ok := out.(*patientWriter); ok {
		out = w.to
	}
	f, ok := out.(*os.File)
	return ok && isTerminal(f)
}
