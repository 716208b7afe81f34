package kit

import (
	"embed"
	"fmt"
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// The icons are Lucide's (icons/LICENSE; internal/tools/lucide brings them
// here): 24 x 24, strokes of 2, in currentColor.
//
//go:embed icons/*.svg
var iconFiles embed.FS

// IconName names a drawing.
type IconName string

// The icons.
const (
	IconBack   IconName = "back"
	IconSend   IconName = "send"
	IconDown   IconName = "down"
	IconEdit   IconName = "edit"
	IconClose  IconName = "close"
	IconClock  IconName = "clock"
	IconDots   IconName = "dots"
	IconTick   IconName = "tick"
	IconTicks  IconName = "ticks"
	IconAlert  IconName = "alert"
	IconShield IconName = "shield"
	IconWaves  IconName = "waves"
	IconCopy   IconName = "copy"
	IconLink   IconName = "link"
	IconOpen   IconName = "open"
	IconReply  IconName = "reply"
	IconDelete IconName = "delete"
	IconCancel IconName = "cancel"
	IconHide   IconName = "hide"
	IconNext   IconName = "next"
	IconPerson IconName = "person"
	IconSwap   IconName = "swap"
	IconAgain  IconName = "again"
	IconSearch IconName = "search"
	IconMore   IconName = "more"
	IconExport IconName = "export"
	IconRead   IconName = "read"
	IconKeep   IconName = "keep"
	IconPlus   IconName = "plus"
	IconPair   IconName = "pair"
	IconQR     IconName = "qr"
	IconLock   IconName = "lock"
	IconWarn   IconName = "warn"
	IconPaste  IconName = "paste"
	IconGear   IconName = "settings"
)

// icons holds the resources made so far: names times colours, a few dozen.
var icons = make(map[string]fyne.Resource)

// IconResource returns a drawing in a colour.
func IconResource(name IconName, c color.NRGBA) fyne.Resource {
	key := fmt.Sprintf("%s-%02x%02x%02x.svg", name, c.R, c.G, c.B)
	if r, ok := icons[key]; ok {
		return r
	}
	raw, err := iconFiles.ReadFile("icons/" + string(name) + ".svg")
	if err != nil {
		panic(err) // a name without a file: TestEveryIconIsDrawn
	}
	svg := strings.ReplaceAll(string(raw), "currentColor", fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B))
	r := fyne.NewStaticResource(key, []byte(svg))
	icons[key] = r
	return r
}

// Icon returns an image of a drawing in a colour.
func Icon(name IconName, c color.NRGBA) *canvas.Image {
	im := canvas.NewImageFromResource(IconResource(name, c))
	im.FillMode = canvas.ImageFillContain
	return im
}
