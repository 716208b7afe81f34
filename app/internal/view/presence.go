package view

import (
	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
)

// dot is the mark for a presence.
func dot(p viewmodel.Presence) kit.Dot {
	switch p {
	case viewmodel.Here:
		return kit.OnlineDot
	case viewmodel.Away:
		return kit.AwayDot
	}
	return kit.NoDot
}
