package view

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/mobile"

	"earshot/app/internal/view/kit"
)

// TestBackKey: the back key of a phone takes one step each time, also while
// something is typed, and the last one leaves the app.
func TestBackKey(t *testing.T) {
	back := &fyne.KeyEvent{Name: mobile.KeyBack}
	root, rec, win := window(t, sample(), 412, 915)
	left := 0
	root.OnLeave = func() { left++ }

	root.menu(fyne.NewPos(100, 100), menuEntry{id: "menu/copy", icon: kit.IconCopy, word: "Copy text", do: func() {}})
	pressKey(root, win, back)
	if root.open != nil {
		t.Error("the menu stays")
	}
	root.menu(fyne.NewPos(100, 100), menuEntry{id: "menu/copy", icon: kit.IconCopy, word: "Copy text", do: func() {}})
	win.Canvas().Unfocus()
	root.TypedKey(back)
	want(t, rec)
	if root.open != nil {
		t.Error("the menu stays when it has not the keyboard")
	}

	root.chat.focus()
	win.Canvas().Focused().TypedKey(back)
	want(t, rec, "close")
	win.Canvas().Unfocus()
	root.TypedKey(back)
	want(t, rec, "close")
	if left != 0 {
		t.Error("the app is left with a chat open")
	}

	snap := sample()
	snap.Chat = nil
	root.Set(snap)
	rec.take()
	root.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if left != 0 {
		t.Error("Escape leaves the app")
	}
	root.TypedKey(back)
	want(t, rec)
	if left != 1 {
		t.Errorf("the app was left %d times", left)
	}
}
