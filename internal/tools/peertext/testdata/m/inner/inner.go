// Package inner faces nobody.
package inner

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"

	"m/store"
)

type cache struct {
	names map[int]string
	any   any
}

func Work(m store.Message, log *slog.Logger, c *cache) error {
	sha256.Sum256([]byte(m.Text)) // nobody is faced
	c.names[1] = m.Text
	log.Info("got", "size", len(m.Text))
	log.Info("got", "text", m.Text)       // out: log/slog.Logger.Info
	log.Info("got", "message", m)         // out: log/slog.Logger.Info
	log.Info("got", "messages", []any{m}) // out: log/slog.Logger.Info
	log.With("name", c.names[1]).Info("") // out: log/slog.Logger.With
	if m.Text == "" {
		return fmt.Errorf("message %d is empty", m.Seen)
	}
	c.any = m
	if _, err := os.Open(filepath.Join("dir", m.Quote.Line)); err != nil { // out: os.Open path/filepath.Join
		return errors.New(m.Text) // out: errors.New
	}
	exec.Command("x", m.Text[1:]) // out: os/exec.Command
	fmt.Println(c.any)
	return fmt.Errorf("%q", m.Text+"x") // out: fmt.Errorf
}
