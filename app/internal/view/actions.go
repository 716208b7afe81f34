package view

import (
	"fyne.io/fyne/v2"

	"earshot/internal/identity"
)

// Actions is what a person can do. *viewmodel.Controller implements it.
type Actions interface {
	Open(id identity.DeviceID)
	Close()
	Type(id identity.DeviceID, text string)
	Send(id identity.DeviceID, text string) bool
	Accept(id identity.DeviceID)
	Refuse(id identity.DeviceID)
	Block(id identity.DeviceID)
	LoadOlder()
	AtEnd(end bool) // whether the newest message of the open chat is in view
	Rename(name string) bool
	DismissNotice()
	DismissAlert(id string)
}

// Element is a named part of the window, for tests that drive it from outside.
type Element struct {
	ID     string // "conversation/ABCD2345", "composer", "send"
	Label  string // what a screen reader says
	Text   string // what is written there
	State  string // of a message: its tick
	Object fyne.CanvasObject
}
