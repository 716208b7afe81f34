//go:build !linux

package faultbench

import (
	"errors"
	"os"
)

func openTap(string, string) (*os.File, error) { return nil, errors.ErrUnsupported }
