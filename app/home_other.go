//go:build !android

package app

import "os"

// personHome is the home folder of the person.
func personHome() (string, error) { return os.UserHomeDir() }
