// Package identity holds the key of this device and the names that follow from
// keys (docs/PROTOCOL.md §2).
package identity
