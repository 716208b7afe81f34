package viewmodel

// toPairMost is how many devices are offered where a person asks to pair: as
// many as are read at a glance. The strip has the others.
const toPairMost = 5

// ToPair returns the devices of a strip, in its order, that a person who asks to
// pair most likely means: those that can be paired with, at most five.
func ToPair(nearby []Device) []Device {
	var out []Device
	for _, d := range nearby {
		if d.CanPair && len(out) < toPairMost {
			out = append(out, d)
		}
	}
	return out
}
