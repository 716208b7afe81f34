package app

import (
	"errors"
	"net/url"
)

// openError is why a link did not open, in words that hold nothing of its
// address: they go into the log and stay in the window.
type openError string

// Error implements error.
func (e openError) Error() string { return string(e) }

// errNotOpened stands for every error that may hold the address.
const errNotOpened = openError("the system did not open it")

// openURL gives an address to the program that the system has for it. That can
// take as long as that program likes, so it happens on a goroutine that nobody
// waits for: it ends with its call, or with the process. That nothing was opened
// is told by failed while the window is there, without the address.
func (s *shell) openURL(address string, failed func(error)) {
	if s.ctx.Err() != nil {
		return
	}
	u, err := url.Parse(address)
	if err != nil {
		failed(errNotOpened)
		return
	}
	opened := make(chan error, 1)
	go func() { opened <- s.opt.OpenURL(u) }()
	s.wg.Go(func() {
		select {
		case err := <-opened:
			if err != nil {
				why := errNotOpened
				errors.As(err, &why)
				s.opt.Logger.Warn("A link did not open.", "error", why)
				s.dispatch(func() { failed(why) })
			}
		case <-s.ctx.Done():
		}
	})
}
