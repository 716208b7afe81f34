package platform

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Channel is a kind of notification: Android lets the person choose sound and
// importance for each.
type Channel struct {
	// ID is what Android remembers the choice by. It never changes.
	ID string
	// Name is what the person reads in the settings.
	Name string
	// Quiet makes no sound and covers nothing, unless the person wants it to.
	Quiet bool
}

// Notification tells of a message while the app is not in front.
type Notification struct {
	// Channel is the ID of a channel that was created.
	Channel string
	// Conversation is what a tap opens, as a word of the caller's: not empty, at
	// most 128 bytes. A notification takes the place of the last one of the same
	// conversation.
	Conversation string
	// Title and Text are shown as they are, in one line or a few; what is longer
	// than a screen shows is cut.
	Title, Text string
	// Count is the number that Android may show at the icon of the app: of what
	// the notification stands for. 0 leaves it to Android, which counts 1.
	Count int
}

// CreateChannel makes a channel known to the system. Call it at each start,
// while the app is in front: from Android 13 on the first channel of an app
// makes the system ask whether it may notify at all. Where there are no
// channels (Android 7 and older, computers) it has no effect.
func (s *System) CreateChannel(c Channel) error { return s.backend.createChannel(c) }

// Notify shows a notification. If the person has turned notifications off,
// Android drops it without a word. On computers the error is
// errors.ErrUnsupported, and the toolkit's own notifications are the way.
//
// A tap on it brings the app to the front and removes it. See
// OpenedConversation for what becomes of the conversation.
func (s *System) Notify(n Notification) error {
	if n.Conversation == "" || len(n.Conversation) > maxConversation {
		return fmt.Errorf("platform: a conversation of %d bytes", len(n.Conversation))
	}
	n.Title, n.Text = cut(n.Title, maxTitle), cut(n.Text, maxText)
	return s.backend.notify(n, newAction(n.Conversation))
}

// Dismiss removes the notification of a conversation, if it still shows. On
// computers it has no effect.
func (s *System) Dismiss(conversation string) error { return s.backend.dismiss(conversation) }

// OpenedConversation returns the conversation whose notification the person
// has tapped, or "". Ask when the window has started and each time it comes to
// the front; each tap is told once. Look the answer up among the conversations
// there are: any app may start ours with any word.
//
// How it works, and how far: the tap starts our activity with an intent whose
// action names the conversation. If the app was not running, the activity has
// that intent, and that is what the documentation of Android promises. If it
// was running, the intent goes to the activity's onNewIntent, and the activity
// of the toolkit drops it there. It is then found as the base intent of our
// task: Android's source sets it to the newest intent that reaches an activity
// with the launch mode singleTask at the root of its task, and hands apps a
// copy with the action but without the extras, which is why the action carries
// the conversation. No documentation promises that part. Where it fails, the tap
// opens the app where it was. When Android has ended the app and the person
// starts it again from the list of recent ones, the last tap is told again.
func (s *System) OpenedConversation() (string, error) {
	intents, err := s.started()
	s.mu.Lock()
	defer s.mu.Unlock()
	var found string
	for _, i := range slices.Backward(intents) { // the newest wins
		if token, conversation, ok := parseAction(i.action); ok && !s.opened[token] {
			s.opened[token] = true
			found = conversation
		}
	}
	return found, err
}

// OpenedLinks returns the addresses of a scheme ("earshot") that the app was
// opened with, the newest first, as Android hands them over; any app and any page
// can open one. Ask when the window has started and each time it comes to the
// front: Android tells the same again and again, so the caller has to know what
// it has dealt with. On computers a program gets them as arguments, and there are
// none here.
//
// It works as OpenedConversation does, and as far: the address that started the
// activity is what the documentation promises; one that comes while the app runs
// is found at its task, since the copy of the intent that apps get keeps what
// intent filters look at, and the address is of that.
func (s *System) OpenedLinks(scheme string) ([]string, error) {
	intents, err := s.started()
	var found []string
	for _, i := range intents {
		if start := scheme + "://"; len(i.data) > len(start) && strings.EqualFold(i.data[:len(start)], start) {
			found = append(found, i.data)
		}
	}
	return found, err
}

// started are the intents that the app was started with, the newest first. That a
// phone is too old to tell of tasks is no error.
func (s *System) started() ([]intent, error) {
	intents, err := s.backend.intents()
	if errors.Is(err, errors.ErrUnsupported) {
		err = nil
	}
	return intents, err
}
