package view

import (
	"math"
	"strconv"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/view/textflow"
	"earshot/app/internal/view/weblink"
	"earshot/app/internal/viewmodel"
)

// Metrics of the rows of a chat, in dp.
const (
	bubbleMax    = 460 // widest bubble
	bubbleShare  = .74 // of the row without its insets
	bubbleInset  = 18
	bubblePadX   = 13
	bubblePadY   = 8
	bubbleRadius = 18
	bubbleTight  = 6 // radius of the corners inside a group and of the tail
	linePitch    = 20
	metaSize     = 11
	metaGap      = 10 // between the last word and the time
	metaLine     = 13 // what the time adds on a line of its own
	tickSize     = 15
	clockSize    = 12
	tickGap      = 4
	gapGroup     = 10
	gapInside    = 3
	dayRow       = 46
	dayChip      = 24
	dayText      = 11.5
	dayLower     = 3 // the rows below bring a gap of their own, those above none
	daySide      = 11
	cutSize      = 12.5
	bigSize      = 38 // of a text of emoji only
	bigMost      = 3  // emoji that are drawn in that size
	bigPitch     = 46
	noteGap      = 4  // between the time and what stands before it
	changeSize   = 10 // of the clock of a change that waits
	goneIcon     = 14 // before the words for a deleted message
	goneGap      = 6
)

// bubble is where the parts of a row are, relative to the bubble.
type bubble struct {
	text         textflow.Block
	links        []weblink.Link // that the parts of text are, in their order
	big          bool           // emoji only: large and without a shape
	cut          string         // says that not everything is shown
	top          float32
	w, h         float32
	metaX, metaY float32
	textX, textY float32 // of the first line
	quote        textflow.Line
	chips        []chip // at the lower edge
}

// total is the height of the row.
func (b bubble) total() float32 {
	if len(b.chips) > 0 {
		return b.chipsY() + chipHeight + chipBelow
	}
	return b.top + b.h
}

func bodyWidth(s string) float32 { return kit.Width(s, kit.BodySize, false) }

// layoutRow lays a row out for a width. It measures and draws nothing.
func layoutRow(r *viewmodel.Row, width float32) bubble {
	if r.Kind == viewmodel.RowDay {
		return bubble{h: dayRow}
	}
	b := bubble{top: gapInside}
	if r.First {
		b.top = gapGroup
	}
	b.chips = layoutChips(r)
	if n := textflow.Emoji(string(r.Text)); n > 0 && n <= bigMost && r.Quote.Line == "" {
		return layoutBig(b, r, width)
	}
	inner := min(bubbleMax, (width-2*bubbleInset)*bubbleShare) - 2*bubblePadX
	b.textX, b.textY = bubblePadX, bubblePadY
	meta := metaWidth(r)
	widest := max(meta, b.layoutQuote(r, inner))
	if r.Deleted {
		b.textX += goneIcon + goneGap
		inner -= goneIcon + goneGap
	}
	b.layoutText(r, inner)
	widest = max(widest, b.text.Width)
	b.h = b.textY + float32(len(b.text.Lines))*linePitch
	if b.text.Hidden > 0 {
		b.cut = "… " + grouped(b.text.Hidden) + " more characters. Tap to copy the whole text."
		widest = max(widest, min(inner, kit.Width(b.cut, cutSize, true)))
		b.h += linePitch
	}
	last := b.text.Lines[len(b.text.Lines)-1]
	if b.cut == "" && !last.RTL && last.Width+metaGap+meta <= inner {
		widest = max(widest, last.Width+metaGap+meta)
		b.h += bubblePadY - 1
	} else {
		b.h += metaLine + bubblePadY - 2
	}
	b.w = float32(math.Ceil(float64(max(widest, chipsWidth(b.chips))))) + b.textX + bubblePadX
	if b.quote.Runs != nil {
		b.fitQuote(r)
	}
	b.metaX = b.w - bubblePadX + 1 - meta
	b.metaY = b.h - bubblePadY - metaLine + 2
	return b
}

// The end of a text that is cut changes none of the links in what is shown.
const _ = uint(textflow.FindAhead - weblink.MaxLen)

// layoutText lays out the text and, if they may be opened, the links in it.
func (b *bubble) layoutText(r *viewmodel.Row, width float32) {
	if !r.Links {
		b.text = textflow.Layout(string(r.Text), width, bodyWidth)
		return
	}
	b.text = textflow.LayoutParts(string(r.Text), width, bodyWidth, func(text string) []textflow.Span {
		b.links = weblink.Find(text)
		parts := make([]textflow.Span, len(b.links))
		for i, l := range b.links {
			parts[i] = textflow.Span{Start: l.Start, End: l.End}
		}
		return parts
	})
}

// layoutBig lays out a few emoji, the time below them.
func layoutBig(b bubble, r *viewmodel.Row, width float32) bubble {
	b.big = true
	b.text = textflow.Layout(string(r.Text), width-2*bubbleInset, func(s string) float32 { return kit.Width(s, bigSize, false) })
	meta := metaWidth(r)
	b.w = float32(math.Ceil(float64(max(b.text.Width, meta))))
	b.h = bigPitch*float32(len(b.text.Lines)) + metaLine + 3
	b.metaY = b.h - metaLine - 1
	if r.Out {
		b.metaX = b.w - meta
	}
	return b
}

// metaWidth is the width of the time and of what stands beside it.
func metaWidth(r *viewmodel.Row) float32 {
	w := kit.Width(metaText(r), metaSize, false)
	if r.Changing {
		w += changeSize + noteGap
	}
	if r.Tick != viewmodel.TickNone {
		w += tickGap + tickSize
	}
	return w
}

// metaText is the time, and whether the text is as it was then.
func metaText(r *viewmodel.Row) string {
	if r.Edited {
		return "edited " + r.Time
	}
	return r.Time
}

// grouped writes a number with a comma between thousands.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
