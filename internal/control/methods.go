package control

import (
	"context"
	"encoding/json"
	"maps"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
)

const methodSubscribe = "subscribe"

// handler runs one method.
type handler func(ctx context.Context, svc messenger.Service, params json.RawMessage) (any, error)

// with decodes the parameters of a method.
func with[P, R any](f func(context.Context, messenger.Service, P) (R, error)) handler {
	return func(ctx context.Context, svc messenger.Service, params json.RawMessage) (any, error) {
		var p P
		if len(params) > 0 {
			if err := json.Unmarshal(params, &p); err != nil {
				return nil, err
			}
		}
		return f(ctx, svc, p)
	}
}

type none = struct{}

// methods are all that the socket serves.
var methods = joined(serviceMethods, contactMethods, pairingMethods)

func joined(parts ...map[string]handler) map[string]handler {
	all := map[string]handler{}
	for _, p := range parts {
		maps.Copy(all, p)
	}
	return all
}

var serviceMethods = map[string]handler{
	"self": with(func(ctx context.Context, s messenger.Service, _ none) (messenger.Self, error) { return s.Self(ctx) }),
	"notices": with(func(ctx context.Context, s messenger.Service, _ none) ([]messenger.Notice, error) {
		return s.Notices(ctx)
	}),
	"dismiss_notice": with(func(ctx context.Context, s messenger.Service, id string) (none, error) {
		return none{}, s.DismissNotice(ctx, id)
	}),
	"rename": with(func(ctx context.Context, s messenger.Service, name string) (none, error) {
		return none{}, s.Rename(ctx, name)
	}),
	"peers": with(func(ctx context.Context, s messenger.Service, _ none) ([]messenger.Peer, error) { return s.Peers(ctx) }),
	"add":   with(func(ctx context.Context, s messenger.Service, a string) (messenger.Peer, error) { return s.Add(ctx, a) }),
	"send": with(func(ctx context.Context, s messenger.Service, o messenger.Outgoing) (messenger.Message, error) {
		return s.Send(ctx, o)
	}),
	"history": with(func(ctx context.Context, s messenger.Service, p messenger.Page) ([]messenger.Message, error) {
		return s.History(ctx, p)
	}),
	"search": with(func(ctx context.Context, s messenger.Service, q messenger.Query) ([]messenger.Hit, error) {
		return s.Search(ctx, q)
	}),
	"conversations": with(func(ctx context.Context, s messenger.Service, _ none) ([]messenger.Conversation, error) {
		return s.Conversations(ctx)
	}),
	"outbox": with(func(ctx context.Context, s messenger.Service, _ none) ([]messenger.Message, error) {
		return s.Outbox(ctx)
	}),
	"requests": with(func(ctx context.Context, s messenger.Service, _ none) ([]messenger.Request, error) {
		return s.Requests(ctx)
	}),
	"allow": with(func(ctx context.Context, s messenger.Service, id identity.DeviceID) (none, error) {
		return none{}, s.Allow(ctx, id)
	}),
	"refuse": with(func(ctx context.Context, s messenger.Service, id identity.DeviceID) (none, error) {
		return none{}, s.Refuse(ctx, id)
	}),
	"block": with(func(ctx context.Context, s messenger.Service, id identity.DeviceID) (none, error) {
		return none{}, s.Block(ctx, id)
	}),
	"mark_read": with(func(ctx context.Context, s messenger.Service, id identity.DeviceID) (none, error) {
		return none{}, s.MarkRead(ctx, id)
	}),
	"mark_message_read": with(func(ctx context.Context, s messenger.Service, m markOne) (none, error) {
		return none{}, s.MarkMessageRead(ctx, m.Peer, m.ID)
	}),
	"change": with(func(ctx context.Context, s messenger.Service, c messenger.Change) (messenger.Message, error) {
		return s.Change(ctx, c)
	}),
	"cancel": with(func(ctx context.Context, s messenger.Service, of messenger.Ref) (messenger.Message, error) {
		return s.Cancel(ctx, of)
	}),
	"remove": with(func(ctx context.Context, s messenger.Service, of messenger.Ref) (none, error) {
		return none{}, s.Remove(ctx, of)
	}),
	"clear": with(func(ctx context.Context, s messenger.Service, peer identity.DeviceID) (int, error) {
		return s.Clear(ctx, peer)
	}),
	"find": with(func(ctx context.Context, s messenger.Service, id msgid.ID) ([]messenger.Message, error) {
		return s.Find(ctx, id)
	}),
	"set_typing": with(func(ctx context.Context, s messenger.Service, w switchFor) (none, error) {
		return none{}, s.SetTyping(ctx, w.Peer, w.On)
	}),
	"set_receipts": with(func(ctx context.Context, s messenger.Service, w switchFor) (none, error) {
		return none{}, s.SetReceipts(ctx, w.Peer, w.On)
	}),
	"settings": with(func(ctx context.Context, s messenger.Service, _ none) ([]messenger.Setting, error) {
		return s.Settings(ctx)
	}),
	"set_setting": with(func(ctx context.Context, s messenger.Service, v messenger.Setting) (none, error) {
		return none{}, s.SetSetting(ctx, v.Key, v.Value)
	}),
}
