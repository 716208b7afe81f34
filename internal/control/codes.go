package control

import (
	"context"
	"errors"

	"earshot/internal/messenger"
)

// codes names the errors that keep their identity through the socket. Two
// tables of one truth would drift, so both directions read this one.
var codes = []struct {
	code string
	err  error
}{
	{"newer_schema", messenger.ErrNewerSchema},
	{"empty_text", messenger.ErrEmptyText},
	{"text_too_long", messenger.ErrTextTooLong},
	{"invalid_text", messenger.ErrInvalidText},
	{"unknown_peer", messenger.ErrUnknownPeer},
	{"self", messenger.ErrSelf},
	{"blocked", messenger.ErrBlocked},
	{"unreachable", messenger.ErrUnreachable},
	{"no_request", messenger.ErrNoRequest},
	{"bad_name", messenger.ErrBadName},
	{"bad_address", messenger.ErrBadAddress},
	{"unknown_message", messenger.ErrUnknownMessage},
	{"not_yours", messenger.ErrNotYours},
	{"bad_emoji", messenger.ErrBadEmoji},
	{"cancelled", messenger.ErrCancelled},
	{"unknown_setting", messenger.ErrUnknownSetting},
	{"bad_value", messenger.ErrBadValue},
	{"no_words", messenger.ErrNoWords},
	{"long_query", messenger.ErrLongQuery},
	{"deleted", messenger.ErrDeleted},
	{"waits", messenger.ErrWaits},
	{"not_waiting", messenger.ErrNotWaiting},
	{"pair_busy", messenger.ErrPairBusy},
	{"no_pairing", messenger.ErrNoPairing},
	{"pair_not_now", messenger.ErrPairNotNow},
	{"not_invitation", messenger.ErrNotInvitation},
	{"not_verified", messenger.ErrNotVerified},
	{"same_device", messenger.ErrSameDevice},
	{"closing", ErrOwnerGone},
	{"deadline", context.DeadlineExceeded},
}

// wireError is an error as it crosses the socket.
type wireError struct {
	Code string `json:"code,omitempty"`
	Text string `json:"text"`
}

func toWire(err error) *wireError {
	for _, c := range codes {
		if errors.Is(err, c.err) {
			return &wireError{Code: c.code, Text: err.Error()}
		}
	}
	return &wireError{Text: err.Error()}
}

// remoteError reads like the owner's error and unwraps to the sentinel it had
// there.
type remoteError struct {
	text string
	is   error
}

func (e *remoteError) Error() string { return e.text }
func (e *remoteError) Unwrap() error { return e.is }

func fromWire(w *wireError) error {
	e := &remoteError{text: w.Text}
	for _, c := range codes {
		if c.code == w.Code {
			e.is = c.err
		}
	}
	return e
}
