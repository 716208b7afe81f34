package messenger

import (
	"testing"
	"testing/synctest"
	"time"
)

// Who begins to hide while they compare goes on comparing; a request that nobody
// has answered ends as every stranger's link does.
func TestHidingDuringAPairing(t *testing.T) {
	for _, c := range []struct {
		name string
		from func(*testing.T) (*world, *node, *node)
		want PairStage
	}{{"compared", comparing, PairVerified}, {"asked", asked, PairFailed}} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, a, b := c.from(t)
				if err := a.m.SetSetting(t.Context(), SettingVisibility, VisibleHidden); err != nil {
					t.Fatal(err)
				}
				<-time.After(2 * pairGrace)
				settle()
				if c.want == PairVerified {
					a.says(PairMatch)
					b.says(PairMatch)
				}
				a.at(c.want)
				if n := len(w.live(a, b)); (n > 0) != (c.want == PairVerified) {
					t.Errorf("%d links live", n)
				}
			})
		})
	}
}

// When it comes to nothing, the stranger is turned away after all.
func TestHidingAfterAPairing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := comparing(t)
		if err := a.m.SetSetting(t.Context(), SettingVisibility, VisibleContacts); err != nil {
			t.Fatal(err)
		}
		settle()
		b.says(PairCancel)
		a.failed(PairDeclined)
		if n := len(w.live(a, b)); n != 0 {
			t.Errorf("%d links live", n)
		}
	})
}
