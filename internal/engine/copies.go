package engine

import (
	"context"
	"time"
)

// copyLook is how often the owner looks whether a copy of the history is due.
// One is when the newest is a day old; an hour keeps it close to that on a
// computer that sleeps at times.
const copyLook = time.Hour

// copySoon is how long after messages were deleted the copies that hold them are
// replaced: what is deleted meanwhile costs no further copy, which takes seconds
// of a large history.
const copySoon = time.Minute

// keepCopies copies the history while this process is its owner, until ctx ends.
func (o *owner) keepCopies(ctx context.Context) {
	look := time.NewTicker(copyLook)
	defer look.Stop()
	for {
		switch made, err := o.db.CopyIfDue(ctx); {
		case ctx.Err() != nil:
			return
		case err != nil:
			o.log.Warn("the history was not copied; the older copies stay, and it is tried again in an hour", "err", err)
		case made:
			o.log.Info("the history was copied")
		}
		select {
		case <-look.C:
		case <-o.db.CopiesOutdated():
			select {
			case <-time.After(copySoon):
			case <-ctx.Done():
				return
			}
		case <-ctx.Done():
			return
		}
	}
}
