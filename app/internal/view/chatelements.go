package view

import (
	"fyne.io/fyne/v2"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
)

// elements names what of the chat is on the screen.
func (p *chatPane) elements() []Element {
	if p.chat == nil {
		return nil
	}
	out := []Element{
		{ID: "chat", Label: string(p.chat.Name), Text: p.chat.Status, State: p.chat.ShortID, Object: p.head.object},
	}
	out = append(out, Element{ID: "chat-about", Label: p.head.who.Label(), Object: p.head.who})
	if p.head.back.Visible() {
		out = append(out, Element{ID: "back", Label: p.head.back.Label(), Object: p.head.back})
	}
	if p.head.more.Visible() {
		out = append(out, Element{ID: "chat-menu", Label: p.head.more.Label(), Object: p.head.more})
	}
	p.list.EachVisible(func(it kit.Item, o fyne.CanvasObject) {
		r := it.(*viewmodel.Row)
		out = append(out, Element{ID: r.Key, Label: metaText(r), Text: string(r.Text), State: r.Tick.String(), Object: o})
	})
	out = append(out, p.linkElements()...)
	out = append(out, p.areaElements()...)
	if p.jump.Visible() {
		out = append(out, Element{ID: "jump", Label: p.jump.Label(), Text: p.missed.Text(), Object: p.jump})
	}
	if p.bar.object.Visible() {
		out = append(out, Element{ID: "bar", Label: "Bar", Text: p.bar.text.Text(), Object: p.bar.object})
	}
	if p.bar.deciding {
		out = append(out, p.bar.decision.elements("bar")...)
	}
	if p.problem.object.Visible() {
		out = append(out, Element{ID: "error", Label: "Error", Text: p.problem.text.Text(), Object: p.problem.object})
	}
	if p.modeBar.Visible() {
		out = append(out,
			Element{ID: "mode", Label: p.modeBar.Label(), Text: p.modeBar.line.Text(), Object: p.modeBar},
			Element{ID: "mode/leave", Label: p.modeBar.leave.Label(), Object: p.modeBar.leave})
	}
	if p.composer.Visible() {
		state := pick(p.composer.button.Disabled(), "disabled", "enabled")
		out = append(out,
			Element{ID: "composer", Label: "Message", Text: p.composer.text(), Object: p.composer.entry},
			Element{ID: "send", Label: p.composer.button.Label(), State: state, Object: p.composer.button})
	}
	return out
}
