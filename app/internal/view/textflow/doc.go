// Package textflow lays out the text of a message: it breaks it into lines
// that fit a width and puts the words of each line where they are seen, for
// writing of either direction (Unicode UAX #9, #14 in part, #29).
//
// It is pure: the caller brings a function that measures, and draws the runs
// that come back. It exists because the toolkit places runs of text in the
// order of memory, which is wrong for Arabic and Hebrew beside digits or Latin.
//
// Characters that steer the direction (U+202A to U+202E, U+2066 to U+2069 and
// the marks) are not obeyed and not drawn: a text cannot reorder what is around
// it.
package textflow
