//go:build !linux || android

package app

import (
	"net/url"

	"fyne.io/fyne/v2"
)

// opener returns what has the system open an address.
func opener(a fyne.App) func(*url.URL) error { return a.OpenURL }
