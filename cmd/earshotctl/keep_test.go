package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"earshot/internal/messenger"
	"earshot/internal/trust"
)

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a.txt")
	write := func(text string, err error) func(io.Writer) error {
		return func(w io.Writer) error {
			if _, err := os.Stat(name); text == "first" && err == nil {
				t.Error("the file is there before it is whole")
			}
			fmt.Fprint(w, text)
			return err
		}
	}
	holds := func(want string) {
		t.Helper()
		got, err := os.ReadFile(name)
		all, _ := os.ReadDir(dir)
		if err != nil || string(got) != want || len(all) != 1 {
			t.Errorf("holds %q, %v, and %d files; want %q", got, err, len(all), want)
		}
	}
	broken := errors.New("broken")
	if err := writeFile(name, false, write("half", broken)); !errors.Is(err, broken) {
		t.Errorf("half: %v", err)
	}
	if all, _ := os.ReadDir(dir); len(all) != 0 {
		t.Errorf("%v are left of what failed", all)
	}
	if err := writeFile(name, false, write("first", nil)); err != nil {
		t.Error(err)
	}
	holds("first")
	if err := writeFile(name, false, write("second", nil)); !errors.Is(err, errExists) {
		t.Errorf("a second time: %v", err)
	}
	holds("first")
	if err := writeFile(name, true, write("second", broken)); !errors.Is(err, broken) {
		t.Errorf("half, over it: %v", err)
	}
	holds("first")
	if err := writeFile(name, true, write("third", nil)); err != nil {
		t.Error(err)
	}
	holds("third")
	// One that came meanwhile.
	other := filepath.Join(dir, "b.txt")
	err := writeFile(other, false, func(io.Writer) error { return os.WriteFile(other, []byte("theirs"), 0o600) })
	if got, _ := os.ReadFile(other); !errors.Is(err, errExists) || string(got) != "theirs" {
		t.Errorf("written over what came meanwhile: %q, %v", got, err)
	}
	for _, over := range []bool{false, true} {
		if err := writeFile(dir, over, write("x", nil)); err == nil || !strings.Contains(err.Error(), "is not a file") || errors.Is(err, errExists) {
			t.Errorf("over a folder: %v", err)
		}
	}
	missing := filepath.Join(dir, "no", "x")
	if err := writeFile(missing, false, write("x", nil)); !errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(err.Error(), missing+" cannot be written: ") {
		t.Errorf("into a folder that is not there: %v", err)
	}
	full := func(w io.Writer) error {
		return &fs.PathError{Op: "write", Path: w.(*os.File).Name(), Err: broken}
	}
	if err := writeFile(name, true, full); !errors.Is(err, broken) || strings.Contains(err.Error(), hiddenPrefix) {
		t.Errorf("to a full disk: %v", err)
	}
}

func TestClear(t *testing.T) {
	anna := peer("Anna", deviceID("anna"), trust.Accepted)
	for kept, says := range map[int]string{
		0: "is deleted from this device\n", 1: "; 1 message stays because it still waits to be delivered\n", 7: "; 7 messages stay because they still wait to be delivered\n",
	} {
		f := newFake(anna)
		f.kept = kept
		out, errs, code := f.call(t, "", "clear", "Anna", "--yes")
		if code != exitDone || !strings.HasSuffix(out, says) || len(f.did) != 1 || f.did[0] != "clear "+anna.ID.Short() {
			t.Errorf("exit %d, %q, %q, %q", code, f.did, out, errs)
		}
	}
	f := newFake(anna)
	if _, errs, code := f.call(t, "yes\n", "clear", "Anna"); code != exitUsage || len(f.opened) > 0 || !strings.Contains(errs, "--yes") {
		t.Errorf("in a script: exit %d, %q, %q", code, f.did, errs)
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	if typed(null) {
		t.Error("the null device is taken for a person")
	}
	for in, want := range map[string]bool{"yes\n": true, " YES \n": true, "y\n": false, "\n": false, "": false, "yes": false, "no\nyes\n": false} {
		var asked bytes.Buffer
		p := &program{stdio: stdio{in: strings.NewReader(in), err: &asked}}
		if got := p.confirm("Delete?"); got != want || !strings.HasPrefix(asked.String(), "Delete? Type yes: ") {
			t.Errorf("%q is %v, want %v; asked %q", in, got, want, asked.String())
		}
	}
}

func TestExportToNoName(t *testing.T) {
	f := newFake(peer("Anna", deviceID("anna"), trust.Accepted))
	if _, errs, code := f.call(t, "", "export", "Anna", ""); code != exitUsage || len(f.opened) > 0 || !strings.Contains(errs, "standard output") {
		t.Errorf("exit %d, %q", code, errs)
	}
}

func TestSettingsAndReceipts(t *testing.T) {
	who := "Anna (" + deviceID("anna").Short() + ")"
	for _, tt := range []struct {
		args string
		code int
		says string
	}{
		{"settings", exitDone, "SETTING  VALUE  DEFAULT  CHOSEN\none      a      b        no\ntwo      c      c        no\n"},
		{"settings two", exitDone, "c\n"},
		{"settings two d", exitDone, "d\n"},
		{"settings two d --json", exitDone, `{"key":"two","value":"d","default":"c","chosen":true}` + "\n"},
		{"settings --json", exitDone, `{"key":"one","value":"a","default":"b","chosen":false}` + "\n" + `{"key":"two","value":"c","default":"c","chosen":false}` + "\n"},
		{"settings two bad", exitFailed, "earshotctl: " + messenger.ErrBadValue.Error() + "\n"},
		{"settings three", exitNotFound, "earshotctl: there is no such setting; earshotctl settings lists them\n"},
		{"settings three x", exitNotFound, "earshotctl: there is no such setting; earshotctl settings lists them\n"},
		{"receipts Anna", exitDone, who + " learns what is read here and that somebody is writing to it\n"},
		{"receipts Anna off", exitDone, who + " does not learn what is read here, nor that somebody is writing to it\n"},
		{"receipts Anna off --json", exitDone, `{"name":"Anna","id":"` + deviceID("anna").String() + `","short_id":"` + deviceID("anna").Short() + `","receipts":false}` + "\n"},
		{"receipts Anna perhaps", exitUsage, "earshotctl: receipts are on or off, not \"perhaps\"\n"},
		{"receipts " + deviceID("s").Short() + " on", exitNotFound, "earshotctl: Bob (" + deviceID("s").Short() + ") is not a contact\n"},
		{"export Anna --format html", exitUsage, "earshotctl: --format wants text or json, not \"html\"\n"},
		{"export Anna - --force", exitUsage, "earshotctl: --force is for a FILE\n"},
		{"export Anna - --format json", exitDone, ""},
		{"export Anna --force", exitUsage, "earshotctl: --force is for a FILE\n"},
	} {
		f := newFake(peer("Anna", deviceID("anna"), trust.Accepted), peer("Bob", deviceID("s"), trust.Stranger))
		if out, errs, code := f.call(t, "", strings.Fields(tt.args)...); code != tt.code || out+errs != tt.says {
			t.Errorf("%s: exit %d, %q; want %d, %q", tt.args, code, out+errs, tt.code, tt.says)
		}
	}
}
