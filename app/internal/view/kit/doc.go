// Package kit holds the colours, fonts, icons and small widgets of the app.
// They are built from canvas primitives with absolute placement: the stock
// widgets do not look or scroll the way a messenger must.
//
// Everything here runs on the goroutine of the toolkit. A widget gets the
// Tokens it is drawn with when it is made; another theme means new widgets.
package kit
