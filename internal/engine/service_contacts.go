package engine

import (
	"context"

	"earshot/internal/identity"
	"earshot/internal/messenger"
)

// SetNick gives a device a name of this device's own; see messenger.Service.
func (e *Engine) SetNick(ctx context.Context, id identity.DeviceID, nick string) error {
	return run(ctx, e, func(s messenger.Service) error { return s.SetNick(ctx, id, nick) })
}

// Unblock takes a block back; see messenger.Service.
func (e *Engine) Unblock(ctx context.Context, id identity.DeviceID) error {
	return run(ctx, e, func(s messenger.Service) error { return s.Unblock(ctx, id) })
}

// Forget ends a contact; see messenger.Service.
func (e *Engine) Forget(ctx context.Context, id identity.DeviceID) error {
	return run(ctx, e, func(s messenger.Service) error { return s.Forget(ctx, id) })
}

// Replace makes one device take the place of another; see messenger.Service.
func (e *Engine) Replace(ctx context.Context, old, newID identity.DeviceID) error {
	return run(ctx, e, func(s messenger.Service) error { return s.Replace(ctx, old, newID) })
}
