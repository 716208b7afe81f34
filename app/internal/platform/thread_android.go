//go:build !jnitest

package platform

import (
	"errors"

	"fyne.io/fyne/v2/driver"
)

// onThread runs f on a thread that belongs to the Java machine, with its
// environment and the activity there is at the moment. Neither is valid
// afterwards: a new activity takes the place of the old one at any time that
// the app comes to the front.
func onThread(f func(jni, context uintptr) error) error {
	return driver.RunNative(func(native any) error {
		c, ok := native.(*driver.AndroidContext)
		if !ok {
			return errors.New("the toolkit gave no Android context")
		}
		return f(c.Env, c.Ctx)
	})
}
