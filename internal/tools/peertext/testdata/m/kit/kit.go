// Package kit is of another module: see the test.
package kit

type Widget struct{ Text string }

func (w *Widget) SetText(s string) {}

func NewRichText() *Widget { return nil }
