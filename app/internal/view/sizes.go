package view

import "fyne.io/fyne/v2"

// Metrics of the window, in dp.
const (
	leastWidth   = 320 // smallest window, and narrowest phone
	leastHeight  = 480
	twoPanes     = 720 // narrower windows show the list or the chat
	sidebarShare = .33
	sidebarLeast = 280
	sidebarMost  = 360
	headerHeight = 60
	inset        = 18
	headGap      = 2 // between a name and what stands below it in a header
)

// LeastSize is the smallest window, in dp.
func LeastSize() fyne.Size { return fyne.NewSize(leastWidth, leastHeight) }

// sizes are the metrics that differ between a phone and a desktop, in dp.
type sizes struct {
	row, avatar       float32 // of a conversation
	name, preview     float32 // text sizes there
	cell, cellPitch   float32 // of the strip of devices in earshot
	button            float32 // smallest touch target in headers
	selfAvatar, title float32
}

var (
	desktopSizes = sizes{row: 68, avatar: 46, name: 14.5, preview: 13.5, cell: 48, cellPitch: 70, button: 38, selfAvatar: 36, title: 17}
	phoneSizes   = sizes{row: 74, avatar: 52, name: 16, preview: 14.5, cell: 56, cellPitch: 80, button: 44, selfAvatar: 40, title: 19}
)
