package platform

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// Limits of what is handed to the system.
const (
	// MaxAwake is the longest time that HoldAwake takes at once. A transfer that
	// lasts longer asks again; one that hangs does not empty the battery.
	MaxAwake = 10 * time.Minute
	// maxTitle and maxText are the longest title and text of a notification, in
	// bytes of UTF-8: more than a screen shows.
	maxTitle = 200
	maxText  = 1000
	// maxConversation is the longest name of a conversation, in bytes: twice a
	// device ID.
	maxConversation = 128
	// MaxShared is the longest text for ShareText in bytes. Android carries it
	// as UTF-16 to another process in a buffer of 1 MiB for all that goes on.
	MaxShared = 128 << 10
)

// ErrTooLong is returned for a text over MaxShared.
var ErrTooLong = errors.New("the text is too long to be handed to another app")

// System is the system the program runs on. Make one with New and use it for
// the whole life of the process. All methods may be called from any goroutine
// at any time, also before there is a window; they take some milliseconds at
// most unless they say otherwise.
//
// Errors that callers may want to tell apart: errors.ErrUnsupported means that
// this system, or its version, has no such service; fs.ErrPermission that the
// app lacks a permission, which is then missing in AndroidManifest.xml.
type System struct {
	backend backend

	mu     sync.Mutex
	closed bool
	expiry *time.Timer    // of HoldAwake; nil when nothing is held
	timers sync.WaitGroup // expiries that run or will

	opened map[string]bool // tokens of notifications that were answered
}

// backend is the part of a System that is different on each. The methods that
// hold and release are called one at a time, the others concurrently.
type backend interface {
	deviceName() (string, error)
	holdMulticast() error
	releaseMulticast() error
	// holdAwake holds on for at most limit from now, also if it does already.
	holdAwake(limit time.Duration) error
	releaseAwake() error
	createChannel(c Channel) error
	// notify shows n in place of the last one of its conversation; a tap on it
	// starts the app with the action.
	notify(n Notification, action string) error
	dismiss(tag string) error
	// intents are those that the app was started with, the newest first.
	intents() ([]intent, error)
	save(name, mediaType string, from io.Reader) error
	share(text string) error
}

// intent is what Android starts an app with: an action and an address, each
// may be "".
type intent struct{ action, data string }

// New returns the system. It asks nothing of it yet.
func New() *System { return newSystem(newBackend()) }

func newSystem(b backend) *System { return &System{backend: b, opened: map[string]bool{}} }

// Close releases what is held and waits for it. Afterwards nothing can be held
// any more; everything else goes on working.
func (s *System) Close() error {
	s.mu.Lock()
	s.closed = true
	err := errors.Join(s.backend.releaseMulticast(), s.releaseAwakeLocked())
	s.mu.Unlock()
	s.timers.Wait()
	return err
}

// errClosed is returned by the methods that hold something, after Close.
var errClosed = errors.New("platform: already closed")

// DeviceName returns the name that the person gave the device in its settings,
// else its model, or "" if the system has neither; on computers always "". It
// is not cleaned for a screen or a record.
func (s *System) DeviceName() (string, error) { return s.backend.deviceName() }

// HoldMulticast has the system receive multicast packets for others: without
// it many phones announce themselves but never hear a question. Android
// ignores it while the app is in the background, so hold it while the app is
// in front only. A second call has no effect. On computers none has: they
// always receive.
func (s *System) HoldMulticast() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errClosed
	}
	return s.backend.holdMulticast()
}

// ReleaseMulticast ends HoldMulticast. Without one it has no effect.
func (s *System) ReleaseMulticast() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.backend.releaseMulticast()
}

// HoldAwake keeps the processor and the Wi-Fi of a phone at work for a
// transfer, for the given time from now: more than 0 and at most MaxAwake. Each
// call sets the time anew, ReleaseAwake ends it. Android freezes an app some
// seconds after it has left the screen nevertheless. On computers it has no
// effect.
func (s *System) HoldAwake(limit time.Duration) error {
	if limit <= 0 || limit > MaxAwake {
		return fmt.Errorf("platform: awake for %v: not between 0 and %v", limit, MaxAwake)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errClosed
	}
	if err := s.backend.holdAwake(limit); err != nil {
		return errors.Join(err, s.releaseAwakeLocked())
	}
	s.stopExpiryLocked()
	s.timers.Add(1)
	// The lock of the processor ends by itself, that of the Wi-Fi does not.
	var timer *time.Timer
	timer = time.AfterFunc(limit, func() {
		defer s.timers.Done()
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.expiry == timer {
			s.expiry = nil
			_ = s.backend.releaseAwake() // nobody to tell; the next hold says what is wrong
		}
	})
	s.expiry = timer
	return nil
}

// ReleaseAwake ends HoldAwake. Without one it has no effect.
func (s *System) ReleaseAwake() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.releaseAwakeLocked()
}

func (s *System) releaseAwakeLocked() error {
	s.stopExpiryLocked()
	return s.backend.releaseAwake()
}

func (s *System) stopExpiryLocked() {
	if s.expiry != nil && s.expiry.Stop() {
		s.timers.Done()
	}
	s.expiry = nil
}

// SaveToDownloads writes what it reads from from, to its end, into a new file
// in the Downloads folder that the person sees, and returns when it is there.
// name and mediaType ("image/png") are those of the file; when the name is
// taken the system chooses a similar one. name must be safe already: the base
// name of a file and nothing else. If anything fails, reading included, no file
// is left. It needs Android 10; before that, and on computers, the error is
// errors.ErrUnsupported, and a file dialog is the way.
func (s *System) SaveToDownloads(name, mediaType string, from io.Reader) error {
	return s.backend.save(name, mediaType, from)
}

// ShareText lets the person hand a text, at most MaxShared bytes, to an app of
// their choice. It returns when the choice is on the screen and never learns
// what was chosen. It works while the app is in front. On computers the error
// is errors.ErrUnsupported.
func (s *System) ShareText(text string) error {
	if len(text) > MaxShared {
		return ErrTooLong
	}
	return s.backend.share(text)
}

// cut shortens a text to at most limit bytes, between two characters.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	end := limit - len("…")
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

// actionPrefix begins the action of the intent behind a notification. What
// follows is a token, a slash and the conversation.
const actionPrefix = "app.earshot.messenger.OPEN."

// newAction returns an action that no other notification has.
func newAction(conversation string) string { return actionPrefix + rand.Text() + "/" + conversation }

// parseAction is the reverse of newAction.
func parseAction(action string) (token, conversation string, ok bool) {
	rest, ok := strings.CutPrefix(action, actionPrefix)
	if !ok {
		return "", "", false
	}
	token, conversation, ok = strings.Cut(rest, "/")
	if !ok || token == "" || conversation == "" || len(rest) > len(rand.Text())+1+maxConversation {
		return "", "", false
	}
	return token, conversation, true
}
