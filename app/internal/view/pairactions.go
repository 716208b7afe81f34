package view

import (
	"earshot/app/internal/viewmodel"
	"earshot/internal/identity"
)

// PairActions is what a person can do so that two devices become verified.
type PairActions interface {
	Pair(id identity.DeviceID)                             // begins, or goes on
	AnswerPair(serial uint64, answer viewmodel.PairAnswer) // the pairing with that serial
	ShowPairing(serial uint64)                             // opens the dialog of one on a card
	HidePairing(serial uint64)                             // takes that card away
	ClosePairing()                                         // closes the dialog, cancels what is under way in it
	ShowInvite()                                           // a code for another device to read, or a new one
	EnterLink()                                            // opens the field for one
	ReadLink(link string)                                  // that is in the field
	UseLink()                                              // yes to the question about it
}
