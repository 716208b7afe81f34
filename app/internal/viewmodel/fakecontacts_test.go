package viewmodel

import (
	"context"
	"fmt"

	"earshot/internal/identity"
)

func (f *fake) SetNick(ctx context.Context, id identity.DeviceID, nick string) error {
	return f.called(ctx, fmt.Sprintf("nick %s %q", id.Short(), nick))
}
func (f *fake) Unblock(ctx context.Context, id identity.DeviceID) error {
	return f.called(ctx, "unblock "+id.Short())
}
func (f *fake) Forget(ctx context.Context, id identity.DeviceID) error {
	return f.called(ctx, "forget "+id.Short())
}
func (f *fake) Replace(ctx context.Context, old, newID identity.DeviceID) error {
	return f.called(ctx, "replace "+old.Short()+" "+newID.Short())
}
