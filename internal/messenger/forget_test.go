package messenger

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

const day = 24 * time.Hour

func TestForget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		a.send(b, "old")
		b.send(a, "old answer")
		settle()
		<-time.After(2 * day)
		a.send(b, "young")
		settle()
		b.stop()
		settle()
		waits := a.send(b, "waits")
		if err := a.m.SetSetting(t.Context(), SettingKeep, "1d"); err != nil {
			t.Fatal(err)
		}
		settle()
		if got := a.texts(b); len(got) != 2 || got[0] != "> young" {
			t.Fatalf("anna has %q", got)
		}
		<-time.After(day + time.Hour)
		synctest.Wait()
		if got := a.texts(b); len(got) != 1 || got[0] != "> waits" {
			t.Errorf("anna has %q, want what waits alone", got)
		}
		b.start()
		a.sees(b)
		settle()
		<-time.After(time.Hour)
		synctest.Wait()
		if got := b.texts(a); got[len(got)-1] != "< waits" {
			t.Errorf("bert has %q", got)
		}
		if _, err := a.db.Message(t.Context(), a.id, waits.ID); err == nil {
			t.Error("a delivered message of yesterday is still there")
		}
		// What was forgotten does not come again.
		b.cut()
		a.restart()
		a.sees(b)
		settle()
		if got := a.texts(b); len(got) != 0 {
			t.Errorf("came again: %q", got)
		}
	})
}

func TestSettings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newWorld(t).node("anna")
		for value, want := range map[string]string{"30d": "30d", "30": "30d", "Forever": KeepForever, "36500d": "36500d"} {
			if err := a.m.SetSetting(t.Context(), SettingKeep, value); err != nil {
				t.Errorf("%q: %v", value, err)
			}
			got, err := a.m.Settings(t.Context())
			if err != nil || len(got) != len(settings) || got[0] != (Setting{SettingKeep, want, KeepForever, true}) {
				t.Errorf("%q: %+v (%v)", value, got, err)
			}
		}
		for _, value := range []string{"", "0", "-1d", "36501d", "1y", "d", "99999999999999999999d"} {
			if err := a.m.SetSetting(t.Context(), SettingKeep, value); !errors.Is(err, ErrBadValue) {
				t.Errorf("%q: %v", value, err)
			}
		}
		if err := a.m.SetSetting(t.Context(), "colour", "red"); !errors.Is(err, ErrUnknownSetting) {
			t.Errorf("unknown setting: %v", err)
		}
	})
}

// A clock that leaps ahead makes nothing be forgotten until it has gone on from
// there for a day; one that was put right in time makes nothing be forgotten.
func TestForgetDoubtsTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		if err := a.m.SetSetting(t.Context(), SettingKeep, "30d"); err != nil {
			t.Fatal(err)
		}
		settle()
		look := func(ahead time.Duration) int {
			t.Helper()
			a.m.now = func() time.Time { return time.Now().Add(ahead) }
			if err := a.m.forgetOld(t.Context()); err != nil {
				t.Fatal(err)
			}
			return len(a.texts(b))
		}
		a.m.cancel() // its own rounds; the looks below are the only ones
		synctest.Wait()
		const years = 15 * 365 * day
		for _, tt := range []struct {
			ahead time.Duration
			want  int
		}{
			{0, 1}, {years, 1}, {years + day/2, 1}, {0, 1}, // put right within a day
			{years, 1}, {2 * years, 1}, {2*years + day/2, 1}, {2*years + day + time.Hour, 0}, // gone on
		} {
			if got := look(tt.ahead); got != tt.want {
				t.Fatalf("%v ahead: %d messages, want %d", tt.ahead, got, tt.want)
			}
		}
	})
}

// A leap of two weeks is doubted when messages are kept for one.
func TestForgetDoubtsASmallLeapForAShortTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		if err := a.m.SetSetting(t.Context(), SettingKeep, "7d"); err != nil {
			t.Fatal(err)
		}
		settle()
		a.m.cancel() // its own rounds; the looks below are the only ones
		synctest.Wait()
		for _, tt := range []struct {
			ahead time.Duration
			want  int
		}{
			{2 * day, 1}, {14 * day, 1}, {14*day + 23*time.Hour, 1}, {15*day + time.Hour, 0},
		} {
			a.m.now = func() time.Time { return time.Now().Add(tt.ahead) }
			if err := a.m.forgetOld(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := len(a.texts(b)); got != tt.want {
				t.Fatalf("%v ahead: %d messages, want %d", tt.ahead, got, tt.want)
			}
		}
	})
}
