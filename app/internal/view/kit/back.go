package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/mobile"
)

// IsBack reports whether a key leaves what is open: Escape, and the back key of
// a phone.
func IsBack(k *fyne.KeyEvent) bool { return k.Name == fyne.KeyEscape || k.Name == mobile.KeyBack }
