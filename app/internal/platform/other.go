//go:build !android && !jnitest

package platform

import (
	"errors"
	"fmt"
	"io"
	"time"
)

func newBackend() backend { return computer{} }

// computer is a system that needs no locks and has no services of a phone.
type computer struct{}

func unsupported(what string) error {
	return fmt.Errorf("%s: %w", what, errors.ErrUnsupported)
}

func (computer) deviceName() (string, error)          { return "", nil }
func (computer) holdMulticast() error                 { return nil }
func (computer) releaseMulticast() error              { return nil }
func (computer) holdAwake(time.Duration) error        { return nil }
func (computer) releaseAwake() error                  { return nil }
func (computer) createChannel(Channel) error          { return nil }
func (computer) notify(Notification, string) error    { return unsupported("notification") }
func (computer) dismiss(string) error                 { return nil }
func (computer) intents() ([]intent, error)           { return nil, nil }
func (computer) save(string, string, io.Reader) error { return unsupported("saving to Downloads") }
func (computer) share(string) error                   { return unsupported("sharing a text") }
