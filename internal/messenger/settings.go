package messenger

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// SettingKeep is how long messages are kept: KeepForever or a number of days
// with "d" behind it, 1d to 36500d.
const (
	SettingKeep = "keep-messages"
	KeepForever = "forever"
)

// maxKeepDays is the longest time to keep, in days: a hundred years.
const maxKeepDays = 36500

// settings are what a person may choose, with what is chosen at first, a check
// that returns the value as it is stored, and what makes it take effect.
var settings = []struct {
	key, first string
	check      func(string) (string, error)
	apply      func(*Messenger, string)
}{
	{SettingKeep, KeepForever, checkKeep, func(m *Messenger, _ string) { m.forgetSoon() }},
	{SettingVisibility, VisibleEveryone, checkVisibility, (*Messenger).visibilityChanged},
}

func checkKeep(value string) (string, error) {
	if strings.EqualFold(value, KeepForever) {
		return KeepForever, nil
	}
	n, err := strconv.Atoi(strings.TrimSuffix(value, "d"))
	if err != nil || n < 1 || n > maxKeepDays {
		return "", fmt.Errorf("%w: want %s, or days like 30d, at most %dd", ErrBadValue, KeepForever, maxKeepDays)
	}
	return strconv.Itoa(n) + "d", nil
}

// keepFor returns how long a value of SettingKeep keeps messages, 0 for ever.
func keepFor(value string) time.Duration {
	n, err := strconv.Atoi(strings.TrimSuffix(value, "d"))
	if err != nil {
		return 0
	}
	return time.Duration(n) * 24 * time.Hour
}

// Settings returns what a person may choose; see Service.
func (m *Messenger) Settings(ctx context.Context) ([]Setting, error) {
	out := make([]Setting, 0, len(settings))
	for _, s := range settings {
		value, err := m.db.Setting(ctx, s.key)
		if err != nil {
			return nil, err
		}
		chosen := value != ""
		if !chosen {
			value = s.first
		}
		out = append(out, Setting{Key: s.key, Value: value, Default: s.first, Chosen: chosen})
	}
	return out, nil
}

// SetSetting changes a setting; see Service.
func (m *Messenger) SetSetting(ctx context.Context, key, value string) error {
	for _, s := range settings {
		if s.key != key {
			continue
		}
		value, err := s.check(value)
		if err != nil {
			return err
		}
		if err := m.db.SetSetting(ctx, key, value); err != nil {
			return err
		}
		s.apply(m, value)
		return nil
	}
	return ErrUnknownSetting
}

// forgetSoon makes forget look again.
func (m *Messenger) forgetSoon() {
	select {
	case m.forgetWake <- struct{}{}:
	default:
	}
}
