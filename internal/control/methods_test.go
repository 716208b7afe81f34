package control

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"time"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
)

// echo answers every call with what it was given, so that a test sees what
// crossed the socket.
type echo struct {
	messenger.Service
	got []any
}

func (e *echo) take(args ...any) error { e.got = args; return nil }

var answered = messenger.Message{
	ID: msgid.New(time.UnixMilli(5)), Text: "a\x00b", EditedAt: time.UnixMilli(7).UTC(), Mine: "👍🏽", Theirs: "x", Changing: true,
	Quote: &messenger.Quote{Outgoing: true, Text: "q"}, State: messenger.Failed,
}

func (e *echo) Change(_ context.Context, c messenger.Change) (messenger.Message, error) {
	return answered, e.take(c)
}
func (e *echo) Cancel(_ context.Context, of messenger.Ref) (messenger.Message, error) {
	return answered, e.take(of)
}
func (e *echo) Remove(_ context.Context, of messenger.Ref) error { return e.take(of) }
func (e *echo) Clear(_ context.Context, p identity.DeviceID) (int, error) {
	return 3, e.take(p)
}
func (e *echo) Find(_ context.Context, id msgid.ID) ([]messenger.Message, error) {
	return []messenger.Message{answered}, e.take(id)
}
func (e *echo) History(_ context.Context, p messenger.Page) ([]messenger.Message, error) {
	return []messenger.Message{answered}, e.take(p)
}
func (e *echo) Search(_ context.Context, q messenger.Query) ([]messenger.Hit, error) {
	return []messenger.Hit{{Message: answered, Cursor: 9}}, e.take(q)
}
func (e *echo) SetTyping(_ context.Context, p identity.DeviceID, on bool) error { return e.take(p, on) }
func (e *echo) SetReceipts(_ context.Context, p identity.DeviceID, on bool) error {
	return e.take(p, on)
}
func (e *echo) MarkMessageRead(_ context.Context, p identity.DeviceID, id msgid.ID) error {
	return e.take(p, id)
}
func (e *echo) Settings(context.Context) ([]messenger.Setting, error) {
	return []messenger.Setting{{Key: "k", Value: "v", Default: "d"}}, e.take()
}
func (e *echo) SetNick(_ context.Context, p identity.DeviceID, nick string) error {
	return e.take(p, nick)
}
func (e *echo) Unblock(_ context.Context, p identity.DeviceID) error { return e.take(p) }
func (e *echo) Forget(_ context.Context, p identity.DeviceID) error  { return e.take(p) }
func (e *echo) Replace(_ context.Context, o, n identity.DeviceID) error {
	return e.take(o, n)
}
func (e *echo) SetSetting(_ context.Context, k, v string) error { return e.take(k, v) }

// What a caller gives and gets is the same on both sides of the socket.
func TestCallsCrossUnchanged(t *testing.T) {
	svc := &echo{}
	c, _ := serve(t, svc)
	ctx, id, peer := t.Context(), msgid.New(time.UnixMilli(9)), identity.DeviceID{7}
	ref := messenger.Ref{Peer: peer, ID: id, Mine: true}
	change := messenger.Change{ID: id, Kind: messenger.KindReact, Of: ref, Text: "🎉"}
	page := messenger.Page{Peer: peer, Before: id, After: msgid.New(time.UnixMilli(1)), Around: msgid.New(time.UnixMilli(2)), Limit: 4}
	query := messenger.Query{Text: `"two words" x`, Peer: peer, Before: 5, Limit: 6}
	one := func(v any, err error) (any, error) { return v, err }
	none := func(err error) (any, error) { return nil, err }
	for name, tt := range map[string]struct {
		call func() (any, error)
		args []any
		want any
	}{
		"change":   {func() (any, error) { return one(c.Change(ctx, change)) }, []any{change}, answered},
		"cancel":   {func() (any, error) { return one(c.Cancel(ctx, ref)) }, []any{ref}, answered},
		"remove":   {func() (any, error) { return none(c.Remove(ctx, ref)) }, []any{ref}, nil},
		"clear":    {func() (any, error) { return one(c.Clear(ctx, peer)) }, []any{peer}, 3},
		"find":     {func() (any, error) { return one(c.Find(ctx, id)) }, []any{id}, []messenger.Message{answered}},
		"history":  {func() (any, error) { return one(c.History(ctx, page)) }, []any{page}, []messenger.Message{answered}},
		"search":   {func() (any, error) { return one(c.Search(ctx, query)) }, []any{query}, []messenger.Hit{{Message: answered, Cursor: 9}}},
		"typing":   {func() (any, error) { return none(c.SetTyping(ctx, peer, true)) }, []any{peer, true}, nil},
		"receipts": {func() (any, error) { return none(c.SetReceipts(ctx, peer, true)) }, []any{peer, true}, nil},
		"mark":     {func() (any, error) { return none(c.MarkMessageRead(ctx, peer, id)) }, []any{peer, id}, nil},
		"settings": {func() (any, error) { return one(c.Settings(ctx)) }, []any(nil), []messenger.Setting{{Key: "k", Value: "v", Default: "d"}}},
		"nick":     {func() (any, error) { return none(c.SetNick(ctx, peer, "Anna\n")) }, []any{peer, "Anna\n"}, nil},
		"unblock":  {func() (any, error) { return none(c.Unblock(ctx, peer)) }, []any{peer}, nil},
		"forget":   {func() (any, error) { return none(c.Forget(ctx, peer)) }, []any{peer}, nil},
		"replace": {func() (any, error) { return none(c.Replace(ctx, peer, identity.DeviceID{8})) },
			[]any{peer, identity.DeviceID{8}}, nil},
		"a setting": {func() (any, error) { return none(c.SetSetting(ctx, "k", "v")) }, []any{"k", "v"}, nil},
	} {
		got, err := tt.call()
		if err != nil || !reflect.DeepEqual(svc.got, tt.args) {
			t.Errorf("%s: arrived %+v, want %+v (%v)", name, svc.got, tt.args, err)
		}
		if fmt.Sprintf("%+v", plain(got)) != fmt.Sprintf("%+v", plain(tt.want)) {
			t.Errorf("%s: answered %+v, want %+v", name, got, tt.want)
		}
	}
}

// plain spells the pointers of an answer out.
func plain(v any) any {
	type spelled struct {
		messenger.Message
		Quote messenger.Quote
	}
	spell := func(m messenger.Message) spelled {
		s := spelled{Message: m}
		if m.Quote != nil {
			s.Quote = *m.Quote
		}
		s.Message.Quote = nil
		for _, at := range []*time.Time{&s.EditedAt, &s.SentAt, &s.StoredAt} {
			*at = at.UTC()
		}
		return s
	}
	switch v := v.(type) {
	case messenger.Message:
		return spell(v)
	case []messenger.Message:
		return spell(v[0])
	case []messenger.Hit:
		return []any{spell(v[0].Message), v[0].Cursor}
	}
	return v
}
