package viewmodel

import (
	"context"
	"time"

	"earshot/internal/messenger"
)

// The values of Snapshot.Visibility, as the service knows them.
const (
	VisibleEveryone = messenger.VisibleEveryone
	VisibleContacts = messenger.VisibleContacts
	VisibleHidden   = messenger.VisibleHidden
)

// askVisibleAfter is how long after its first start a device asks who may see
// it: by then a person has seen what that means, and nearly always has met whom
// they wanted to meet.
const askVisibleAfter = 10 * time.Minute

// SetVisibility chooses who sees this device: a value of Snapshot.Visibility.
func (c *Controller) SetVisibility(value string) {
	c.decide(func(ctx context.Context) error {
		return c.opt.Service.SetSetting(ctx, messenger.SettingVisibility, value)
	}, nil)
}

// asksVisible reports whether a person is asked who may see this device: once it
// has run for a while, until somebody has chosen, be it what is so already.
func (s *state) asksVisible(now time.Time) bool {
	if s.self.Begun.IsZero() || now.Sub(s.self.Begun) < askVisibleAfter {
		return false
	}
	for _, one := range s.settings {
		if one.Key == messenger.SettingVisibility {
			return !one.Chosen
		}
	}
	return false
}

// nearbyHint is what stands with the devices in earshot, "" for nothing: why
// there is none, or why there may be more than are shown.
func (s *state) nearbyHint(none bool) string {
	only := ""
	switch s.self.Visibility {
	case VisibleContacts:
		only = "Only contacts are shown while only they can see this device."
	case VisibleHidden:
		only = "Only contacts are shown while this device is hidden."
	}
	switch {
	case none && s.ready && len(s.self.Addresses) == 0:
		return "This device is on no network. Join one, and the devices on it appear here."
	case none && only != "":
		return "No contact in earshot. " + only
	case none:
		return "No other device in earshot. Start Earshot on one in this network and it appears here."
	}
	return only
}
