package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
	"earshot/internal/safetext"
)

// newButtons makes the answers of the step: what leads on stands at the right.
func (p *pairDialog) newButtons() {
	d, a := p.d, p.a
	answer := func(what viewmodel.PairAnswer) func() { return func() { a.AnswerPair(d.Serial, what) } }
	p.no, p.yes = nil, nil
	p.expired = p.over()
	switch d.Step {
	case viewmodel.PairWait:
		p.no = p.button("Cancel", false, p.leave)
	case viewmodel.PairCompare:
		p.no = p.button("They differ", false, answer(viewmodel.PairDiffer))
		p.yes = p.button("They match", true, answer(viewmodel.PairMatch))
	case viewmodel.PairDone:
		p.yes = p.button("Done", true, p.leave)
	case viewmodel.PairFailed:
		p.no = p.button("Close", false, p.leave)
		if d.Again {
			p.yes = p.button("Try again", true, func() { a.Pair(d.Device.ID) })
		}
	case viewmodel.PairInvite:
		p.inviteButtons()
	case viewmodel.PairEnter:
		p.no = p.button("Cancel", false, p.leave)
		p.yes = p.button("Continue", true, func() {
			a.ReadLink(p.field.entry.Text)
			if !fyne.CurrentDevice().IsMobile() {
				p.takeKeys(p.field.entry) // to be corrected, if it is no link
			}
		})
	case viewmodel.PairAsk:
		p.no = p.button("Not now", false, p.leave)
		p.yes = p.button("Continue", true, a.UseLink)
	}
	p.row.Objects = p.row.Objects[:0]
	for _, b := range p.buttons() {
		p.row.Objects = append(p.row.Objects, b)
	}
	p.placeButtons(p.row.Size())
	p.row.Refresh()
	p.stand.restart()
}

// inviteButtons are those below the own code: it is copied only by a tap, and
// once it has ended there is a new one only by a tap.
func (p *pairDialog) inviteButtons() {
	p.no = p.button("Close", false, p.leave)
	switch {
	case p.d.Error != "":
		p.yes = p.button("Try again", true, p.a.ShowInvite)
	case p.expired:
		p.yes = p.button("New code", true, p.a.ShowInvite)
	default:
		p.yes = p.button("Copy link", true, func() {
			p.copyText(p.d.Link)
			p.copied = true
			p.draw()
			p.moved()
		})
	}
}

// button returns one that counts when it has stood.
func (p *pairDialog) button(word string, leads bool, do func()) *kit.TextButton {
	fill, ink := p.t.Field, p.t.Text
	if leads {
		fill, ink = p.t.Accent, p.t.OnAccent
	}
	b := kit.NewTextButton(p.t, word, fill, ink, func() {
		if p.stand.settled() {
			do()
		}
	}).Large()
	b.OnKey = p.key
	return b
}

func (p *pairDialog) buttons() []*kit.TextButton {
	var out []*kit.TextButton
	for _, b := range []*kit.TextButton{p.no, p.yes} {
		if b != nil {
			out = append(out, b)
		}
	}
	return out
}

// submit is Enter in the field for a link, which answers no other step.
func (p *pairDialog) submit() {
	if p.d.Step == viewmodel.PairEnter {
		p.yes.Tapped(nil)
	}
}

func (p *pairDialog) placeButtons(s fyne.Size) {
	all := p.buttons()
	n := float32(max(1, len(all)))
	w := (s.Width - (n-1)*pairBetween) / n
	for i, b := range all {
		kit.Place(b, float32(i)*(w+pairBetween), 0, w, s.Height)
	}
}

// elements names the parts of the dialog.
func (p *pairDialog) elements() []Element {
	out := []Element{
		{ID: "pair/title", Label: "Title", Text: p.title.Text(), Object: p.title},
		{ID: "pair/text", Label: "Text", Text: p.text.Text(), Object: p.text},
		{ID: "pair/close", Label: p.x.Label(), Object: p.x},
	}
	add := func(id, label, text, state string, o fyne.CanvasObject) {
		if o.Visible() {
			out = append(out, Element{ID: id, Label: label, Text: text, State: state, Object: o})
		}
	}
	add("pair/code", "Number to compare", p.tiles.code, "", p.tiles.object)
	add("pair/names", "Devices", p.names.Text(), "", p.names)
	add("pair/qr", "QR code", p.code.link, p.code.state(), p.code.object)
	add("pair/left", "Time left", p.left.Text(), "", p.left)
	add("pair/field", "Link", p.field.entry.Text, "", p.field.object)
	if p.field.object.Visible() {
		add("pair/paste", p.field.paste.Label(), "", "", p.field.paste)
	}
	add("pair/error", "Problem", p.error.Text(), "", p.error)
	for i, b := range []*kit.TextButton{p.no, p.yes} {
		if b != nil {
			out = append(out, Element{ID: pick(i == 0, "pair/no", "pair/yes"), Label: b.Label(), State: pick(p.stand.settled() && !b.Disabled(), "ready", "settling"), Object: b})
		}
	}
	return out
}

// Metrics of a lockLine, in dp.
const (
	lockIcon = 15
	lockText = 11.5
	lockGap  = 5
)

// lockLine is a green lock and a few words, in the middle.
type lockLine struct {
	icon   *canvas.Image
	text   *kit.Label
	object *fyne.Container
}

func newLockLine(t *kit.Tokens, words safetext.Display) *lockLine {
	l := &lockLine{icon: kit.Icon(kit.IconLock, t.Online), text: kit.NewLabel(kit.Style{Size: lockText, Color: t.Muted}, 3)}
	l.text.SetText(words)
	l.object = kit.NewPanel(l.height, func(s fyne.Size) {
		h := l.text.Fit(s.Width - lockIcon - lockGap)
		x := max(0, (s.Width-lockIcon-lockGap-l.text.DrawnWidth())/2)
		kit.Place(l.icon, x, (kit.LineHeight(lockText)-lockIcon)/2, lockIcon, lockIcon)
		kit.Place(l.text, x+lockIcon+lockGap, 0, s.Width-lockIcon-lockGap, h)
	}, l.icon, l.text)
	return l
}

func (l *lockLine) height(width float32) float32 { return l.text.Fit(width - lockIcon - lockGap) }
