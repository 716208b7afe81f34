package control

import (
	"context"

	"earshot/internal/identity"
	"earshot/internal/messenger"
)

// answerPair is a person's answer in a pairing.
type answerPair struct {
	Serial uint64               `json:"serial"`
	Choice messenger.PairChoice `json:"choice"`
}

var pairingMethods = map[string]handler{
	"pair": with(func(ctx context.Context, s messenger.Service, id identity.DeviceID) (messenger.Pairing, error) {
		return s.Pair(ctx, id)
	}),
	"answer_pair": with(func(ctx context.Context, s messenger.Service, a answerPair) (messenger.Pairing, error) {
		return s.AnswerPair(ctx, a.Serial, a.Choice)
	}),
	"pairing": with(func(ctx context.Context, s messenger.Service, _ none) (messenger.Pairing, error) {
		return s.Pairing(ctx)
	}),
	"invite": with(func(ctx context.Context, s messenger.Service, _ none) (messenger.Invite, error) { return s.Invite(ctx) }),
	"end_invite": with(func(ctx context.Context, s messenger.Service, _ none) (none, error) {
		return none{}, s.EndInvite(ctx)
	}),
	"read_link": with(func(ctx context.Context, s messenger.Service, link string) (messenger.Invited, error) {
		return s.ReadLink(ctx, link)
	}),
	"pair_by_link": with(func(ctx context.Context, s messenger.Service, link string) (messenger.Pairing, error) {
		return s.PairByLink(ctx, link)
	}),
}

// Pair begins a pairing or goes on with one; see messenger.Service.
func (c *Client) Pair(ctx context.Context, id identity.DeviceID) (messenger.Pairing, error) {
	return do[messenger.Pairing](ctx, c, "pair", id)
}

// AnswerPair gives a person's answer; see messenger.Service.
func (c *Client) AnswerPair(ctx context.Context, serial uint64, choice messenger.PairChoice) (messenger.Pairing, error) {
	return do[messenger.Pairing](ctx, c, "answer_pair", answerPair{serial, choice})
}

// Pairing returns the present or last one; see messenger.Service.
func (c *Client) Pairing(ctx context.Context) (messenger.Pairing, error) {
	return do[messenger.Pairing](ctx, c, "pairing", none{})
}

// Invite makes an invitation; see messenger.Service.
func (c *Client) Invite(ctx context.Context) (messenger.Invite, error) {
	return do[messenger.Invite](ctx, c, "invite", none{})
}

// EndInvite takes the invitation back; see messenger.Service.
func (c *Client) EndInvite(ctx context.Context) error {
	_, err := do[none](ctx, c, "end_invite", none{})
	return err
}

// ReadLink says what a pairing link claims; see messenger.Service.
func (c *Client) ReadLink(ctx context.Context, link string) (messenger.Invited, error) {
	return do[messenger.Invited](ctx, c, "read_link", link)
}

// PairByLink uses a pairing link; see messenger.Service.
func (c *Client) PairByLink(ctx context.Context, link string) (messenger.Pairing, error) {
	return do[messenger.Pairing](ctx, c, "pair_by_link", link)
}
