package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"earshot/internal/messenger"
)

func (p *program) settings(ctx context.Context, words []string) error {
	if err := p.askToKeep(words); err != nil {
		return err
	}
	return p.offline(ctx, func(ctx context.Context, s messenger.Service) error {
		if len(words) == 2 {
			if err := s.SetSetting(ctx, words[0], words[1]); err != nil {
				return p.explainSetting(err)
			}
		}
		all, err := s.Settings(ctx)
		if err != nil {
			return err
		}
		if len(words) > 0 {
			if all = slices.DeleteFunc(all, func(x messenger.Setting) bool { return x.Key != words[0] }); len(all) == 0 {
				return p.explainSetting(messenger.ErrUnknownSetting)
			}
		}
		return p.printSettings(all, len(words) > 0)
	})
}

// askToKeep asks before messages are kept for a time only, since that deletes the
// older ones at once.
func (p *program) askToKeep(words []string) error {
	if p.args.yes && (len(words) != 2 || words[0] != messenger.SettingKeep) {
		return usagef("--yes is for settings %s VALUE alone", messenger.SettingKeep)
	}
	if p.args.yes || len(words) != 2 || words[0] != messenger.SettingKeep {
		return nil
	}
	days, err := strconv.Atoi(strings.TrimSuffix(words[1], "d"))
	if err != nil || days < 1 { // for ever, or no value at all
		return nil
	}
	if !typed(p.in) {
		return usagef("this deletes older messages from this device at once; in a script say --yes")
	}
	if !p.confirm(fmt.Sprintf("Delete all messages that have been here longer than %d days from this device, now and from now on?", days)) {
		return errors.New("nothing was changed")
	}
	return nil
}

// explainSetting says which settings there are.
func (p *program) explainSetting(err error) error {
	if errors.Is(err, messenger.ErrUnknownSetting) {
		return fmt.Errorf("%w; %s settings lists them", err, p.called())
	}
	return err
}

func (p *program) printSettings(all []messenger.Setting, one bool) error {
	rows := [][]string{{"SETTING", "VALUE", "DEFAULT", "CHOSEN"}}
	for _, x := range all {
		switch {
		case p.args.json:
			if err := p.printJSON(settingJSON(x)); err != nil {
				return err
			}
		case one:
			return p.printf("%s\n", x.Value)
		default:
			rows = append(rows, []string{x.Key, x.Value, x.Default, yesNo(x.Chosen)})
		}
	}
	if p.args.json {
		return nil
	}
	return p.printTable(rows)
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

func (p *program) receipts(ctx context.Context, words []string) error {
	if len(words) == 2 && words[1] != "on" && words[1] != "off" {
		return usagef("receipts are on or off, not %q", words[1])
	}
	return p.either(ctx, isAddress(words[0]), func(ctx context.Context, s messenger.Service) error {
		who, err := resolve(ctx, s, words[0])
		if err != nil {
			return err
		}
		if len(words) == 2 {
			if err := s.SetReceipts(ctx, who.id, words[1] == "on"); err != nil {
				return err
			}
		}
		all, err := s.Conversations(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(c messenger.Conversation) bool { return c.Contact.ID == who.id })
		if i < 0 {
			return notFoundf("%s is not a contact", who.label())
		}
		on := all[i].Contact.Receipts
		if p.args.json {
			return p.printJSON(receiptsJSON{viewConversation("", who), on})
		}
		if on {
			return p.printf("%s learns what is read here and that somebody is writing to it\n", who.label())
		}
		return p.printf("%s does not learn what is read here, nor that somebody is writing to it\n", who.label())
	})
}
