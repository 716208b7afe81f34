package app

import "errors"

// personHome is the home folder of the person: a phone has none.
func personHome() (string, error) { return "", errors.ErrUnsupported }
