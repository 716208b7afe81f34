package app

import "net/url"

// openURL gives an address to the program that the system has for it. That can
// take as long as that program likes, so it happens on a goroutine that nobody waits for: it ends
// with its call, or with the process. That nothing was opened is told by failed
// while the window is there.
func (s *shell) openURL(address string, failed func(error)) {
	if s.ctx.Err() != nil {
		return
	}
	u, err := url.Parse(address)
	if err != nil {
		failed(err)
		return
	}
	opened := make(chan error, 1)
	go func() { opened <- s.opt.OpenURL(u) }()
	s.wg.Go(func() {
		select {
		case err := <-opened:
			if err != nil {
				s.opt.Logger.Warn("A link did not open.", "error", err)
				s.dispatch(func() { failed(err) })
			}
		case <-s.ctx.Done():
		}
	})
}
