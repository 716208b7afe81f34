//go:build jnitest

// Command harness is the library that Harness.java loads: it hands what that
// asks for to package platform and the answers back.
package main

/*
#include <jni.h>
#include <stdlib.h>
#include <string.h>

static inline JavaVM *machine(JNIEnv *e) { JavaVM *vm = NULL; (*e)->GetJavaVM(e, &vm); return vm; }
static inline JNIEnv *attach(JavaVM *vm) { JNIEnv *e = NULL; return (*vm)->AttachCurrentThread(vm, (void **)&e, NULL) == JNI_OK ? e : NULL; }
static inline void detach(JavaVM *vm) { (*vm)->DetachCurrentThread(vm); }
static inline jobject keep(JNIEnv *e, jobject o) { return o == NULL ? NULL : (*e)->NewGlobalRef(e, o); }
static inline void unkeep(JNIEnv *e, jobject o) { if (o != NULL) (*e)->DeleteGlobalRef(e, o); }
static inline jobject none(void) { return NULL; }
static inline int pending(JNIEnv *e) { return (*e)->ExceptionCheck(e); }
static inline jsize length(JNIEnv *e, jbyteArray a) { return (*e)->GetArrayLength(e, a); }
static inline void get(JNIEnv *e, jbyteArray a, jsize n, void *to) { (*e)->GetByteArrayRegion(e, a, 0, n, to); }
static inline jbyteArray set(JNIEnv *e, const void *from, jsize n) {
	jbyteArray a = (*e)->NewByteArray(e, n);
	if (a != NULL) (*e)->SetByteArrayRegion(e, a, 0, n, from);
	return a;
}
*/
import "C"

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing/iotest"
	"time"
	"unsafe"

	"earshot/app/internal/platform"
)

var system = platform.New()

// Java_Harness_go does one thing with a context and returns what came of it.
// The words of the request are separated by US (0x1f); all is UTF-8.
//
//export Java_Harness_go
func Java_Harness_go(e *C.JNIEnv, _ C.jclass, context C.jobject, request C.jbyteArray) C.jbyteArray {
	in := make([]byte, C.length(e, request)+1)
	C.get(e, request, C.jsize(len(in)-1), unsafe.Pointer(&in[0]))
	replace(e, context)
	vm := C.machine(e)
	platform.OnThread = func(f func(jni, context uintptr) error) error { return onThread(vm, f) }
	value, err := obey(strings.Split(string(in[:len(in)-1]), "\x1f"))
	replace(e, C.none())
	out := []byte("ok " + value)
	if err != nil {
		out = []byte(strings.Join([]string{"error", kind(err), err.Error()}, " "))
	}
	return C.set(e, unsafe.Pointer(&out[0]), C.jsize(len(out)))
}

// current is the global reference to the activity, as the toolkit has one.
var (
	mu      sync.Mutex
	current C.jobject
	late    bool // the reference is deleted before it can be used at all
)

// replace does what the toolkit does when the app comes to the front: it makes
// a new reference, and deletes the old one whoever uses it.
func replace(e *C.JNIEnv, context C.jobject) {
	kept := C.keep(e, context)
	mu.Lock()
	defer mu.Unlock()
	C.unkeep(e, current)
	current = kept
}

// Java_Activities_front brings a new activity to the front.
//
//export Java_Activities_front
func Java_Activities_front(e *C.JNIEnv, _ C.jclass, context C.jobject) { replace(e, context) }

// Java_Activities_late lets the activity be replaced before each work begins.
//
//export Java_Activities_late
func Java_Activities_late(e *C.JNIEnv, _ C.jclass, on C.jboolean) {
	mu.Lock()
	defer mu.Unlock()
	late = on != 0
}

// look returns the reference to the activity as a work gets it.
func look(e *C.JNIEnv) C.jobject {
	mu.Lock()
	defer mu.Unlock()
	got := current
	if late {
		current = C.keep(e, got)
		C.unkeep(e, got)
	}
	return got
}

