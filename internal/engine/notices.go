package engine

import (
	"context"

	"earshot/internal/messenger"
)

// Notices returns what a person has to know about the history; see
// messenger.Service.
func (e *Engine) Notices(ctx context.Context) ([]messenger.Notice, error) {
	return call(ctx, e, func(s messenger.Service) ([]messenger.Notice, error) { return s.Notices(ctx) })
}

// DismissNotice says that a person has read a notice; see messenger.Service.
func (e *Engine) DismissNotice(ctx context.Context, id string) error {
	return run(ctx, e, func(s messenger.Service) error { return s.DismissNotice(ctx, id) })
}
