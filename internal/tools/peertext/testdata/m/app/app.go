// Package app faces a person.
package app

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"m/kit"
	"m/safetext"
	"m/store"
)

type row struct {
	name  safetext.Display
	raw   string
	lines []string
	copy  func(string)
}

type show interface{ show(text string) }

type screen struct{ w *kit.Widget }

func (s screen) show(text string) { s.w.SetText(text) } // out: kit.Widget.SetText

type quiet struct{}

func (quiet) show(text string) { _ = len(text) }

func rowOf(m store.Message) row {
	return row{name: safetext.Name(m.Text), raw: m.Text, lines: strings.Split(m.Text, "\n")}
}

func Clean(w *kit.Widget, m store.Message) {
	r := rowOf(m)
	w.SetText(string(r.name))
	w.SetText(safetext.Terminal(r.raw))
	w.Text = safetext.Pad(safetext.Terminal(m.Text), 3)
	if r.raw == "x" || len(r.raw) > 3 || strings.HasPrefix(r.raw, "y") || safetext.Valid(r.raw) {
		w.SetText("known")
	}
	w.SetText(fmt.Sprint(m.Seen))
}

func Direct(w *kit.Widget, out io.Writer, m store.Message) {
	w.SetText(m.Text)                               // out: kit.Widget.SetText
	w.Text = m.Text                                 // out: kit.Widget.Text
	_ = &kit.Widget{Text: m.Quote.Line}             // out: kit.Widget.Text
	fmt.Fprintln(out, m)                            // out: fmt.Fprintln
	fmt.Fprintf(out, "%v", &m)                      // out: fmt.Fprintf
	json.NewEncoder(out).Encode([]store.Message{m}) // out: encoding/json.Encoder.Encode
	_ = safetext.Display(m.Text)                    // out: m/safetext.Display
	w.SetText(safetext.Pad(m.Text, 3))              // out: kit.Widget.SetText
	kit.NewRichText()                               // out: kit.NewRichText (rich)
}

func Around(w *kit.Widget, m store.Message) {
	var b strings.Builder
	for _, c := range m.Text {
		b.WriteRune(c)
	}
	w.SetText(b.String()) // out: kit.Widget.SetText
	r := rowOf(m)
	for i, l := range slices.Backward(r.lines) {
		w.SetText(fmt.Sprintf("%d %s", i, l)) // out: kit.Widget.SetText
	}
	first := strings.TrimSpace(r.raw)
	more := append([]string{}, first)
	w.SetText(more[0])    // out: kit.Widget.SetText
	w.SetText(m.String()) // out: kit.Widget.SetText
	texts := make(chan string, 1)
	texts <- r.raw
	w.SetText(<-texts) // out: kit.Widget.SetText
	a, _ := two(r.raw)
	w.SetText(a) // out: kit.Widget.SetText
	var v any = r.raw
	switch v := v.(type) {
	case string:
		w.SetText(v) // out: kit.Widget.SetText
	}
}

func two(s string) (string, error) { return s[1:], nil }

func Callbacks(w *kit.Widget, m store.Message) {
	r := rowOf(m)
	r.copy = w.SetText // out: kit.Widget.SetText
	r.copy(r.raw)
	each(m, func(text string) { w.SetText(text) }) // out: kit.Widget.SetText
	print := printer(w)
	print(r.raw)
	for _, s := range []show{screen{w}, quiet{}} {
		s.show(m.Text)
	}
	var unknown func(string)
	unknown(m.Text) // out: the function unknown, which is not known
}

func each(m store.Message, do func(text string)) { do(m.Text) }

func printer(w *kit.Widget) func(string) {
	return func(s string) { w.SetText(s) } // out: kit.Widget.SetText
}

func Meant(w *kit.Widget, m store.Message) { w.SetText(m.Text) }
