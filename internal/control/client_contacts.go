package control

import (
	"context"

	"earshot/internal/identity"
)

// SetNick gives a device a name of this device's own; see messenger.Service.
func (c *Client) SetNick(ctx context.Context, id identity.DeviceID, nick string) error {
	_, err := do[none](ctx, c, "set_nick", nickFor{id, nick})
	return err
}

// Unblock takes a block back; see messenger.Service.
func (c *Client) Unblock(ctx context.Context, id identity.DeviceID) error {
	_, err := do[none](ctx, c, "unblock", id)
	return err
}

// Forget ends a contact; see messenger.Service.
func (c *Client) Forget(ctx context.Context, id identity.DeviceID) error {
	_, err := do[none](ctx, c, "forget", id)
	return err
}

// Replace makes one device take the place of another; see messenger.Service.
func (c *Client) Replace(ctx context.Context, old, newID identity.DeviceID) error {
	_, err := do[none](ctx, c, "replace", replacement{old, newID})
	return err
}
