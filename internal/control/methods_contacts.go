package control

import (
	"context"

	"earshot/internal/identity"
	"earshot/internal/messenger"
)

// nickFor is the name that a device is shown as here.
type nickFor struct {
	Peer identity.DeviceID `json:"peer"`
	Nick string            `json:"nick"`
}

// replacement says which device takes the place of which.
type replacement struct {
	Old identity.DeviceID `json:"old"`
	New identity.DeviceID `json:"new"`
}

// contactMethods are those of messenger.ContactService.
var contactMethods = map[string]handler{
	"set_nick": with(func(ctx context.Context, s messenger.Service, n nickFor) (none, error) {
		return none{}, s.SetNick(ctx, n.Peer, n.Nick)
	}),
	"unblock": with(func(ctx context.Context, s messenger.Service, id identity.DeviceID) (none, error) {
		return none{}, s.Unblock(ctx, id)
	}),
	"forget": with(func(ctx context.Context, s messenger.Service, id identity.DeviceID) (none, error) {
		return none{}, s.Forget(ctx, id)
	}),
	"replace": with(func(ctx context.Context, s messenger.Service, r replacement) (none, error) {
		return none{}, s.Replace(ctx, r.Old, r.New)
	}),
}
