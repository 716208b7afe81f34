//go:build android || jnitest

package platform

/*
#include <stdlib.h>
#include "primitives.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"io/fs"
	"unicode/utf16"
	"unsafe"
)

// frameSize is how many local references one piece of work may hold at a time.
// Those that a loop makes are freed in it.
const frameSize = 32

// maxResult is the longest text taken from Java, in UTF-16 units: far more than
// a name or an action, and little enough to copy.
const maxResult = 4096

// object is a reference to a Java object, 0 for null. One that env returns is
// valid until the work for which there is the env ends.
type object uintptr

// env is the Java machine during one piece of work, on the thread of that work.
// Its methods return what Java throws as errors and leave no exception behind.
type env struct {
	jni     C.uintptr_t
	context object // the application
	sdk     int    // API level of the phone; 0 until it is known
}

// javaError is what a Java method has thrown.
type javaError struct {
	member string // key of the row
	text   string // of Throwable.toString: class and message
	denied bool   // it is a SecurityException
}

// Error implements error.
func (e *javaError) Error() string { return e.member + ": " + e.text }

// Is makes a SecurityException an fs.ErrPermission.
func (e *javaError) Is(target error) bool { return e.denied && target == fs.ErrPermission }

// row finds a member and checks that the phone has it.
func (e *env) row(key string) (member, error) {
	m, ok := members[key]
	if !ok {
		return m, fmt.Errorf("%s is not in the table of members", key)
	}
	if e.sdk != 0 && m.api > e.sdk {
		return m, fmt.Errorf("%s needs API level %d, this is %d: %w", key, m.api, e.sdk, errors.ErrUnsupported)
	}
	return m, nil
}

// thrown returns what Java has thrown in the use of a member, or nil.
func (e *env) thrown(key string) error {
	t := object(C.ear_take_exception(e.jni))
	if t == 0 {
		return nil
	}
	defer e.drop(t)
	err := &javaError{member: key, text: "an exception without a text"}
	if key != "Throwable.toString" && key != "SecurityException" { // else it might go on for ever
		if text, toStringErr := e.text("Throwable.toString", t); toStringErr == nil && text != "" {
			err.text = text
		}
		err.denied, _ = e.is(t, "SecurityException")
	}
	return err
}

// class finds the class of a row; the caller drops it.
func (e *env) class(key string, m member) (object, error) {
	name := C.CString(m.class)
	defer C.free(unsafe.Pointer(name))
	c := object(C.ear_find_class(e.jni, name))
	return c, e.thrown(key)
}

// is reports whether an object is of the class in a row.
func (e *env) is(o object, key string) (bool, error) {
	m, err := e.row(key)
	if err != nil {
		return false, err
	}
	c, err := e.class(key, m)
	if err != nil {
		return false, err
	}
	defer e.drop(c)
	return C.ear_is_instance(e.jni, C.uintptr_t(o), C.uintptr_t(c)) != 0, nil
}

// invoke calls the method or constructor of a row. target is the object, 0 for
// functions and constructors. Arguments are object, string, int32, int64 and
// bool, as the signature has them; a nil is null.
func (e *env) invoke(key string, target object, args ...any) (uint64, error) {
	m, err := e.row(key)
	if err != nil {
		return 0, err
	}
	if m.kind == method && target == 0 {
		return 0, fmt.Errorf("%s: called on null", key)
	}
	kinds, result := m.kinds()
	values, owned, err := e.pack(key, kinds, args)
	defer func() {
		for _, o := range owned {
			e.drop(o)
		}
	}()
	if err != nil {
		return 0, err
	}
	c, err := e.class(key, m)
	if err != nil {
		return 0, err
	}
	defer e.drop(c)
	reach := C.int(C.EAR_OF_OBJECT)
	switch m.kind {
	case function:
		reach, target = C.EAR_OF_CLASS, c
	case constructor:
		reach, target = C.EAR_CONSTRUCTOR, c
	}
	name, signature, letters := C.CString(m.name), C.CString(m.signature), C.CString(kinds)
	defer C.free(unsafe.Pointer(name))
	defer C.free(unsafe.Pointer(signature))
	defer C.free(unsafe.Pointer(letters))
	id := C.ear_find_method(e.jni, C.uintptr_t(c), name, signature, reach)
	if err := e.thrown(key); err != nil {
		return 0, err
	}
	v := C.ear_call_method(e.jni, C.uintptr_t(target), id, reach, C.char(result), letters, (*C.uint64_t)(unsafe.Pointer(&values[0])))
	if err := e.thrown(key); err != nil {
		return 0, err
	}
	return uint64(v), nil
}

// pack turns arguments into what call_method takes, and returns the references
// that it had to make.
func (e *env) pack(key, kinds string, args []any) (values []uint64, owned []object, err error) {
	if len(args) != len(kinds) {
		return nil, nil, fmt.Errorf("%s: %d arguments, not %d", key, len(args), len(kinds))
	}
	values = make([]uint64, max(1, len(args)))
	for n, arg := range args {
		want := byte('L')
		switch a := arg.(type) {
		case nil:
		case object:
			values[n] = uint64(a)
		case string:
			o, err := e.newText(a)
			if err != nil {
				return values, owned, err
			}
			owned = append(owned, o)
			values[n] = uint64(o)
		case int32:
			values[n], want = uint64(a), 'I'
		case int64:
			values[n], want = uint64(a), 'J'
		case bool:
			want = 'Z'
			if a {
				values[n] = 1
			}
		default:
			want = 0
		}
		if want != kinds[n] {
			return values, owned, fmt.Errorf("%s: argument %d is a %T, not of kind %c", key, n, arg, kinds[n])
		}
	}
	return values, owned, nil
}

// call calls a method of an object that returns nothing of interest.
func (e *env) call(key string, target object, args ...any) error {
	v, err := e.invoke(key, target, args...)
	if _, result := members[key].kinds(); err == nil && result == 'L' {
		e.drop(object(v))
	}
	return err
}

// get calls a method, function or constructor that returns an object, or reads
// the field or constant of that row. Null is an error.
func (e *env) get(key string, target object, args ...any) (object, error) {
	o, err := e.find(key, target, args...)
	if err == nil && o == 0 {
		err = fmt.Errorf("%s: there is none", key)
	}
	return o, err
}

// find is get where null is a fine answer.
func (e *env) find(key string, target object, args ...any) (object, error) {
	switch members[key].kind {
	case field, constant:
		v, err := e.read(key, target)
		return object(v), err
	}
	v, err := e.invoke(key, target, args...)
	return object(v), err
}

// read reads a field or constant.
func (e *env) read(key string, target object) (uint64, error) {
	m, err := e.row(key)
	if err != nil {
		return 0, err
	}
	c, err := e.class(key, m)
	if err != nil {
		return 0, err
	}
	defer e.drop(c)
	reach := C.int(C.EAR_OF_OBJECT)
	if m.kind == constant {
		reach, target = C.EAR_OF_CLASS, c
	}
	name, signature := C.CString(m.name), C.CString(m.signature)
	defer C.free(unsafe.Pointer(name))
	defer C.free(unsafe.Pointer(signature))
	id := C.ear_find_field(e.jni, C.uintptr_t(c), name, signature, reach)
	if err := e.thrown(key); err != nil {
		return 0, err
	}
	v := C.ear_get_field(e.jni, C.uintptr_t(target), id, reach, C.char(typeLetter(m.signature)))
	return uint64(v), e.thrown(key)
}

// number reads a constant that is a number, or calls a method that returns one.
func (e *env) number(key string, target ...object) (int32, error) {
	if len(target) == 0 {
		v, err := e.read(key, 0)
		return int32(v), err
	}
	v, err := e.invoke(key, target[0])
	return int32(v), err
}

// text is get for a text; null is the empty one. What is over maxResult is cut
// off.
func (e *env) text(key string, target object, args ...any) (string, error) {
	o, err := e.find(key, target, args...)
	if err != nil || o == 0 {
		return "", err
	}
	defer e.drop(o)
	n := min(C.ear_text_length(e.jni, C.uintptr_t(o)), maxResult)
	if n == 0 {
		return "", nil
	}
	units := make([]uint16, n)
	C.ear_read_text(e.jni, C.uintptr_t(o), (*C.uint16_t)(unsafe.Pointer(&units[0])), n)
	return string(utf16.Decode(units)), e.thrown(key)
}

// newText makes a Java text. Bytes that are not UTF-8 become U+FFFD.
func (e *env) newText(s string) (object, error) {
	units := utf16.Encode([]rune(s))
	var first *C.uint16_t
	if len(units) > 0 {
		first = (*C.uint16_t)(unsafe.Pointer(&units[0]))
	}
	o := object(C.ear_new_text(e.jni, first, C.size_t(len(units))))
	return o, e.thrown("a text")
}

// service returns a service of the system by the constant with its name.
func (e *env) service(key string) (object, error) {
	name, err := e.get(key, 0)
	if err != nil {
		return 0, err
	}
	defer e.drop(name)
	s, err := e.find("Context.getSystemService", e.context, name)
	if err == nil && s == 0 {
		err = fmt.Errorf("this phone has no such service: %s: %w", key, errors.ErrUnsupported)
	}
	return s, err
}

// drop frees a reference that is not needed any more.
func (e *env) drop(o object) {
	if o != 0 {
		C.ear_drop(e.jni, C.uintptr_t(o))
	}
}

// keep makes a reference that lives until it is released.
func (e *env) keep(o object) (object, error) {
	kept := object(C.ear_keep(e.jni, C.uintptr_t(o)))
	if kept == 0 {
		return 0, errors.New("no memory for Java references")
	}
	return kept, nil
}

// release ends what keep began.
func (e *env) release(kept object) { C.ear_unkeep(e.jni, C.uintptr_t(kept)) }
