package view

import (
	"image/color"
	"time"

	"fyne.io/fyne/v2"

	"earshot/app/internal/view/kit"
	"earshot/internal/identity"
)

// settleTime is how long the answers to a stranger must have stood where they
// are before one can be given: a second click, meant for the card that was
// there before, must not let in whoever slid under the pointer. It is longer
// than a double click.
const settleTime = 600 * time.Millisecond

// decision are the three answers to a stranger, in one row. After one was
// given there is no other until the next snapshot.
type decision struct {
	accept, refuse, block *kit.TextButton
	object                *fyne.Container
	settler
}

// settler knows how long buttons have stood where they are.
type settler struct {
	host  *host
	place fyne.Position // in the window, when it was looked at last
	since time.Time     // it stands there; zero: it is not on the screen
}

// newDecision returns the buttons about the device that id names; quiet is the
// fill of those that do not accept.
func newDecision(h *host, quiet color.NRGBA, id func() identity.DeviceID) *decision {
	d, t, a := &decision{settler: settler{host: h}}, h.t, h.a
	d.accept = kit.NewTextButton(t, "Accept", t.Accent, t.OnAccent, func() { d.answer(a.Accept, id()) })
	d.refuse = kit.NewTextButton(t, "Refuse", quiet, t.Text, func() { d.answer(a.Refuse, id()) })
	d.block = kit.NewTextButton(t, "Block", quiet, t.Danger, func() { d.answer(a.Block, id()) })
	d.object = kit.NewPanel(kit.High(cardButtons), func(s fyne.Size) {
		w := (s.Width - 2*8) / 3
		for i, b := range d.buttons() {
			kit.Place(b, float32(i)*(w+8), 0, w, s.Height)
		}
	}, d.accept, d.refuse, d.block)
	return d
}

func (d *decision) buttons() []*kit.TextButton { return []*kit.TextButton{d.accept, d.refuse, d.block} }

func (d *decision) answer(give func(identity.DeviceID), id identity.DeviceID) {
	if d.settled() {
		d.enable(false)
		d.restart()
		give(id)
	}
}

// settled reports whether the buttons have stood long enough.
func (d *settler) settled() bool {
	return !d.since.IsZero() && d.host.now().Sub(d.since) >= settleTime
}

func (d *settler) restart() {
	d.since = d.host.now()
	d.host.wake(settleTime)
}

// enable switches the buttons on or off.
func (d *decision) enable(on bool) {
	for _, b := range d.buttons() {
		b.SetDisabled(!on)
	}
}

// settle tells where in the window the buttons are now.
func (d *settler) settle(at fyne.Position) {
	if d.since.IsZero() || at != d.place {
		d.place = at
		d.restart()
	}
}

// leave tells that the buttons are not on the screen, or about another device.
func (d *settler) leave() { d.since = time.Time{} }

// elements names the buttons below prefix.
func (d *decision) elements(prefix string) []Element {
	state := pick(d.settled() && !d.accept.Disabled(), "ready", "settling")
	return []Element{
		{ID: prefix + "/accept", Label: d.accept.Label(), State: state, Object: d.accept},
		{ID: prefix + "/refuse", Label: d.refuse.Label(), State: state, Object: d.refuse},
		{ID: prefix + "/block", Label: d.block.Label(), State: state, Object: d.block},
	}
}
