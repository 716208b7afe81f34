package messenger

import "time"

// A peer can tell of itself as often as it likes: its name, that it writes or has
// stopped, that it is away or back. Each costs a commit or an event, and who watches
// events reads everything again when there are too many. A link that tells
// more than this is read more slowly; nothing is lost.
const (
	paceBurst = 64                     // at once: what a restart and a busy minute have many times over
	paceEvery = 100 * time.Millisecond // and then one in this time
)

// pace is how much a link may tell at once. Of its reading goroutine alone.
type pace struct {
	spent int
	at    time.Time // when spent last went down
}

// hold waits until the link may tell something more, or has ended.
func (p *pace) hold(l *link) {
	now := time.Now()
	back := int(min(now.Sub(p.at)/paceEvery, paceBurst))
	if p.at.IsZero() || back >= p.spent {
		p.spent, p.at = 0, now
	} else if back > 0 {
		p.spent, p.at = p.spent-back, p.at.Add(time.Duration(back)*paceEvery)
	}
	if p.spent < paceBurst {
		p.spent++
		return
	}
	wait := time.NewTimer(p.at.Add(paceEvery).Sub(now))
	defer wait.Stop()
	select {
	case <-wait.C:
		p.at = p.at.Add(paceEvery) // what it gave back is spent at once
	case <-l.ctx.Done():
	}
}
