package engine

import (
	"context"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
)

// Change changes a message; see messenger.Service.
func (e *Engine) Change(ctx context.Context, c messenger.Change) (messenger.Message, error) {
	if c.ID.IsZero() { // before the first attempt, so that a second one is the same change
		c.ID = msgid.Now()
	}
	return call(ctx, e, func(s messenger.Service) (messenger.Message, error) { return s.Change(ctx, c) })
}

// Cancel takes a message out of the outbox; see messenger.Service.
func (e *Engine) Cancel(ctx context.Context, of messenger.Ref) (messenger.Message, error) {
	return call(ctx, e, func(s messenger.Service) (messenger.Message, error) { return s.Cancel(ctx, of) })
}

// Remove deletes a message from this device; see messenger.Service.
func (e *Engine) Remove(ctx context.Context, of messenger.Ref) error {
	return run(ctx, e, func(s messenger.Service) error { return s.Remove(ctx, of) })
}

// Clear deletes a conversation from this device; see messenger.Service.
func (e *Engine) Clear(ctx context.Context, peer identity.DeviceID) (int, error) {
	return call(ctx, e, func(s messenger.Service) (int, error) { return s.Clear(ctx, peer) })
}

// Find returns the messages with an ID; see messenger.Service.
func (e *Engine) Find(ctx context.Context, id msgid.ID) ([]messenger.Message, error) {
	return call(ctx, e, func(s messenger.Service) ([]messenger.Message, error) { return s.Find(ctx, id) })
}

// SetTyping says that somebody is writing; see messenger.Service.
func (e *Engine) SetTyping(ctx context.Context, peer identity.DeviceID, typing bool) error {
	return run(ctx, e, func(s messenger.Service) error { return s.SetTyping(ctx, peer, typing) })
}

// SetReceipts chooses whether a contact learns what was read; see
// messenger.Service.
func (e *Engine) SetReceipts(ctx context.Context, peer identity.DeviceID, on bool) error {
	return run(ctx, e, func(s messenger.Service) error { return s.SetReceipts(ctx, peer, on) })
}

// Settings returns what a person may choose; see messenger.Service.
func (e *Engine) Settings(ctx context.Context) ([]messenger.Setting, error) {
	return call(ctx, e, func(s messenger.Service) ([]messenger.Setting, error) { return s.Settings(ctx) })
}

// SetSetting changes a setting; see messenger.Service.
func (e *Engine) SetSetting(ctx context.Context, key, value string) error {
	return run(ctx, e, func(s messenger.Service) error { return s.SetSetting(ctx, key, value) })
}
