// Package viewmodel turns what the messenger knows into what the screens show.
//
// A [Controller] owns one state. Events of the messenger and actions of the
// person change it; from it comes a [Snapshot], a plain value with every text
// ready to draw, which is handed to the view on its own goroutine, at most one
// at a time. Nothing here knows the toolkit.
//
// Text of other devices leaves this package only as safetext.Display.
package viewmodel
