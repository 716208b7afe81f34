package engine

import "earshot/internal/store"

// Errors of Open that a front end explains; see package store.
var (
	ErrNewerSchema = store.ErrNewerSchema
	ErrOtherDevice = store.ErrOtherDevice
	ErrNotStore    = store.ErrNotStore
	ErrDiskFull    = store.ErrDiskFull
)