// onThread does what the toolkit does on a phone: a new goroutine on a thread
// of its own that is attached to the Java machine.
func onThread(vm *C.JavaVM, f func(jni, context uintptr) error) error {
	result := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		e := C.attach(vm)
		err := f(uintptr(unsafe.Pointer(e)), uintptr(look(e)))
		if C.pending(e) != 0 {
			err = errors.New("an exception was left behind")
		}
		C.detach(vm)
		result <- err
	}()
	return <-result
}

// kind tells how a caller may take an error.
func kind(err error) string {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return "denied"
	case errors.Is(err, errors.ErrUnsupported):
		return "unsupported"
	}
	return "other"
}

func obey(words []string) (string, error) {
	switch words[0] {
	case "name":
		return system.DeviceName()
	case "multicast":
		return "", system.HoldMulticast()
	case "no multicast":
		return "", system.ReleaseMulticast()
	case "awake":
		d, err := time.ParseDuration(words[1])
		if err != nil {
			return "", err
		}
		return "", system.HoldAwake(d)
	case "no awake":
		return "", system.ReleaseAwake()
	case "channel":
		return "", system.CreateChannel(platform.Channel{ID: words[1], Name: words[2]})
	case "quiet channel":
		return "", system.CreateChannel(platform.Channel{ID: words[1], Name: words[2], Quiet: true})
	case "notify":
		return "", system.Notify(platform.Notification{Channel: words[1], Conversation: words[2], Title: words[3], Text: words[4]})
	case "notify count":
		n, err := strconv.Atoi(words[5])
		if err != nil {
			return "", err
		}
		return "", system.Notify(platform.Notification{Channel: words[1], Conversation: words[2], Title: words[3], Text: words[4], Count: n})
	case "dismiss":
		return "", system.Dismiss(words[1])
	case "opened":
		return system.OpenedConversation()
	case "links":
		links, err := system.OpenedLinks("earshot")
		return strings.Join(links, " "), err
	case "save":
		return "", system.SaveToDownloads(words[1], words[2], strings.NewReader(words[3]))
	case "save many": // that many bytes, all of value 7
		n, err := strconv.Atoi(words[3])
		if err != nil {
			return "", err
		}
		return "", system.SaveToDownloads(words[1], words[2], io.LimitReader(sevens{}, int64(n)))
	case "save broken": // a source that fails after its text
		return "", system.SaveToDownloads(words[1], words[2], io.MultiReader(strings.NewReader(words[3]), iotest.ErrReader(errors.New("the source broke"))))
	case "share":
		return "", system.ShareText(words[1])
	case "share long":
		return "", system.ShareText(strings.Repeat("x", platform.MaxShared+1))
	case "storm":
		return "", storm()
	case "close":
		return "", system.Close()
	case "new":
		system = platform.New()
		return "", nil
	}
	return "", fmt.Errorf("unknown request %q", words)
}

// storm uses everything from many goroutines at once.
func storm() error {
	const goroutines, rounds = 8, 25
	all := []func() error{
		system.HoldMulticast, system.ReleaseMulticast, system.ReleaseAwake,
		func() error { return system.HoldAwake(time.Minute) },
		func() error { _, err := system.DeviceName(); return err },
		func() error { _, err := system.OpenedConversation(); return err },
		func() error { _, err := system.OpenedLinks("earshot"); return err },
		func() error { return system.Dismiss("storm") },
		func() error { return system.SaveToDownloads("storm", "text/plain", strings.NewReader("storm")) },
		func() error {
			return system.Notify(platform.Notification{Channel: "messages", Conversation: "storm", Title: "a", Text: "b"})
		},
	}
	errs := make(chan error, goroutines*rounds)
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for r := range rounds {
				errs <- all[(g+r)%len(all)]()
			}
		})
	}
	wg.Wait()
	close(errs)
	var err error
	for e := range errs {
		err = errors.Join(err, e)
	}
	return err
}

// sevens never ends.
type sevens struct{}

func (sevens) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 7
	}
	return len(b), nil
}

func main() {}
