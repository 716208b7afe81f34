package main

import (
	"context"
	"fmt"
	"strings"

	"earshot/internal/engine"
	"earshot/internal/messenger"
)

// protocols lists the protocol versions that this program speaks.
var protocols = []int{1}

func (p *program) id(ctx context.Context, _ []string) error {
	return p.offline(ctx, func(ctx context.Context, s messenger.Service) error {
		self, err := s.Self(ctx)
		if err != nil {
			return err
		}
		if p.args.json {
			return p.printJSON(viewSelf("", self))
		}
		rows := [][]string{{"name", shown(self.Name)}, {"short id", self.ID.Short()}, {"id", self.ID.String()}}
		for _, a := range self.Addresses {
			rows = append(rows, []string{"address", a.String()})
		}
		if len(self.Addresses) == 0 {
			rows = append(rows, []string{"address", "none: the device is not on a network"})
		}
		return p.printTable(rows)
	})
}

func (p *program) name(ctx context.Context, words []string) error {
	return p.offline(ctx, func(ctx context.Context, s messenger.Service) error {
		if err := s.Rename(ctx, words[0]); err != nil {
			return err
		}
		self, err := s.Self(ctx)
		if err != nil {
			return err
		}
		if p.args.json {
			return p.printJSON(viewSelf("", self))
		}
		return p.printf("this device is now %s\n", shown(self.Name))
	})
}

func (p *program) version(context.Context, []string) error {
	if p.args.json {
		return p.printJSON(versionJSON{engine.Version, protocols})
	}
	spoken := strings.Trim(fmt.Sprint(protocols), "[]")
	return p.printf("earshotctl %s, protocol %s\n", engine.Version, spoken)
}
