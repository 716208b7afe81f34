package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Theme dresses the toolkit's own widgets (the entry, the scrollers) in the
// tokens, whatever the system's variant is.
func Theme(t *Tokens) fyne.Theme { return &tokenTheme{theme.DefaultTheme(), t} }

type tokenTheme struct {
	fyne.Theme
	t *Tokens
}

func (a *tokenTheme) Color(name fyne.ThemeColorName, _ fyne.ThemeVariant) color.Color {
	switch name {
	case theme.ColorNameBackground, theme.ColorNameOverlayBackground, theme.ColorNameMenuBackground:
		return a.t.Surface
	case theme.ColorNameForeground:
		return a.t.Text
	case theme.ColorNamePlaceHolder:
		return a.t.Muted
	case theme.ColorNamePrimary, theme.ColorNameFocus:
		return a.t.Accent
	case theme.ColorNameInputBackground, theme.ColorNameInputBorder, theme.ColorNameShadow:
		return color.Transparent // drawn by the kit; scrollers have no edge shadows
	case theme.ColorNameSeparator:
		return a.t.Border
	case theme.ColorNameHover:
		return a.t.Hover
	case theme.ColorNameSelection:
		return WithAlpha(a.t.Accent, 64)
	case theme.ColorNameScrollBar:
		return WithAlpha(a.t.Faint, 110)
	case theme.ColorNameScrollBarBackground:
		return color.Transparent
	case theme.ColorNameSuccess:
		return a.t.Online
	case theme.ColorNameError:
		return a.t.Danger
	}
	variant := theme.VariantLight
	if a.t.Dark {
		variant = theme.VariantDark
	}
	return a.Theme.Color(name, variant)
}

func (a *tokenTheme) Size(name fyne.ThemeSizeName) float32 {
	switch name {
	case theme.SizeNameText:
		return BodySize
	case theme.SizeNameInputBorder:
		return 0
	case theme.SizeNamePadding:
		return 4
	case theme.SizeNameScrollBarSmall:
		return 4
	case theme.SizeNameScrollBar:
		return 6
	case theme.SizeNameScrollBarRadius:
		return 3
	case theme.SizeNameMenuRadius, theme.SizeNamePopupRadius:
		return 12
	}
	return a.Theme.Size(name)
}
