// Earshot is a messenger for the devices of one network. This is its app; the
// command line is cmd/earshotctl.
package main

import "earshot/app"

func main() { app.Main() }
