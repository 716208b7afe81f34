package engine

import (
	"context"

	"earshot/internal/identity"
	"earshot/internal/messenger"
)

// Pair begins a pairing or goes on with one; see messenger.Service.
func (e *Engine) Pair(ctx context.Context, id identity.DeviceID) (messenger.Pairing, error) {
	return call(ctx, e, func(s messenger.Service) (messenger.Pairing, error) { return s.Pair(ctx, id) })
}

// AnswerPair gives a person's answer; see messenger.Service.
func (e *Engine) AnswerPair(ctx context.Context, serial uint64, choice messenger.PairChoice) (messenger.Pairing, error) {
	return call(ctx, e, func(s messenger.Service) (messenger.Pairing, error) { return s.AnswerPair(ctx, serial, choice) })
}

// Pairing returns the present or last one; see messenger.Service.
func (e *Engine) Pairing(ctx context.Context) (messenger.Pairing, error) {
	return call(ctx, e, func(s messenger.Service) (messenger.Pairing, error) { return s.Pairing(ctx) })
}

// Invite makes an invitation; see messenger.Service.
func (e *Engine) Invite(ctx context.Context) (messenger.Invite, error) {
	return call(ctx, e, func(s messenger.Service) (messenger.Invite, error) { return s.Invite(ctx) })
}

// EndInvite takes the invitation back; see messenger.Service.
func (e *Engine) EndInvite(ctx context.Context) error {
	return run(ctx, e, func(s messenger.Service) error { return s.EndInvite(ctx) })
}

// ReadLink says what a pairing link claims; see messenger.Service.
func (e *Engine) ReadLink(ctx context.Context, link string) (messenger.Invited, error) {
	return call(ctx, e, func(s messenger.Service) (messenger.Invited, error) { return s.ReadLink(ctx, link) })
}

// PairByLink uses a pairing link; see messenger.Service.
func (e *Engine) PairByLink(ctx context.Context, link string) (messenger.Pairing, error) {
	return call(ctx, e, func(s messenger.Service) (messenger.Pairing, error) { return s.PairByLink(ctx, link) })
}
