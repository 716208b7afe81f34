package discovery

import (
	"bytes"
	"io"
	"log"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/grandcat/zeroconf"

	"earshot/discovery/netif"
)

// advert is our record at the zeroconf responder, which answers questions.
type advert struct {
	server *zeroconf.Server
	links  []netif.Interface // those it listens on
	began  time.Time
}

// receiversBegin is how long a responder runs before it is stopped: its Shutdown
// waits only for those of its goroutines that have begun.
const receiversBegin = 100 * time.Millisecond

// fixedAddrs reports whether zeroconf gets our addresses, because the system
// does not let it look them up, as on Android; then it has to be started again
// when they change. Elsewhere it looks them up itself, for each interface the
// ones that are valid there.
func fixedAddrs() bool { return netif.Restricted() }

// serves reports whether the responder already listens on all the interfaces.
func (a *advert) serves(links []netif.Interface) bool {
	return len(links) == 0 || a.server != nil && !slices.ContainsFunc(links, func(i netif.Interface) bool {
		return !slices.ContainsFunc(a.links, func(j netif.Interface) bool { return i.Index == j.Index && i.Name == j.Name })
	})
}

// start begins to answer on the interfaces, and stops what was before: the
// methods of zeroconf that change a record are data races.
func (a *advert) start(r Record, salt [8]byte, links []netif.Interface) error {
	a.stop()
	if len(links) == 0 {
		return nil
	}
	var on []net.Interface
	var ips []string
	for _, i := range links {
		on = append(on, i.Interface)
		if fixedAddrs() {
			for _, addr := range advertised(i) {
				ips = append(ips, addr.String())
			}
		}
	}
	var err error
	withoutNoise(func() {
		a.server, err = zeroconf.RegisterProxy(instanceLabel(salt), serviceType, domain, r.Port, hostLabel(salt),
			ips, escapeTXT(r.claims(salt).format()), on)
	})
	if err != nil {
		a.server = nil
		return err
	}
	a.links, a.began = links, time.Now()
	return nil
}

// stop says goodbye once and ends the responder.
func (a *advert) stop() {
	if a.server != nil {
		time.Sleep(receiversBegin - time.Since(a.began))
		a.server.Shutdown()
	}
	a.server, a.links = nil, nil
}

// noise lets one goroutine at a time exchange the output of package log.
var noise sync.Mutex

// withoutNoise calls f and drops what zeroconf prints meanwhile to the global
// logger, where it complains whenever one of the two families is missing. All
// other lines pass.
func withoutNoise(f func()) {
	noise.Lock()
	defer noise.Unlock()
	sieve := &sieve{log.Writer()}
	log.SetOutput(sieve)
	defer func() {
		if log.Writer() == sieve { // else somebody set another one meanwhile
			log.SetOutput(sieve.to)
		}
	}()
	f()
}

// sieve passes on what does not come from zeroconf.
type sieve struct{ to io.Writer }

func (s *sieve) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte("zeroconf")) {
		return len(line), nil
	}
	return s.to.Write(line)
}
