package engine

import (
	"errors"
	"os"
	"path/filepath"
)

// errNoHome: an app has no folder of a user, only its own, which it has to
// name. The one that package os guesses is the memory card, where other apps
// could read the key.
var errNoHome = errors.New("an Android app says itself which folder is its own")

// userHome is the folder of this user, where there is one: in a terminal.
func userHome() (string, error) {
	if dir := os.Getenv("HOME"); filepath.IsAbs(dir) {
		return dir, nil
	}
	return "", errNoHome
}

// userCache is this user's folder for what may be lost.
func userCache() (string, error) {
	home, err := userHome()
	return filepath.Join(home, ".cache"), err
}

// hostName is nothing that a person knows: the kernel's name of a phone is
// "localhost". The system's settings have a name, which the app asks for.
func hostName() (string, error) { return "", nil }
