package view

import (
	"time"

	"fyne.io/fyne/v2"
)

// standing is since when buttons have stood where they are: they count only
// after settleTime.
type standing struct {
	host  *host
	place fyne.Position
	since time.Time // zero: they are not on the screen
}

// at tells where the buttons are now.
func (s *standing) at(place fyne.Position) {
	if s.since.IsZero() || place != s.place {
		s.place = place
		s.restart()
	}
}

// restart says that the buttons are others now.
func (s *standing) restart() {
	s.since = s.host.now()
	s.host.wake(settleTime)
}

// leave tells that the buttons are not on the screen.
func (s *standing) leave() { s.since = time.Time{} }

// settled reports whether the buttons have stood long enough.
func (s *standing) settled() bool {
	return !s.since.IsZero() && s.host.now().Sub(s.since) >= settleTime
}
