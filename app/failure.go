package app

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"earshot/app/internal/view"
	"earshot/app/internal/view/kit"
	"earshot/internal/engine"
	"earshot/internal/identity"
)

// Metrics of the buttons below a failure, in dp.
const (
	failureButton = 120
	failureGap    = 10
	failureBottom = 36
)

const otherFolder = "choose another folder for Earshot: start it with --home FOLDER, or set " + engine.HomeEnv + " to one"

// homeFolder is the home folder that was asked for, as a path that holds
// wherever it is read.
func homeFolder(asked string) string {
	if asked == "" {
		home, err := engine.DefaultHome()
		if err != nil {
			return ""
		}
		return home
	}
	if home, err := filepath.Abs(asked); err == nil {
		return home
	}
	return asked
}

// explain is an error of a device in words for a person: what is wrong, with
// what, and what to do.
func explain(err error, home string) string {
	at := home
	var path *fs.PathError
	if errors.As(err, &path) {
		if abs, err := filepath.Abs(path.Path); err == nil {
			at = abs
		}
	}
	switch {
	case errors.Is(err, identity.ErrKeyReadable):
		return "Other users of this computer can read the key of this device, and could pass for it. Take that from them with:\n\nchmod 600 " +
			quote(filepath.Join(home, identity.KeyFile))
	case errors.Is(err, engine.ErrNoOwner):
		return "Another program works with the home folder of Earshot and does not answer. End it, for example an earshotctl that was stopped, and try again.\n\nHome folder: " + home
	case errors.Is(err, syscall.ENOTDIR):
		return "This is a file, and Earshot needs a folder there:\n\n" + at + "\n\nMove it away, or " + otherFolder + "."
	case errors.Is(err, syscall.EROFS):
		return "Nothing can be written here:\n\n" + at + "\n\nMake it writable, or " + otherFolder + "."
	case errors.Is(err, fs.ErrPermission):
		return "You may not read and write this:\n\n" + at + "\n\nGive yourself the permission, or " + otherFolder + "."
	case errors.Is(err, engine.ErrNewerSchema):
		return "A newer version of Earshot has written the history here, in a way that this one cannot even read. Install that version or a later one.\n\nHome folder: " + home
	case errors.Is(err, engine.ErrOtherDevice):
		return "The history here belongs to another device key. Put back the key it was made with, or move earshot.db away to begin a new history.\n\nHome folder: " + home
	case errors.Is(err, engine.ErrNotStore):
		return "earshot.db is another program's file. Put back a copy of the history, or move the file away to begin a new one.\n\nHome folder: " + home
	case errors.Is(err, engine.ErrDamaged):
		return "The history is damaged and could not be repaired. Try again; if that does not help, move earshot.db and recovery.json away to begin a new history.\n\nHome folder: " + home
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, engine.ErrDiskFull):
		return "The disk is full. Free some space and try again.\n\nHome folder: " + home
	}
	return sentence(err.Error()) + "\n\nHome folder: " + home
}

// quote is a path as one word of a shell.
func quote(path string) string { return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'" }

// sentence begins an error with a capital letter. It gets no full stop: errors
// end in commands to copy.
func sentence(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// fail shows what went wrong and what to do, instead of the conversations.
func (s *shell) fail(title, text string) {
	text += "\n\nNothing was deleted."
	s.dispatch(func() {
		s.failed = true
		copied := func() { s.app.Clipboard().SetContent(title + "\n\n" + text) }
		copyIt := kit.NewTextButton(s.tokens, "Copy", s.tokens.Surface, s.tokens.Text, copied)
		again := kit.NewTextButton(s.tokens, "Try again", s.tokens.Accent, s.tokens.OnAccent, s.again)
		buttons := kit.NewPanel(kit.High(failureBottom), func(size fyne.Size) {
			x, y := size.Width/2-failureButton-failureGap/2, size.Height-failureBottom-copyIt.MinSize().Height
			kit.Place(copyIt, x, y, failureButton, copyIt.MinSize().Height)
			kit.Place(again, x+failureButton+failureGap, y, failureButton, again.MinSize().Height)
		}, copyIt, again)
		words := view.NewMessage(s.tokens, title, text)
		s.dump.elements = func() []view.Element {
			return []view.Element{
				{ID: "failure", Label: title, Text: text, Object: words},
				{ID: "failure/copy", Label: copyIt.Label(), Object: copyIt},
				{ID: "failure/again", Label: again.Label(), Object: again},
			}
		}
		s.show(container.NewStack(words, buttons))
	})
}

// again opens the home folder once more.
func (s *shell) again() {
	if s.ctx.Err() != nil || !s.failed {
		return
	}
	s.failed = false
	s.dump.elements = nil
	s.show(view.NewMessage(s.tokens, "Earshot", opening))
	s.start()
}

// show puts something into the window that is not the conversations.
func (s *shell) show(o fyne.CanvasObject) {
	c := s.window.Canvas()
	c.SetOnTypedRune(nil)
	c.SetOnTypedKey(nil)
	s.window.SetContent(o)
	s.dump.later()
}
