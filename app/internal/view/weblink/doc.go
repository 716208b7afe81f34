// Package weblink finds links in the text of a message and says where each of
// them leads. It is pure and knows no screen.
//
// A text comes from another person, so a link is only what can be opened
// without harm: http, https and mailto, spelled out, and hosts that begin with
// "www." (they get https). Everything that a link may hide behind is undone or
// refused: [Link.Host] is the host in the form in which it is looked up, and
// [Link.Ask] says that what is written does not show it plainly.
package weblink
