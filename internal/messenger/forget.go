package messenger

import (
	"context"
	"strconv"
	"time"
)

// Forgetting messages after a time trusts the wall clock, and a clock that is
// years ahead would make it forget everything. So a clock that has leapt is
// believed only when it has gone on from there for a day: time to notice.
const (
	forgetEvery = time.Hour
	clockProof  = 24 * time.Hour      // how long a clock that has leapt must have gone on
	doubtLife   = 30 * 24 * time.Hour // a doubt that is older was about another leap

	// clockLeap and half of the time that messages are kept, whichever is less:
	// further than this ahead of the last look is a leap, or a time switched off.
	// A smaller leap takes at most half of its time from a message.
	clockLeap = 30 * 24 * time.Hour

	settingClock = "clock"       // ms: the wall clock at the last look
	settingDoubt = "clock_doubt" // ms: the wall clock when a leap was noticed
)

// forget removes what is older than a person wants to keep, at the start, every
// hour, and when the wish changes.
func (m *Messenger) forget() {
	tick := time.NewTicker(forgetEvery)
	defer tick.Stop()
	for {
		if err := m.forgetOld(m.ctx); err != nil && m.ctx.Err() == nil {
			m.log.Error("old messages were not forgotten", "err", err)
		}
		select {
		case <-m.ctx.Done():
			return
		case <-m.forgetWake:
		case <-tick.C:
		}
	}
}

func (m *Messenger) forgetOld(ctx context.Context) error {
	value, err := m.db.Setting(ctx, SettingKeep)
	keep := keepFor(value)
	if err != nil || keep == 0 {
		return err
	}
	now := m.now()
	sure, err := m.clockIsSure(ctx, now, min(clockLeap, keep/2))
	if err != nil || !sure {
		return err
	}
	peers, err := m.db.Forget(ctx, now.Add(-keep))
	for _, id := range peers {
		m.hub.publish(Event{Kind: EventHistory, Peer: &Peer{ID: id}})
	}
	return err
}

// clockIsSure notes the wall clock and reports whether it may decide what is
// old: not yet when it is further than leap ahead of where it was.
func (m *Messenger) clockIsSure(ctx context.Context, now time.Time, leap time.Duration) (bool, error) {
	last, err := m.noted(ctx, settingClock)
	if err != nil {
		return false, err
	}
	if !last.IsZero() && now.Sub(last) > leap {
		doubt, err := m.noted(ctx, settingDoubt)
		if err != nil {
			return false, err
		}
		if since := now.Sub(doubt); doubt.IsZero() || since < 0 || since > doubtLife {
			m.log.Warn("the clock is far ahead of where it was: nothing is forgotten before it has gone on for a day")
			return false, m.note(ctx, settingDoubt, now)
		} else if since < clockProof {
			return false, nil
		}
	}
	return true, m.note(ctx, settingClock, now)
}

func (m *Messenger) noted(ctx context.Context, key string) (time.Time, error) {
	text, err := m.db.Setting(ctx, key)
	ms, bad := strconv.ParseInt(text, 10, 64)
	if err != nil || bad != nil {
		return time.Time{}, err
	}
	return time.UnixMilli(ms), nil
}

func (m *Messenger) note(ctx context.Context, key string, t time.Time) error {
	return m.db.SetSetting(ctx, key, strconv.FormatInt(t.UnixMilli(), 10))
}
