//go:build !linux

package engine

// clockLeaps is told by the system when the clock has leapt; not on this one.
type clockLeaps struct{}

func newClockLeaps() *clockLeaps { return nil }

func (*clockLeaps) watch(chan<- struct{}) {}

// Close ends watch.
func (*clockLeaps) Close() {}
