package view

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
	"earshot/internal/safetext"
)

// keepFor are the times for which messages can be kept, as the service knows
// them, and in words.
var keepFor = [...]struct{ value, word string }{
	{"forever", "For ever"}, {"30d", "30 days"}, {"365d", "1 year"},
}

// keepWord is a time for which messages are kept, in words.
func keepWord(value string) string {
	for _, k := range keepFor {
		if k.value == value {
			return k.word
		}
	}
	if days, ok := strings.CutSuffix(value, "d"); ok {
		return days + " days"
	}
	return value
}

// visibleTo are the answers to who sees this device.
var visibleTo = [...]struct {
	value      string
	icon       kit.IconName
	hue        int
	word, says safetext.Display
}{
	{viewmodel.VisibleEveryone, kit.IconWaves, tileViolet, "Everyone nearby", "Every device on the network sees its name and may ask to write."},
	{viewmodel.VisibleContacts, kit.IconShield, tileGreen, "Contacts only", "Contacts recognise it. Strangers see nothing, and are not shown here either."},
	{viewmodel.VisibleHidden, kit.IconHide, tileGrey, "Hidden", "Nobody sees it, and strangers are not shown here. It still finds contacts that can be seen."},
}

// settingsPage shows what can be chosen for this device.
type settingsPage struct {
	*sheet
	keep string

	visible []*sheetRow
	times   []*sheetRow
	other   *sheetRow // a time to keep that was chosen elsewhere
	blocked *sheetRow

	seen, kept, silent *group
	column             *fyne.Container
}

func newSettingsPage(s *sheet) page {
	p := &settingsPage{sheet: s}
	for _, v := range visibleTo {
		r := newSheetRow(s, "visible/"+v.value, v.icon, v.hue, v.word, markState, func() { p.a.SetVisibility(v.value) })
		r.say(v.word, v.says)
		p.visible = append(p.visible, r)
	}
	time := func(value string) *sheetRow {
		var r *sheetRow
		r = newSheetRow(s, "keep/"+value, kit.IconKeep, tileBlue, safetext.Display(keepWord(value)), markState, func() { p.askKeep(r, value) })
		return r
	}
	for _, k := range keepFor {
		p.times = append(p.times, time(k.value))
	}
	p.other = newSheetRow(s, "keep/other", kit.IconKeep, tileBlue, "", markState, func() {})
	p.blocked = newSheetRow(s, "settings/blocked", kit.IconCancel, tileRed, "Blocked devices …", markMore, func() { s.push(newBlockedPage) })
	p.seen, p.kept, p.silent = newGroup(s.t, p.visible...), newGroup(s.t, append(p.times, p.other)...), newGroup(s.t, p.blocked)
	about := newSheetNote(s.t)
	about.set("Older ones are deleted on this device. What still waits to be delivered stays.")
	p.column = kit.Column(sectionLabel(s.t, "Who sees this device"), p.seen.object,
		sectionLabel(s.t, "Keep messages"), p.kept.object, about.object, p.silent.object)
	return p
}

func (p *settingsPage) title() safetext.Display { return "Settings" }
func (p *settingsPage) body() fyne.CanvasObject { return p.column }
func (p *settingsPage) opened()                 {}

func (p *settingsPage) set(snap viewmodel.Snapshot) bool {
	p.keep = snap.Keep
	for i, v := range visibleTo {
		p.visible[i].set(pick(v.value == snap.Visibility, stateChosen, stateNone))
	}
	known := snap.Keep == ""
	for i, k := range keepFor {
		p.times[i].set(pick(k.value == snap.Keep, stateChosen, stateNone))
		known = known || k.value == snap.Keep
	}
	setVisible(p.other, !known)
	p.other.set(stateChosen)
	p.other.id = "keep/" + snap.Keep
	p.other.say(safetext.Display(keepWord(snap.Keep)), "")
	p.blocked.say("Blocked devices …", safetext.Display(blockedCount(len(snap.Blocked))))
	return true
}

// blockedCount says how many devices are blocked.
func blockedCount(n int) string {
	switch n {
	case 0:
		return "None"
	case 1:
		return "1 device"
	}
	return strconv.Itoa(n) + " devices"
}

// askKeep chooses how long messages are kept. That which deletes some is asked
// about first.
func (p *settingsPage) askKeep(r *sheetRow, value string) {
	switch value {
	case p.keep:
	case "forever":
		p.a.SetKeep(value)
	default:
		p.question(placeOf(r), safetext.Display("Keep messages for "+keepWord(value)+"?"),
			"Older messages are deleted on this device now, in all conversations.",
			menuEntry{id: "ask/keep", icon: kit.IconDelete, word: "Delete older messages", danger: true, do: func() { p.a.SetKeep(value) }})
	}
}

func (p *settingsPage) elements() []Element {
	var out []Element
	for _, g := range []*group{p.seen, p.kept, p.silent} {
		out = append(out, g.elements()...)
	}
	return out
}
