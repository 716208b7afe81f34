// Package peertext holds the rule that package safetext is the only door for a
// peer's text: over the types of a whole program it follows what other devices
// wrote, from the fields that hold it through variables, fields, calls and
// callbacks, and reports where it gets out.
//
// In the parts that face a person every way out is reported that is not in a
// table with its reason: a function of another module, a field of one, a
// conversion to safetext.Display. Elsewhere the ways out are logs, errors, and
// whatever makes or opens a path or starts a program. Comparing and measuring is
// no way out. What only a proof could tell is taken for tainted: the text of
// this device's own messages is in the same fields as that of others.
package peertext
