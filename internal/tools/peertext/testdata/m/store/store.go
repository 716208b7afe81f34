// Package store holds what peers wrote.
package store

type Message struct {
	Text  string
	Quote *Quote
	Seen  int
}

type Quote struct{ Line string }

func (m Message) String() string { return m.Text }
