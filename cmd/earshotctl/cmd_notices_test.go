package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/internal/messenger"
)

func (f *fakeDevice) Notices(context.Context) ([]messenger.Notice, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.told), nil
}

func (f *fakeDevice) DismissNotice(_ context.Context, id string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.told = slices.DeleteFunc(f.told, func(n messenger.Notice) bool { return n.ID == id })
	return nil
}

func restored() messenger.Notice {
	return messenger.Notice{ID: "damaged-1", Kind: messenger.NoticeRestored, At: time.UnixMilli(1_700_000_000_000),
		CopyAt: time.UnixMilli(1_690_000_000_000), Folder: "/home/a\x1bb/damaged-1"}
}

// TestRunTellsWhatComesMeanwhile: each notice once while it stands, and again when
// it comes again.
func TestRunTellsWhatComesMeanwhile(t *testing.T) {
	f := newFake()
	var errs bytes.Buffer
	p := &program{stdio: stdio{out: io.Discard, err: &errs}}
	f.told = []messenger.Notice{restored()}
	p.tell(t.Context(), f) // as when it opens the device
	w := newWatcher(p, f)
	if err := errors.Join(w.begin(t.Context()), w.catchUp(t.Context())); err != nil {
		t.Fatal(err)
	}
	full := messenger.Notice{ID: "disk-full", Kind: messenger.NoticeDiskFull}
	for i, c := range []struct {
		told []messenger.Notice
		want []string
	}{
		{[]messenger.Notice{restored()}, []string{"is restored from"}},
		{[]messenger.Notice{restored(), full}, []string{"The disk is full"}},
		{[]messenger.Notice{restored(), full}, nil},
		{nil, nil},
		{[]messenger.Notice{full}, []string{"The disk is full"}},
	} {
		f.told = c.told
		if err := w.event(t.Context(), messenger.Event{Kind: messenger.EventNotices}); err != nil {
			t.Fatal(err)
		}
		got := slices.Collect(strings.Lines(errs.String()))
		if errs.Reset(); len(got) != len(c.want) || len(got) > 0 && !strings.Contains(got[0], c.want[0]) {
			t.Errorf("step %d: told %q, want %q", i, got, c.want)
		}
	}
}

// TestNotices: they stand on standard error of what a person reads until they
// are dismissed.
func TestNotices(t *testing.T) {
	f := newFake()
	f.told = []messenger.Notice{restored(), {ID: "read-only", Kind: messenger.NoticeReadOnly}}
	const sentence = "The history was damaged and is restored from the copy of 2023-"
	check := func(args, wantOut, wantErr string) {
		t.Helper()
		out, errs, code := f.call(t, "", strings.Fields(args)...)
		if code != exitDone || !strings.Contains(out, wantOut) || !strings.Contains(errs, wantErr) || wantErr == "" && errs != "" {
			t.Errorf("%s: exit %d, %q, %q; want %q, %q", args, code, out, errs, wantOut, wantErr)
		}
		if strings.Contains(out+errs, "\x1b") {
			t.Errorf("%s prints a control character", args)
		}
	}
	check("outbox", "", "earshotctl: "+sentence)
	check("outbox", "", "A newer version of Earshot wrote this history")
	check("peers --wait 0", "", sentence)
	f.opened, f.closed = nil, 0
	if _, errs, _ := f.call(t, "", "peers"); strings.Count(errs, sentence) != 1 {
		t.Errorf("peers says it %d times, want once", strings.Count(errs, sentence))
	}
	for _, o := range f.opened {
		if !o.offline {
			t.Error("peers takes the network with a history that can only be read")
		}
	}
	check("outbox --json", "", "")
	check("notices", sentence, "")
	check("notices --json", `{"id":"damaged-1","kind":"restored","text":"`+sentence, "")
	check("notices --json", `"at":"2023-11-14T22:13:20.000Z","copy_at":"2023-07-22T04:26:40.000Z","folder":"/home/a\u001bb/damaged-1"}`, "")
	check("notices --json", `{"id":"read-only","kind":"read_only","text":"A newer version`, "")
	check("notices --dismiss", sentence, "")
	check("notices", "nothing to tell\n", "")
	check("notices --json --dismiss", "", "")
	check("outbox", "", "")
}
