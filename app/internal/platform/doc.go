// Package platform is what Earshot asks of the system beside windows and
// sockets: on Android the locks that keep multicast and a transfer going, the
// name of the device, notifications, the Downloads folder and the share sheet.
// On other systems it does what is useful there, or says that it cannot.
//
// Android offers these services to Java only. The package calls them through
// JNI: primitives.c holds the few primitives, members.go is the one table of all Java
// classes, methods and fields that are used, and the files java*.go say what is
// done with them. A test runs all of it in an ordinary Java machine against
// made-up classes of the same names. It cannot show that Android does what its
// documentation says; only a phone can.
package platform
