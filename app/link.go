package app

import "sync"

// links passes pairing links that were opened on to the window, which asks about
// each. A link may come before there is anybody to ask: it waits, and the next one
// takes its place. The zero value is ready. It is safe for concurrent use.
type links struct {
	mu      sync.Mutex
	ask     func(text string) // nil: nobody can be asked yet
	waiting string
}

// open asks about a link, now or when somebody can be asked. "" is no link.
func (l *links) open(text string) {
	if text == "" {
		return
	}
	l.mu.Lock()
	ask := l.ask
	if ask == nil {
		l.waiting = text
	}
	l.mu.Unlock()
	if ask != nil {
		ask(text)
	}
}

// to says who asks from now on, nil for nobody. What waits is passed on at once.
func (l *links) to(ask func(text string)) {
	l.mu.Lock()
	l.ask = ask
	text := ""
	if ask != nil {
		text, l.waiting = l.waiting, ""
	}
	l.mu.Unlock()
	if text != "" {
		ask(text)
	}
}
