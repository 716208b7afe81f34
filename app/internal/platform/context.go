//go:build android || jnitest

package platform

/*
#include "primitives.h"
*/
import "C"

import (
	"errors"
	"sync/atomic"
)

// application is the application context, a global reference of our own that
// the first work makes and nothing ends: Android has one for as long as the
// process lives. 0 before that.
//
// The activity is not ours. The toolkit has a global reference to it, and each
// time that the app comes to the front it makes a new one and deletes the old,
// whatever we are doing with that. Android ends a process that uses a reference
// which is no more.
var application atomic.Uintptr

// work runs f with a Java machine. Nothing that f gets from it is valid
// afterwards but what it has kept. Only the first work that succeeds in
// finding the application looks at the activity.
func work(f func(*env) error) error {
	return onThread(func(jni, activity uintptr) error {
		e := &env{jni: C.uintptr_t(jni), context: object(application.Load())}
		if e.context != 0 {
			return e.run(0, f)
		}
		return e.withActivity(activity, func(held object) error { return e.run(held, f) })
	})
}

// workOnActivity is work for what only an activity can do.
func workOnActivity(f func(e *env, activity object) error) error {
	return onThread(func(jni, activity uintptr) error {
		e := &env{jni: C.uintptr_t(jni), context: object(application.Load())}
		return e.withActivity(activity, func(held object) error {
			return e.run(held, func(e *env) error { return f(e, held) })
		})
	})
}

// withActivity runs f with a local reference to the activity in place of the
// toolkit's. It is the first that is done on the thread, and must be: until
// then the toolkit may delete its reference, and there is no lock of its own
// that we could take and no way to ask Java whether a reference is still good.
// NewLocalRef of a deleted one is as wrong as any other use of it: Android ends
// the process or gives null, or another object if the place in its table has
// been taken since. So a window of a few instructions remains, between the
// toolkit's reading of the reference and this one; for work it closes for good
// with the first that succeeds.
func (e *env) withActivity(activity uintptr, f func(held object) error) error {
	if activity == 0 {
		return errors.New("there is no activity")
	}
	held := object(C.ear_hold(e.jni, C.uintptr_t(activity)))
	if held == 0 {
		C.ear_take_exception(e.jni)
		return errors.New("the activity has gone")
	}
	defer e.drop(held)
	return f(held)
}

// run runs f in a frame of references of its own. The activity is only for
// finding the application and may be 0 when that is known.
func (e *env) run(activity object, f func(*env) error) error {
	if C.ear_open_frame(e.jni, frameSize) != 0 {
		C.ear_take_exception(e.jni)
		return errors.New("no memory for Java references")
	}
	defer C.ear_close_frame(e.jni)
	sdk, err := e.number("SDK_INT")
	if err != nil {
		return err
	}
	e.sdk = int(sdk)
	if e.context == 0 {
		if err := e.findApplication(activity); err != nil {
			return err
		}
	}
	return f(e)
}

// findApplication keeps the application context, unless another thread was
// faster.
func (e *env) findApplication(activity object) error {
	found, err := e.get("Context.getApplicationContext", activity)
	if err != nil {
		return err
	}
	defer e.drop(found)
	kept, err := e.keep(found)
	if err != nil {
		return err
	}
	if !application.CompareAndSwap(0, uintptr(kept)) {
		e.release(kept)
	}
	e.context = object(application.Load())
	return nil
}
