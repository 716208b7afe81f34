package messenger

import (
	"strings"
	"unicode/utf8"
)

// maxRequestChars is the longest text of a first request (docs/PROTOCOL.md
// §5.5): enough to say who one is and what one wants.
const maxRequestChars = 1000

// CheckText says whether a text can be sent as one message: ErrEmptyText for
// white space alone, ErrTextTooLong above MaxTextBytes, ErrInvalidText when it
// is not UTF-8. Every other byte is kept as it is.
func CheckText(text string) error {
	switch {
	case len(text) > MaxTextBytes:
		return ErrTextTooLong
	case !utf8.ValidString(text):
		return ErrInvalidText
	case strings.TrimSpace(text) == "":
		return ErrEmptyText
	}
	return nil
}

// requestText cuts a text to what a request may hold.
func requestText(text string) (short string, cut bool) {
	n := 0
	for i := range text {
		if n == maxRequestChars {
			return text[:i], true
		}
		n++
	}
	return text, false
}
