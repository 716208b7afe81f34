package kit

import (
	_ "embed" // the faces
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Theme dresses the toolkit's own widgets (the entry, the scrollers) in the
// tokens, whatever the system's variant is.
func Theme(t *Tokens) fyne.Theme { return &tokenTheme{theme.DefaultTheme(), t, t} }

// SystemTheme follows the system from light to dark and back, while the app
// runs.
func SystemTheme() fyne.Theme { return &tokenTheme{theme.DefaultTheme(), Light(), Dark()} }

// Current returns the tokens of the app's theme as it is now, nil if that is
// not one of this package. The same variant has the same pointer.
func Current() *Tokens {
	settings := fyne.CurrentApp().Settings()
	if a, ok := settings.Theme().(*tokenTheme); ok {
		return a.tokens(settings.ThemeVariant())
	}
	return nil
}

// WithoutScrollBars is Theme(t) with bars that are not drawn.
func WithoutScrollBars(t *Tokens) fyne.Theme {
	return &barless{tokenTheme{theme.DefaultTheme(), t, t}}
}

type barless struct{ tokenTheme }

func (b *barless) Color(name fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	if name == theme.ColorNameScrollBar {
		return color.Transparent
	}
	return b.tokenTheme.Color(name, v)
}

type tokenTheme struct {
	fyne.Theme
	light, dark *Tokens
}

func (a *tokenTheme) tokens(v fyne.ThemeVariant) *Tokens {
	if v == theme.VariantDark {
		return a.dark
	}
	return a.light
}

// The faces of the app: Inter, without the glyphs that are emoji elsewhere
// (internal/tools/fonts.sh makes them). What they lack comes from the toolkit and the system.
var (
	//go:embed fonts/Inter-Regular.ttf
	regular []byte
	//go:embed fonts/Inter-SemiBold.ttf
	semiBold []byte

	regularFace  = fyne.NewStaticResource("Inter-Regular.ttf", regular)
	semiBoldFace = fyne.NewStaticResource("Inter-SemiBold.ttf", semiBold)
)

// Font implements fyne.Theme: bold is the semi-bold face.
func (a *tokenTheme) Font(s fyne.TextStyle) fyne.Resource {
	switch {
	case s.Monospace, s.Symbol:
		return a.Theme.Font(s)
	case s.Bold:
		return semiBoldFace
	}
	return regularFace
}

func (a *tokenTheme) Color(name fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	t := a.tokens(v)
	switch name {
	case theme.ColorNameBackground, theme.ColorNameOverlayBackground, theme.ColorNameMenuBackground:
		return t.Surface
	case theme.ColorNameForeground:
		return t.Text
	case theme.ColorNamePlaceHolder:
		return t.Muted
	case theme.ColorNamePrimary, theme.ColorNameFocus:
		return t.Accent
	case theme.ColorNameInputBackground, theme.ColorNameInputBorder, theme.ColorNameShadow:
		return color.Transparent // drawn by the kit; scrollers have no edge shadows
	case theme.ColorNameSeparator:
		return t.Border
	case theme.ColorNameHover:
		return t.Hover
	case theme.ColorNameSelection:
		return WithAlpha(t.Accent, 64)
	case theme.ColorNameScrollBar:
		return WithAlpha(t.Faint, 110)
	case theme.ColorNameScrollBarBackground:
		return color.Transparent
	case theme.ColorNameSuccess:
		return t.Online
	case theme.ColorNameError:
		return t.Danger
	}
	variant := theme.VariantLight
	if t.Dark {
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
