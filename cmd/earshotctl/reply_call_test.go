package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// program returns the command of a line; tests of real programs are for systems
// that have those of POSIX.
func replyTo(t *testing.T, line string) *replyCommand {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("no POSIX programs on Windows")
	}
	c, err := newReplyCommand(line)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCall(t *testing.T) {
	full := strings.Repeat("x", maxReplyBytes)
	odd := " \x00\x1b[31m\r\n\u202e日本\n\n "
	for _, tt := range []struct {
		cmd, in    string
		text       string
		note, said string // their parts
	}{
		{cmd: "cat", in: odd, text: odd},
		{cmd: "cat", in: "a\n", text: "a"},
		{cmd: "cat", in: "a\r\n", text: "a"},
		{cmd: "cat", in: "a\n\n", text: "a\n"},
		{cmd: "cat", in: "\n"},
		{cmd: "cat", in: full, text: full},
		{cmd: "cat", in: "a\xff\xfeb", text: "a\ufffdb"},
		{cmd: "tr a-z A-Z", in: "hello", text: "HELLO"},
		{cmd: "echo accepted", in: full, text: "accepted"}, // reads nothing
		{cmd: "true", in: full},
		{cmd: "head -c 3", in: full, text: "xxx"},
		{cmd: `sh -c 'exec <&-; echo closed'`, in: full, text: "closed"},
		{cmd: `sh -c 'cat; cat; echo y'`, in: full, text: full, note: "the answer was cut: sh printed more than 64 KiB"},
		{cmd: `sh -c 'cat; echo'`, in: full, text: full},
		{cmd: `sh -c 'echo lost; exit 3'`, note: "no answer: sh: exit status 3"},
		{cmd: `sh -c 'echo lost; kill -9 $$'`, note: "no answer: sh: signal: killed"},
		{cmd: `sh -c 'printf "oh\033\n" >&2; echo out'`, text: "out", said: `oh\x1b`},
		{cmd: `sh -c 'echo "$EARSHOT_X $0"' a '*'`, text: "y a"},
		{cmd: `sh -c 'sleep 1000 & echo here; echo $! >&2'`, text: "here"},
	} {
		r, err := replyTo(t, tt.cmd).call(t.Context(), tt.in, "EARSHOT_X=y")
		if err != nil || r.text != tt.text || r.note != tt.note || !strings.Contains(r.said, tt.said) {
			t.Errorf("%s: %.40q, %q, %.40q, %v; want %.40q, %q", tt.cmd, r.text, r.note, r.said, err, tt.text, tt.note)
		}
		if strings.Contains(tt.cmd, "sleep") {
			killPid(t, r.said)
		}
	}
}

func TestComplaintsAreBounded(t *testing.T) {
	r, err := replyTo(t, `sh -c 'cat >&2'`).call(t.Context(), strings.Repeat("x", 10*maxComplaintBytes))
	if err != nil || r.said != strings.Repeat("x", maxComplaintBytes) {
		t.Errorf("%d bytes, %v", len(r.said), err)
	}
}

func TestCannotStart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "bot")
	if err := os.WriteFile(file, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	c := replyTo(t, "'"+file+"'")
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if _, err := c.call(t.Context(), "x"); err == nil || !strings.HasPrefix(err.Error(), "--reply: ") {
		t.Errorf("%v", err)
	}
}

// TestCallEnds: when the time is over or the device stops, the program ends and
// all that it started.
func TestCallEnds(t *testing.T) {
	for _, interrupted := range []bool{false, true} {
		fifo := makeFifo(t)
		c := replyTo(t, `sh -c 'echo early; (exec 3>"$1"; exec sleep 1000) & wait' sh '`+fifo+`'`)
		ctx, interrupt := context.WithCancel(t.Context())
		defer interrupt()
		var timeOver context.CancelFunc
		set := make(chan struct{})
		c.bounded = func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, timeOver = context.WithCancel(ctx)
			close(set)
			return ctx, timeOver
		}
		dead := make(chan error, 1)
		go func() {
			<-set
			f, err := os.Open(fifo) // waits for what the program started
			if err != nil {
				dead <- err
				return
			}
			defer f.Close()
			if interrupted {
				interrupt()
			} else {
				timeOver()
			}
			// It ends with the last process that holds it.
			if err = f.SetReadDeadline(time.Now().Add(eventDeadline)); err == nil {
				_, err = io.ReadAll(f)
			}
			dead <- err
		}()
		r, err := c.call(ctx, "x")
		if r.text != "" {
			t.Errorf("an answer: %q", r.text)
		}
		if interrupted && !errors.Is(err, context.Canceled) {
			t.Errorf("interrupted: %v", err)
		}
		if !interrupted && (err != nil || r.note != "no answer: sh took longer than 10s and was ended") {
			t.Errorf("time over: %q, %v", r.note, err)
		}
		if err := <-dead; err != nil {
			t.Error(err)
		}
	}
}

func TestAnswerText(t *testing.T) {
	full := strings.Repeat("x", maxReplyBytes-1)
	for _, tt := range []struct {
		out  string
		more bool
		want string
		cut  bool
	}{
		{out: ""},
		{out: "\r\n"},
		{out: "a\n", want: "a"},
		{out: "a\n", more: true, want: "a\n", cut: true},
		{out: full + "x\r\n", want: full + "x"},
		{out: full + "xx\n", want: full + "x", cut: true},
		{out: full + "é", want: full, cut: true},
		{out: full + "é\n", more: true, want: full, cut: true},
		{out: full + "\xff", want: full, cut: true}, // its replacement is longer
		{out: full[1:] + "日本", want: full[1:], cut: true},
	} {
		if got, cut := answerText([]byte(tt.out), tt.more); got != tt.want || cut != tt.cut {
			t.Errorf("%d bytes: %d bytes ending in %q, %v; want %d", len(tt.out), len(got), got[max(0, len(got)-3):], cut, len(tt.want))
		}
	}
}

func FuzzAnswerText(f *testing.F) {
	f.Add([]byte("a\n"), uint16(0))
	f.Add([]byte("日\xff"), uint16(21845))
	f.Add([]byte("\xf0\x9f\x98\x80"), uint16(16385))
	f.Fuzz(func(t *testing.T, piece []byte, n uint16) {
		out := strings.Repeat(string(piece), min(int(n)+1, 2*maxReplyBytes/max(1, len(piece))+1))
		got, cut := answerText([]byte(out), false)
		if len(got) > maxReplyBytes || !utf8.ValidString(got) {
			t.Errorf("%d bytes, valid %v", len(got), utf8.ValidString(got))
		}
		all := strings.ToValidUTF8(strings.TrimSuffix(strings.TrimSuffix(out, "\n"), "\r"), "\ufffd")
		if !strings.HasSuffix(out, "\r") && !cut && got != all {
			t.Errorf("%q became %q", out, got)
		}
		if utf8.ValidString(out) && !strings.HasPrefix(out, got) {
			t.Errorf("%.40q is not the beginning of the output", got)
		}
	})
}
