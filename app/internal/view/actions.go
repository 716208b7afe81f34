package view

import (
	"fyne.io/fyne/v2"

	"earshot/app/internal/viewmodel"
	"earshot/internal/identity"
)

// Actions is what a person can do. *viewmodel.Controller implements it.
type Actions interface {
	PairActions

	Open(id identity.DeviceID)
	Close()
	Type(id identity.DeviceID, text string)
	Send(id identity.DeviceID, text, reply string) bool // reply: the key of the row that is answered, "" for none
	Accept(id identity.DeviceID)
	Refuse(id identity.DeviceID)
	Block(id identity.DeviceID)
	Unblock(id identity.DeviceID)
	SetNick(id identity.DeviceID, nick string) bool // a name that this device gives, "" takes it back
	Replace(old, newID identity.DeviceID)           // newID takes the place of old
	Forget(id identity.DeviceID)
	Reply(id identity.DeviceID, key string)           // the next text answers the message of a row
	Edit(id identity.DeviceID, key string)            // the composer edits it
	EditLast(id identity.DeviceID)                    // the composer edits the newest own one
	LeaveMode(id identity.DeviceID)                   // it does neither any more
	Save(id identity.DeviceID, key, text string) bool // gives a message its new text
	React(id identity.DeviceID, key, emoji string)    // "" takes the own one back
	Cancel(id identity.DeviceID, key string)
	Resend(id identity.DeviceID, key string)
	Delete(id identity.DeviceID, key string) // on both devices
	Remove(id identity.DeviceID, key string) // from this device
	Jump(id identity.DeviceID, key string)   // goes to the message of a row
	Newest()                                 // goes to the newest message
	Clear(id identity.DeviceID)              // deletes the conversation here
	Export(id identity.DeviceID, f viewmodel.File, asJSON bool)
	SetReceipts(id identity.DeviceID, on bool)
	SetKeep(value string)
	SetVisibility(value string)
	Search(text string)                      // in all conversations, as it is typed
	SearchMore()                             // more of the same
	EndSearch()                              // no search any more
	OpenAt(id identity.DeviceID, key string) // opens a chat at the message of a row
	LoadOlder()
	LoadNewer()
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
