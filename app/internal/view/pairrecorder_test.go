package view

import (
	"earshot/app/internal/viewmodel"
	"earshot/internal/identity"
)

func (r *recorder) Pair(id identity.DeviceID) { r.note("pair %s", id.Short()) }
func (r *recorder) AnswerPair(serial uint64, answer viewmodel.PairAnswer) {
	r.note("%s %d", [...]string{"continue", "match", "differ", "not now"}[answer], serial)
}
func (r *recorder) ShowPairing(serial uint64) { r.note("show pairing %d", serial) }
func (r *recorder) HidePairing(serial uint64) { r.note("hide pairing %d", serial) }
func (r *recorder) ClosePairing()             { r.note("close pairing") }
func (r *recorder) ShowInvite()               { r.note("show invite") }
func (r *recorder) EnterLink()                { r.note("enter link") }
func (r *recorder) ReadLink(link string)      { r.note("read %q", link) }
func (r *recorder) UseLink()                  { r.note("use link") }
