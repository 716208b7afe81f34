package main

import (
	"os"

	"golang.org/x/sys/windows"
)

// screenWidth returns how many columns the console f has, 0 if f is none.
func screenWidth(f *os.File) int {
	var screen windows.ConsoleScreenBufferInfo
	if windows.GetConsoleScreenBufferInfo(windows.Handle(f.Fd()), &screen) != nil {
		return 0
	}
	return int(screen.Window.Right-screen.Window.Left) + 1
}
