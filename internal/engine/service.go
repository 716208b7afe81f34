package engine

import (
	"context"
	"errors"
	"time"

	"earshot/internal/control"
	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
)

// call runs f where the work is done. When the owner ended meanwhile, it is
// repeated at the next one: every method of a Service may be.
func call[R any](ctx context.Context, e *Engine, f func(messenger.Service) (R, error)) (R, error) {
	began := time.Now()
	for {
		b, err := e.backend(ctx)
		if err != nil {
			var none R
			return none, err
		}
		r, err := f(b.svc)
		if b.owner != nil || ctx.Err() != nil || !errors.Is(err, control.ErrOwnerGone) || time.Since(began) > callPatience {
			return r, err
		}
		e.drop(b)
		select {
		case <-ctx.Done():
		case <-time.After(takeoverPoll):
		}
	}
}

func run(ctx context.Context, e *Engine, f func(messenger.Service) error) error {
	_, err := call(ctx, e, func(s messenger.Service) (struct{}, error) { return struct{}{}, f(s) })
	return err
}

// Self returns this device; see messenger.Service.
func (e *Engine) Self(ctx context.Context) (messenger.Self, error) {
	return call(ctx, e, func(s messenger.Service) (messenger.Self, error) { return s.Self(ctx) })
}

// Rename changes the name that others see; see messenger.Service.
func (e *Engine) Rename(ctx context.Context, name string) error {
	return run(ctx, e, func(s messenger.Service) error { return s.Rename(ctx, name) })
}

// Peers returns the devices in earshot and all contacts; see messenger.Service.
func (e *Engine) Peers(ctx context.Context) ([]messenger.Peer, error) {
	return call(ctx, e, func(s messenger.Service) ([]messenger.Peer, error) { return s.Peers(ctx) })
}

// Add reaches the device at a typed address; see messenger.Service.
func (e *Engine) Add(ctx context.Context, address string) (messenger.Peer, error) {
	return call(ctx, e, func(s messenger.Service) (messenger.Peer, error) { return s.Add(ctx, address) })
}

// Send stores a text and sees to its delivery; see messenger.Service.
func (e *Engine) Send(ctx context.Context, out messenger.Outgoing) (messenger.Message, error) {
	if out.ID.IsZero() { // before the first attempt, so that a second one is the same message
		out.ID = msgid.Now()
	}
	return call(ctx, e, func(s messenger.Service) (messenger.Message, error) { return s.Send(ctx, out) })
}

// History returns a page of a conversation; see messenger.Service.
func (e *Engine) History(ctx context.Context, page messenger.Page) ([]messenger.Message, error) {
	return call(ctx, e, func(s messenger.Service) ([]messenger.Message, error) { return s.History(ctx, page) })
}

// Search returns the messages in which words stand; see messenger.Service.
func (e *Engine) Search(ctx context.Context, q messenger.Query) ([]messenger.Hit, error) {
	return call(ctx, e, func(s messenger.Service) ([]messenger.Hit, error) { return s.Search(ctx, q) })
}

// Conversations returns the list of conversations; see messenger.Service.
func (e *Engine) Conversations(ctx context.Context) ([]messenger.Conversation, error) {
	return call(ctx, e, func(s messenger.Service) ([]messenger.Conversation, error) { return s.Conversations(ctx) })
}

// Outbox returns what still waits; see messenger.Service.
func (e *Engine) Outbox(ctx context.Context) ([]messenger.Message, error) {
	return call(ctx, e, func(s messenger.Service) ([]messenger.Message, error) { return s.Outbox(ctx) })
}

// Requests returns the strangers that ask; see messenger.Service.
func (e *Engine) Requests(ctx context.Context) ([]messenger.Request, error) {
	return call(ctx, e, func(s messenger.Service) ([]messenger.Request, error) { return s.Requests(ctx) })
}

// Allow makes a device a contact; see messenger.Service.
func (e *Engine) Allow(ctx context.Context, id identity.DeviceID) error {
	return run(ctx, e, func(s messenger.Service) error { return s.Allow(ctx, id) })
}

// Refuse drops a device's request; see messenger.Service.
func (e *Engine) Refuse(ctx context.Context, id identity.DeviceID) error {
	return run(ctx, e, func(s messenger.Service) error { return s.Refuse(ctx, id) })
}

// Block silences a device; see messenger.Service.
func (e *Engine) Block(ctx context.Context, id identity.DeviceID) error {
	return run(ctx, e, func(s messenger.Service) error { return s.Block(ctx, id) })
}

// MarkRead says that a person saw a conversation; see messenger.Service.
func (e *Engine) MarkRead(ctx context.Context, id identity.DeviceID) error {
	return run(ctx, e, func(s messenger.Service) error { return s.MarkRead(ctx, id) })
}

// MarkMessageRead says that one message was seen; see messenger.Service.
func (e *Engine) MarkMessageRead(ctx context.Context, peer identity.DeviceID, id msgid.ID) error {
	return run(ctx, e, func(s messenger.Service) error { return s.MarkMessageRead(ctx, peer, id) })
}

// Subscribe returns events from now on; see messenger.Service. The channel
// outlives a change of owner: then it brings one EventLagged.
func (e *Engine) Subscribe(ctx context.Context) (<-chan messenger.Event, error) {
	ctx, cancel := context.WithCancel(ctx)
	unlink := context.AfterFunc(e.ctx, cancel)
	subscribe := func(s messenger.Service) (<-chan messenger.Event, error) { return s.Subscribe(ctx) }
	in, err := call(ctx, e, subscribe)
	if err != nil {
		cancel()
		return nil, err
	}
	out := make(chan messenger.Event)
	<-e.turn
	defer func() { e.turn <- struct{}{} }()
	if e.ctx.Err() != nil {
		cancel()
		return nil, ErrClosed
	}
	e.wg.Go(func() {
		defer close(out)
		defer cancel()
		defer unlink()
		for forward(ctx, in, out) {
			next, err := call(ctx, e, subscribe)
			if err != nil {
				return
			}
			in = next
			select {
			case out <- messenger.Event{Kind: messenger.EventLagged}:
			case <-ctx.Done():
				return
			}
		}
	})
	return out, nil
}

// forward hands events on until the source ends, and reports whether another
// may be sought.
func forward(ctx context.Context, in <-chan messenger.Event, out chan<- messenger.Event) bool {
	for {
		select {
		case event, open := <-in:
			if !open {
				return ctx.Err() == nil
			}
			select {
			case out <- event:
			case <-ctx.Done():
				return false
			}
		case <-ctx.Done():
			return false
		}
	}
}
