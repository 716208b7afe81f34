package engine

import "earshot/internal/store"

// Errors of Open that a front end explains, and ErrNewerSchema of Run and of all
// that changes something; see package store.
var (
	ErrDamaged     = store.ErrDamaged
	ErrNewerSchema = store.ErrNewerSchema
	ErrOtherDevice = store.ErrOtherDevice
	ErrNotStore    = store.ErrNotStore
	ErrDiskFull    = store.ErrDiskFull
)
