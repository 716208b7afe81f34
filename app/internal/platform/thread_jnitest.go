//go:build jnitest

package platform

import "errors"

// OnThread is what the test of the Java side sets: it does for f what the
// toolkit does on a phone.
var OnThread func(f func(jni, context uintptr) error) error

func onThread(f func(jni, context uintptr) error) error {
	if OnThread == nil {
		return errors.New("there is no Java machine")
	}
	return OnThread(f)
}
