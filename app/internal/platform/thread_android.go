//go:build !jnitest

package platform

import (
	"errors"

	"fyne.io/fyne/v2/driver"
)

// onThread runs f on a thread that belongs to the Java machine, with its
// environment and the toolkit's reference to the activity. Neither is valid
// afterwards, and the reference may end before: see withActivity.
func onThread(f func(jni, context uintptr) error) error {
	return driver.RunNative(func(native any) error {
		c, ok := native.(*driver.AndroidContext)
		if !ok {
			return errors.New("the toolkit gave no Android context")
		}
		return f(c.Env, c.Ctx)
	})
}
