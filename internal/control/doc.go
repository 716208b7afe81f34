// Package control is the local socket through which a second process of the
// same home folder works: the app beside earshotctl, or the other way round.
//
// A call is one connection to a socket in the home folder (mode 0600): the
// client writes one JSON object, {"method":…,"params":…}, the server answers
// with one, {"result":…} or {"error":{"code":…,"text":…}}. After "subscribe" the
// answer is followed by one JSON object per event until either side closes. Both
// ends are of one version of the program, so nothing here is a public format.
package control
