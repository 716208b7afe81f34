package view

import (
	"image"
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"earshot/app/internal/view/kit"
	"earshot/internal/qr"
)

// Metrics of the digits and the QR code of the dialog of pairing, in dp.
const (
	tileWidth   = 44
	tileHeight  = 56
	tileRadius  = 12
	tileGap     = 7
	tileHalf    = 12 // more, between the halves
	tileText    = 26
	qrSize      = 158 // as near as whole pixels allow
	qrPad       = 16  // least white around it
	qrRadius    = 18
	codeDigits  = 6
	tilesNeeded = codeDigits*tileWidth + (codeDigits-1)*tileGap + tileHalf
)

// qrInk is the colour of the modules: a camera reads them on white, in the dark
// variant too.
var qrInk = color.NRGBA{0x1A, 0x1C, 0x26, 255}

// codeTiles are six digits in two groups of three.
type codeTiles struct {
	code   string
	backs  [codeDigits]*canvas.Rectangle
	digits [codeDigits]*canvas.Text
	object *fyne.Container
}

func newCodeTiles(t *kit.Tokens) *codeTiles {
	c := &codeTiles{}
	var all []fyne.CanvasObject
	for i := range c.backs {
		c.backs[i] = kit.Rounded(t.Field, tileRadius)
		c.digits[i] = kit.Text("", kit.Style{Size: tileText, Color: t.Text, Bold: true})
		all = append(all, c.backs[i], c.digits[i])
	}
	c.object = kit.NewPanel(c.height, c.place, all...)
	return c
}

func (c *codeTiles) set(code string) {
	c.code = code
	for i, d := range c.digits {
		d.Text = ""
		if i < len(code) {
			d.Text = code[i : i+1]
		}
	}
	c.place(c.object.Size())
}

// scale is by how much the tiles are smaller where there is no room.
func (c *codeTiles) scale(width float32) float32 { return min(1, width/tilesNeeded) }

func (c *codeTiles) height(width float32) float32 {
	return float32(math.Floor(float64(tileHeight * c.scale(width))))
}

func (c *codeTiles) place(s fyne.Size) {
	k := c.scale(s.Width)
	x := (s.Width - tilesNeeded*k) / 2
	for i, back := range c.backs {
		w := tileWidth * k
		kit.Place(back, x, 0, w, s.Height)
		d := c.digits[i]
		d.TextSize = tileText * k
		m := d.MinSize()
		kit.Place(d, x+(w-m.Width)/2, (s.Height-m.Height)/2, m.Width, m.Height)
		x += w + tileGap*k
		if i == codeDigits/2-1 {
			x += tileHalf * k
		}
	}
}

// qrTile is a QR code on white.
type qrTile struct {
	t      *kit.Tokens
	link   string
	side   int // modules
	back   *canvas.Rectangle
	image  *canvas.Image
	object *fyne.Container
}

func newQRTile(t *kit.Tokens) *qrTile {
	q := &qrTile{t: t, back: kit.Rounded(t.Field, qrRadius), image: &canvas.Image{ScaleMode: canvas.ImageScalePixels}}
	q.back.StrokeColor, q.back.StrokeWidth = t.Border, 1
	q.object = kit.NewPanel(func(float32) float32 { h, _, _ := q.measure(); return h }, q.place, q.back, q.image)
	q.image.Hide()
	return q
}

// set shows a link, an empty tile for "".
func (q *qrTile) set(link string) {
	if link == q.link {
		return
	}
	q.link = link
	q.image.Hide()
	q.back.FillColor = q.t.Field
	defer q.back.Refresh()
	if link == "" {
		return
	}
	modules, err := qr.Encode(link)
	if err != nil { // not at this length: then it is copied as text
		return
	}
	q.side, q.back.FillColor = len(modules), color.White
	picture := image.NewNRGBA(image.Rect(0, 0, q.side, q.side))
	for y, row := range modules {
		for x, dark := range row {
			c := color.NRGBA{255, 255, 255, 255}
			if dark {
				c = qrInk
			}
			picture.SetNRGBA(x, y, c)
		}
	}
	q.image.Image = picture
	q.image.Show()
	q.image.Refresh()
	q.place(q.object.Size())
}

// measure returns the side of the tile, that of the code in it and the white
// around that: each module is a whole number of pixels.
func (q *qrTile) measure() (tile, code, pad float32) {
	if q.side == 0 {
		return qrSize + 2*qrPad, qrSize, qrPad
	}
	scale := float32(1)
	if c := fyne.CurrentApp().Driver().CanvasForObject(q.back); c != nil {
		scale = c.Scale()
	}
	module := max(1, float32(math.Round(float64(qrSize*scale)/float64(q.side)))) / scale
	code = module * float32(q.side)
	pad = max(qrPad, module*qr.Quiet)
	return code + 2*pad, code, pad
}

func (q *qrTile) place(s fyne.Size) {
	tile, code, pad := q.measure()
	x := float32(math.Floor(float64(s.Width-tile) / 2))
	kit.Place(q.back, x, 0, tile, tile)
	kit.Place(q.image, x+pad, pad, code, code)
}

// state says for tests whether there is a code.
func (q *qrTile) state() string { return pick(q.image.Visible(), "shown", "empty") }
