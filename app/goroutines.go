package app

import "sync"

// goroutines are those that stop waits for. Hooks of the system and taps may
// start one at any moment, also while stop waits.
type goroutines struct {
	mu     sync.Mutex
	ending bool // Wait was called
	wg     sync.WaitGroup
}

// Go runs f on a goroutine of its own, or not at all once Wait was called.
func (g *goroutines) Go(f func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.ending {
		g.wg.Go(f)
	}
}

// Wait waits for every f, and is the end of Go.
func (g *goroutines) Wait() {
	g.mu.Lock()
	g.ending = true
	g.mu.Unlock()
	g.wg.Wait()
}
