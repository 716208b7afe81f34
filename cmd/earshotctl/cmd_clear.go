package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"

	"earshot/internal/messenger"
)

func (p *program) clear(ctx context.Context, words []string) error {
	var with target
	find := func(ctx context.Context, s messenger.Service) (err error) {
		with, err = resolve(ctx, s, words[0])
		return err
	}
	if !p.args.yes {
		if !typed(p.in) {
			return usagef("clear deletes a conversation; in a script say --yes")
		}
		if err := p.either(ctx, isAddress(words[0]), find); err != nil {
			return err
		}
		// The device is closed while a person thinks.
		if !p.confirm("Delete the conversation with " + with.label() + " from this device?") {
			return errors.New("nothing was deleted")
		}
		find = func(context.Context, messenger.Service) error { return nil }
	}
	return p.either(ctx, p.args.yes && isAddress(words[0]), func(ctx context.Context, s messenger.Service) error {
		if err := find(ctx, s); err != nil {
			return err
		}
		kept, err := s.Clear(ctx, with.id)
		if err != nil {
			return err
		}
		if p.args.json {
			return p.printJSON(clearedJSON{viewConversation("", with), kept})
		}
		stays := ""
		switch {
		case kept == 1:
			stays = "; 1 message stays because it still waits to be delivered"
		case kept > 1:
			stays = fmt.Sprintf("; %d messages stay because they still wait to be delivered", kept)
		}
		return p.printf("the conversation with %s is deleted from this device%s\n", with.label(), stays)
	})
}

// confirm asks a person and reports whether the answer is yes.
func (p *program) confirm(question string) bool {
	fmt.Fprint(p.err, question+" Type yes: ")
	line, err := bufio.NewReader(p.in).ReadString('\n')
	if err != nil { // the end of input, without Enter
		fmt.Fprintln(p.err)
		return false
	}
	return strings.EqualFold(strings.TrimSpace(line), "yes")
}
