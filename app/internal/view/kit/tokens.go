package kit

import "image/color"

// Tokens are the colours of one variant of the design. Body and secondary text
// on the surfaces they are meant for have a contrast of 4.5:1 or better.
type Tokens struct {
	Dark bool

	Surface, BgTop, Bg, Field, Border, Hover color.NRGBA
	Text, Muted, Faint                       color.NRGBA // Faint is not for text
	Accent, AccentText, AccentSoft           color.NRGBA
	BubbleIn, BubbleOut                      color.NRGBA
	OnAccent, OnAccentMuted, ReadTick        color.NRGBA
	Online, Danger, Warn                     color.NRGBA
	Shadow, Scrim, Chip                      color.NRGBA

	Hues [10]Hue
}

// Hue is the pair of colours of an avatar.
type Hue struct{ Bg, Fg color.NRGBA }

// Light is the light variant with the iris accent.
func Light() *Tokens {
	return &Tokens{
		Surface: rgb(0xFFFFFF), BgTop: rgb(0xF6F6FB), Bg: rgb(0xF1F2F7), Field: rgb(0xF1F2F6),
		Border: rgb(0xE8E9F0), Hover: rgb(0xF5F6FA),
		Text: rgb(0x1A1C26), Muted: rgb(0x626879), Faint: rgb(0x9CA1B2),
		Accent: rgb(0x5B5BD6), AccentText: rgb(0x4F4BC9), AccentSoft: rgb(0xECECFC),
		BubbleIn: rgb(0xFFFFFF), BubbleOut: rgb(0x5B5BD6),
		OnAccent: rgb(0xFFFFFF), OnAccentMuted: rgb(0xEFEFFD), ReadTick: rgb(0xA5F8E8),
		Online: rgb(0x22B573), Danger: rgb(0xCE2C31), Warn: rgb(0xE58E00),
		Shadow: rgba(0x1B1F3B, 28), Scrim: rgba(0x111324, 102), Chip: rgba(0xFFFFFF, 216),
		Hues: [10]Hue{
			{rgb(0xE4E4FD), rgb(0x4A46C4)}, {rgb(0xD9F2E6), rgb(0x12794F)}, {rgb(0xFFE5D6), rgb(0xB4490B)},
			{rgb(0xFBE0EC), rgb(0xB3236B)}, {rgb(0xD9EEFC), rgb(0x0B6AA8)}, {rgb(0xFFF0C7), rgb(0x8A5A00)},
			{rgb(0xF0E2FB), rgb(0x8031B8)}, {rgb(0xD6F2F2), rgb(0x0B7278)}, {rgb(0xFDE0E0), rgb(0xB3262B)},
			{rgb(0xE6EAF0), rgb(0x4A5468)},
		},
	}
}

// Dark is the dark variant with the iris accent.
func Dark() *Tokens {
	return &Tokens{
		Dark:    true,
		Surface: rgb(0x17181D), BgTop: rgb(0x121318), Bg: rgb(0x0F1014), Field: rgb(0x22242B),
		Border: rgb(0x25272F), Hover: rgb(0x1E2027),
		Text: rgb(0xECEDF2), Muted: rgb(0x9CA2B3), Faint: rgb(0x6C7283),
		Accent: rgb(0x6461E0), AccentText: rgb(0xA8A5FF), AccentSoft: rgb(0x26274A),
		BubbleIn: rgb(0x23252D), BubbleOut: rgb(0x5451CE),
		OnAccent: rgb(0xFFFFFF), OnAccentMuted: rgb(0xE0DFFC), ReadTick: rgb(0xA5F8E8),
		Online: rgb(0x35C985), Danger: rgb(0xF2676C), Warn: rgb(0xF5B04C),
		Shadow: rgba(0x000000, 102), Scrim: rgba(0x000000, 153), Chip: rgba(0x23252D, 224),
		Hues: [10]Hue{
			{rgb(0x34346B), rgb(0xB9B6FF)}, {rgb(0x17432F), rgb(0x7FE0B5)}, {rgb(0x57301B), rgb(0xFFB48A)},
			{rgb(0x55213B), rgb(0xFF9CCB)}, {rgb(0x163D57), rgb(0x86CCFA)}, {rgb(0x4B3A10), rgb(0xFFD35E)},
			{rgb(0x42225B), rgb(0xD8A6FF)}, {rgb(0x12444A), rgb(0x74DFE2)}, {rgb(0x562225), rgb(0xFFA1A1)},
			{rgb(0x333947), rgb(0xB7C0D1)},
		},
	}
}

func rgb(v uint32) color.NRGBA { return rgba(v, 255) }

func rgba(v uint32, alpha uint8) color.NRGBA {
	return color.NRGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), alpha}
}

// WithAlpha returns c with another opacity.
func WithAlpha(c color.NRGBA, alpha uint8) color.NRGBA {
	c.A = alpha
	return c
}
