package discovery

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// run opens a TCP connection to the device and closes it at once. It proves
// only that something listens there, which is all that a hint needs.
func (p probe) run(ctx context.Context) outcome {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	addrs := p.hint.Addrs[:min(len(p.hint.Addrs), maxProbeAddrs)]
	results := make(chan outcome, len(addrs))
	waiting, worst := 0, unclear
	for len(addrs) > 0 || waiting > 0 {
		var stagger <-chan time.Time
		if len(addrs) > 0 {
			go func(a netip.AddrPort) { results <- knock(ctx, a) }(addrs[0])
			addrs = addrs[1:]
			waiting++
			stagger = time.After(probeStagger)
			if len(addrs) == 0 {
				stagger = nil
			}
		}
		select {
		case o := <-results:
			waiting--
			if o == alive {
				cancel()
				for ; waiting > 0; waiting-- {
					<-results
				}
				return alive
			}
			worst = min(worst, o)
		case <-stagger:
		}
	}
	return worst
}

// knock tries one address.
func knock(ctx context.Context, to netip.AddrPort) outcome {
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", to.String())
	switch {
	case err == nil:
		_ = c.Close()
		return alive
	case ours(err):
		return unclear
	}
	return dead
}

// ours reports whether an error of dialling is about this computer and not
// about the other one.
func ours(err error) bool {
	for _, e := range []syscall.Errno{
		syscall.ENETUNREACH, syscall.ENETDOWN, syscall.EADDRNOTAVAIL, syscall.EMFILE, syscall.ENFILE,
		syscall.ENOBUFS, syscall.ENOMEM, syscall.EPERM, syscall.EACCES,
	} {
		if errors.Is(err, e) {
			return true
		}
	}
	return errors.Is(err, context.Canceled)
}
