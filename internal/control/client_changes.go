package control

import (
	"context"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
)

// Change changes a message; see messenger.Service.
func (c *Client) Change(ctx context.Context, change messenger.Change) (messenger.Message, error) {
	return do[messenger.Message](ctx, c, "change", change)
}

// Cancel takes a message out of the outbox; see messenger.Service.
func (c *Client) Cancel(ctx context.Context, of messenger.Ref) (messenger.Message, error) {
	return do[messenger.Message](ctx, c, "cancel", of)
}

// Remove deletes a message from this device; see messenger.Service.
func (c *Client) Remove(ctx context.Context, of messenger.Ref) error {
	_, err := do[none](ctx, c, "remove", of)
	return err
}

// Clear deletes a conversation from this device; see messenger.Service.
func (c *Client) Clear(ctx context.Context, peer identity.DeviceID) (int, error) {
	return do[int](ctx, c, "clear", peer)
}

// Find returns the messages with an ID; see messenger.Service.
func (c *Client) Find(ctx context.Context, id msgid.ID) ([]messenger.Message, error) {
	return do[[]messenger.Message](ctx, c, "find", id)
}

// switchFor turns something on or off for one device.
type switchFor struct {
	Peer identity.DeviceID `json:"peer"`
	On   bool              `json:"on"`
}

// SetTyping says that somebody is writing; see messenger.Service.
func (c *Client) SetTyping(ctx context.Context, peer identity.DeviceID, typing bool) error {
	_, err := do[none](ctx, c, "set_typing", switchFor{peer, typing})
	return err
}

// SetReceipts chooses whether a contact learns what was read; see
// messenger.Service.
func (c *Client) SetReceipts(ctx context.Context, peer identity.DeviceID, on bool) error {
	_, err := do[none](ctx, c, "set_receipts", switchFor{peer, on})
	return err
}

// Settings returns what a person may choose; see messenger.Service.
func (c *Client) Settings(ctx context.Context) ([]messenger.Setting, error) {
	return do[[]messenger.Setting](ctx, c, "settings", none{})
}

// SetSetting changes a setting; see messenger.Service.
func (c *Client) SetSetting(ctx context.Context, key, value string) error {
	_, err := do[none](ctx, c, "set_setting", messenger.Setting{Key: key, Value: value})
	return err
}
