// Package view draws the window of Earshot. It gets snapshots of package
// viewmodel, which are values, and calls Actions; it knows no rules and never
// sees the messenger. Everything here runs on the goroutine of the toolkit.
package view
