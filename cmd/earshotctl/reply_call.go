package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
	"unicode/utf8"

	"earshot/internal/messenger"
	"earshot/internal/safetext"
)

const (
	// replyTime is how long the program of --reply may take for one message:
	// longer than a person waits for a machine to answer.
	replyTime = 10 * time.Second
	// maxReplyBytes is how much of its output becomes the answer: what one
	// message can hold, 64 KiB.
	maxReplyBytes = messenger.MaxTextBytes
	// maxComplaintBytes is how much of its standard error one call may show: two
	// screens, so that a message that makes it complain does not fill a log.
	maxComplaintBytes = 4 << 10
	// replyPipeTime is how long what the program left running may hold its output
	// open after it has ended.
	replyPipeTime = time.Second
)

// replyCommand is the program that --reply names.
type replyCommand struct {
	path  string   // of the program
	words []string // the command as it was split
	// bounded ends the context when the time of one call is over.
	bounded func(context.Context) (context.Context, context.CancelFunc)
}

// newReplyCommand reads what follows --reply. Its errors are of the usage.
func newReplyCommand(line string) (*replyCommand, error) {
	words, err := splitWords(line)
	if err != nil {
		return nil, usagef("--reply: %w", err)
	}
	if len(words) == 0 || words[0] == "" {
		return nil, usagef("--reply names no program")
	}
	path, err := exec.LookPath(words[0])
	if err != nil {
		return nil, usagef("--reply: %w", err)
	}
	return &replyCommand{path, words, func(ctx context.Context) (context.Context, context.CancelFunc) {
		return context.WithTimeout(ctx, replyTime)
	}}, nil
}

// reply is what came of one call.
type reply struct {
	text string // the answer; "" is none
	note string // what a person should know about it, or ""
	said string // standard error of the program, safe for a terminal
}

// call gives text to the program and returns its answer. The error is that the
// program cannot be started, or that ctx ended.
func (c *replyCommand) call(ctx context.Context, text string, env ...string) (reply, error) {
	bounded, cancel := c.bounded(ctx)
	defer cancel()
	cmd := exec.CommandContext(bounded, c.path, c.words[1:]...)
	cmd.Args[0] = c.words[0]
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin = strings.NewReader(text)
	out := &beginning{limit: maxReplyBytes + len("\r\n")}
	said := &beginning{limit: maxComplaintBytes}
	cmd.Stdout, cmd.Stderr = out, said
	cmd.WaitDelay = replyPipeTime
	killWithChildren(cmd)
	if err := cmd.Start(); err != nil {
		return reply{}, fmt.Errorf("--reply: %w", err)
	}
	err := cmd.Wait()
	r := reply{said: safetext.Terminal(strings.TrimSuffix(string(said.b), "\n"))}
	switch {
	case err != nil && ctx.Err() != nil:
		return r, ctx.Err()
	case err != nil && bounded.Err() != nil:
		r.note = fmt.Sprintf("no answer: %s took longer than %s and was ended", c.words[0], replyTime)
	case err == nil, errors.Is(err, exec.ErrWaitDelay): // what it left running holds its output
		var cut bool
		if r.text, cut = answerText(out.b, out.more); cut {
			r.note = fmt.Sprintf("the answer was cut: %s printed more than %d KiB", c.words[0], maxReplyBytes>>10)
		}
	default:
		r.note = fmt.Sprintf("no answer: %s: %v", c.words[0], err)
	}
	return r, nil
}

// beginning keeps the first bytes that are written to it and takes the rest, so
// that the writer is not stopped.
type beginning struct {
	limit int
	b     []byte
	more  bool // there was a rest
}

func (w *beginning) Write(p []byte) (int, error) {
	kept := p[:min(len(p), w.limit-len(w.b))]
	w.b = append(w.b, kept...)
	w.more = w.more || len(kept) < len(p)
	return len(p), nil
}

// answerText makes a message of what a program printed, of which there was
// more: without one line end at its end, valid, within what a message holds.
func answerText(out []byte, more bool) (text string, cut bool) {
	if rest, ok := bytes.CutSuffix(out, []byte("\n")); ok && !more {
		out = bytes.TrimSuffix(rest, []byte("\r"))
	}
	// A replaced byte is longer than it was: the second cut is for that.
	text, first := clipText(string(out))
	text, second := clipText(strings.ToValidUTF8(text, string(utf8.RuneError)))
	return text, more || first || second
}

// clipText cuts s to maxReplyBytes, not inside a character.
func clipText(s string) (string, bool) {
	if len(s) <= maxReplyBytes {
		return s, false
	}
	n := maxReplyBytes
	for n > maxReplyBytes-utf8.UTFMax && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n], true
}
