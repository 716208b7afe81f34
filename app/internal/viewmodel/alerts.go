package viewmodel

import (
	"context"

	"earshot/internal/messenger"
	"earshot/internal/safetext"
)

// Alert is a notice about the history. It stays until a person dismisses it.
type Alert struct {
	ID   string
	Text safetext.Display // a sentence or two: what happened and what to do
}

// DismissAlert takes an alert off the screen, here and at every other front end
// of this device.
func (c *Controller) DismissAlert(id string) {
	c.decide(func(ctx context.Context) error { return c.opt.Service.DismissNotice(ctx, id) }, nil)
}

func readNotices(ctx context.Context, q question) (func(*state), error) {
	list, err := q.svc.Notices(ctx)
	return func(s *state) { s.notices = list }, err
}

func alerts(notices []messenger.Notice) []Alert {
	var out []Alert
	for _, n := range notices {
		out = append(out, Alert{n.ID, safetext.Body(n.Text())})
	}
	return out
}
