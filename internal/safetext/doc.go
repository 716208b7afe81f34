// Package safetext is the only place that turns a peer's bytes into text for a
// screen or a terminal. What a peer wrote is stored and exported byte for byte;
// it is made harmless here, at the moment it is shown.
//
// Screens take [Display], which only [Name], [Line], [Body] and [Emoji] make from
// foreign text. Terminals take the string of [Terminal] or [TerminalLine], and
// programs that print JSON pass it through [JSON]. Nothing here fails: every
// input, valid UTF-8 or not, has a harmless form.
package safetext

// Display is text that a widget may show as it is. Converting a peer's string
// to Display by hand defeats the type; constants of the program may be
// converted.
type Display string
