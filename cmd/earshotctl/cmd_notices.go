package main

import (
	"context"
	"fmt"

	"earshot/internal/export"
	"earshot/internal/messenger"
	"earshot/internal/safetext"
)

// noticeJSON is an object of docs/CLI.md.
type noticeJSON struct {
	ID     string `json:"id"`
	Kind   string `json:"kind"`
	Text   string `json:"text"`
	At     string `json:"at,omitempty"`
	CopyAt string `json:"copy_at,omitempty"`
	Folder string `json:"folder,omitempty"`
}

func viewNotice(n messenger.Notice) noticeJSON {
	return noticeJSON{n.ID, string(n.Kind), n.Text(), export.Stamp(n.At), export.Stamp(n.CopyAt), n.Folder}
}

func (p *program) notices(ctx context.Context, _ []string) error {
	return p.offline(ctx, func(ctx context.Context, s messenger.Service) error {
		notices, err := s.Notices(ctx)
		if err != nil {
			return err
		}
		for _, n := range notices {
			if p.args.json {
				err = p.printJSON(viewNotice(n))
			} else {
				err = p.printf("%s\n", safetext.TerminalLine(n.Text()))
			}
			if err == nil && p.args.dismiss { // only what was printed
				err = s.DismissNotice(ctx, n.ID)
			}
			if err != nil {
				return err
			}
		}
		if len(notices) == 0 && !p.args.json {
			return p.printf("nothing to tell\n")
		}
		return nil
	})
}

// tell prints what a person has to know about the history, beside what the
// command prints; each notice once, also when the command opens the device twice,
// and again when it comes again. A failure is the command's to meet.
func (p *program) tell(ctx context.Context, s messenger.Service) {
	if p.args.json || len(p.args.words) > 0 && p.args.words[0] == "notices" {
		return
	}
	notices, err := s.Notices(ctx)
	if err != nil {
		return
	}
	standing := map[string]bool{}
	for _, n := range notices {
		if standing[n.ID] = true; !p.told[n.ID] {
			fmt.Fprintln(p.err, "earshotctl: "+safetext.TerminalLine(n.Text()))
		}
	}
	p.told = standing
}
