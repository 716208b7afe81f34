// Package safetext is the door.
package safetext

type Display string

func Name(s string) Display      { return Display(s) }
func Pad(s string, n int) string { return s }
func Terminal(s string) string   { return s }
func Valid(s string) bool        { return s != "" }
