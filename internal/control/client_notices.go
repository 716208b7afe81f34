package control

import (
	"context"

	"earshot/internal/messenger"
)

// Notices returns what a person has to know about the history; see
// messenger.Service.
func (c *Client) Notices(ctx context.Context) ([]messenger.Notice, error) {
	return do[[]messenger.Notice](ctx, c, "notices", none{})
}

// DismissNotice says that a person has read a notice; see messenger.Service.
func (c *Client) DismissNotice(ctx context.Context, id string) error {
	_, err := do[none](ctx, c, "dismiss_notice", id)
	return err
}
