// Package qr turns a text into a QR code (ISO/IEC 18004).
package qr

import (
	"fmt"

	qrcode "github.com/skip2/go-qrcode"
)

// Quiet is the width of the light border that a code needs around it, in modules.
const Quiet = 4

// Encode returns the modules of a code, row by row, true for dark, without the
// quiet border. It corrects 7 % of errors: a screen has no dirt, and fewer modules
// are larger ones. An error means that the text is too long for a code.
func Encode(text string) ([][]bool, error) {
	code, err := qrcode.New(text, qrcode.Low)
	if err != nil {
		return nil, fmt.Errorf("make a QR code of %d bytes: %w", len(text), err)
	}
	code.DisableBorder = true
	return code.Bitmap(), nil
}
