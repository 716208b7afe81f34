//go:build android || jnitest

package platform

/*
#include "primitives.h"
*/
import "C"

import (
	"errors"
	"io"
	"unsafe"
)

// chunk is how much of a file is handed to Java at once, in bytes.
const chunk = 64 << 10

func (p *phone) save(name, mediaType string, from io.Reader) error {
	return work(func(e *env) error {
		downloads, err := e.get("Downloads.EXTERNAL_CONTENT_URI", 0)
		if err != nil {
			return err
		}
		resolver, err := e.get("Context.getContentResolver", e.context)
		if err != nil {
			return err
		}
		row, err := newRow(e, name, mediaType)
		if err != nil {
			return err
		}
		// Until it is complete the file is pending: nobody else sees it, and
		// Android removes it by and by if we are ended.
		uri, err := e.get("ContentResolver.insert", resolver, downloads, row)
		if err != nil {
			return err
		}
		if err := fill(e, resolver, uri, from); err != nil {
			return errors.Join(err, e.call("ContentResolver.delete", resolver, uri, nil, nil))
		}
		return nil
	})
}

// newRow describes the new file to Android.
func newRow(e *env, name, mediaType string) (object, error) {
	row, err := e.get("ContentValues", 0)
	if err != nil {
		return 0, err
	}
	for _, put := range []struct{ key, value string }{{"DISPLAY_NAME", name}, {"MIME_TYPE", mediaType}} {
		column, err := e.get(put.key, 0)
		if err != nil {
			return 0, err
		}
		if err := e.call("ContentValues.put(String)", row, column, put.value); err != nil {
			return 0, err
		}
	}
	return row, setPending(e, row, 1)
}

func setPending(e *env, row object, pending int32) error {
	column, err := e.get("IS_PENDING", 0)
	if err != nil {
		return err
	}
	value, err := e.get("Integer.valueOf", 0, pending)
	if err != nil {
		return err
	}
	return e.call("ContentValues.put(Integer)", row, column, value)
}

// fill writes the file and shows it.
func fill(e *env, resolver, uri object, from io.Reader) error {
	out, err := e.get("ContentResolver.openOutputStream", resolver, uri)
	if err != nil {
		return err
	}
	err = pour(e, out, from)
	if closeErr := e.call("OutputStream.close", out); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	row, err := e.get("ContentValues", 0)
	if err != nil {
		return err
	}
	if err := setPending(e, row, 0); err != nil {
		return err
	}
	changed, err := e.invoke("ContentResolver.update", resolver, uri, row, nil, nil)
	if err == nil && int32(changed) != 1 {
		err = errors.New("the file has gone while it was written")
	}
	return err
}

// pour copies from to the stream.
func pour(e *env, out object, from io.Reader) error {
	data := make([]byte, chunk)
	array := object(C.ear_new_bytes(e.jni, chunk))
	if err := e.thrown("a byte array"); err != nil {
		return err
	}
	for {
		n, err := from.Read(data)
		if n > 0 {
			C.ear_write_bytes(e.jni, C.uintptr_t(array), unsafe.Pointer(&data[0]), C.size_t(n))
			if err := e.thrown("a byte array"); err != nil {
				return err
			}
			if err := e.call("OutputStream.write", out, array, int32(0), int32(n)); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (p *phone) share(text string) error {
	return workOnActivity(func(e *env, activity object) error {
		action, err := e.get("ACTION_SEND", 0)
		if err != nil {
			return err
		}
		intent, err := e.get("Intent", 0, action)
		if err != nil {
			return err
		}
		if err := e.call("Intent.setType", intent, "text/plain"); err != nil {
			return err
		}
		extra, err := e.get("EXTRA_TEXT", 0)
		if err != nil {
			return err
		}
		if err := e.call("Intent.putExtra", intent, extra, text); err != nil {
			return err
		}
		chooser, err := e.get("Intent.createChooser", 0, intent, nil)
		if err != nil {
			return err
		}
		return e.call("Context.startActivity", activity, chooser)
	})
}
