//go:build !android

package part

// Name is the same without C.
func Name() string { return "desktop" }
