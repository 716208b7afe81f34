package view

import "earshot/app/internal/viewmodel"

// setMode shows what the composer is used for, if that was changed by anything
// but sending: of that this pane was told first.
func (p *chatPane) setMode(c *viewmodel.Chat, other bool) {
	switch {
	case other || c.ModeRev != p.modeRev:
		begun := !other && c.Mode != viewmodel.ModeNew
		p.modeRev = c.ModeRev
		p.showMode(c.Mode, c.Of)
		if begun {
			p.focus()
		}
	case c.Mode == p.mode && c.Of != p.of: // it was changed meanwhile
		p.showMode(c.Mode, c.Of)
	}
}

// showMode shows what the composer is used for.
func (p *chatPane) showMode(kind viewmodel.ModeKind, of viewmodel.Quote) {
	p.mode, p.of = kind, of
	p.modeBar.set(kind, of)
	setVisible(p.modeBar, kind != viewmodel.ModeNew && (p.chat == nil || p.chat.CanWrite))
	p.composer.editing(kind == viewmodel.ModeEdit)
	p.relayout()
}

// send sends what was written, or saves what was edited.
func (p *chatPane) send(text string) {
	if p.chat == nil {
		return
	}
	taken := false
	switch p.mode {
	case viewmodel.ModeEdit:
		taken = p.a.Save(p.chat.ID, p.of.Key, text)
	case viewmodel.ModeReply:
		taken = p.a.Send(p.chat.ID, text, p.of.Key)
	default:
		taken = p.a.Send(p.chat.ID, text, "")
	}
	if !taken {
		return
	}
	if p.mode != viewmodel.ModeEdit && !p.chat.Newer {
		p.list.ToEnd()
	}
	p.refused = ""
	p.composer.clear()
	p.showMode(viewmodel.ModeNew, viewmodel.Quote{})
	p.focus()
}

// leaveMode answers or edits nothing any more.
func (p *chatPane) leaveMode() {
	if p.chat != nil {
		p.a.LeaveMode(p.chat.ID)
	}
}

// back leaves what the composer is used for, else the chat.
func (p *chatPane) back() {
	if p.mode != viewmodel.ModeNew {
		p.leaveMode()
		return
	}
	p.a.Close()
}

// editLast edits the newest own message.
func (p *chatPane) editLast() {
	if p.chat != nil && p.mode == viewmodel.ModeNew {
		p.a.EditLast(p.chat.ID)
	}
}

// jumpTo goes to the message of a row.
func (p *chatPane) jumpTo(key string) {
	if p.chat != nil && key != "" {
		p.a.Jump(p.chat.ID, key)
	}
}

// phone says whether the window is a phone's.
func (p *chatPane) phone(on bool) {
	p.small = on
	p.head.phone(on)
}
