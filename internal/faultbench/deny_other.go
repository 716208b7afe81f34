//go:build !linux

package faultbench

import "errors"

// DenyNetlink is for tests of what Linux and Android have.
func DenyNetlink() error { return errors.ErrUnsupported }
