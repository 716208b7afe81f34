package app

import (
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"earshot/app/internal/viewmodel"
)

func TestDownloadsAreNotOverwritten(t *testing.T) {
	folder := t.TempDir()
	for _, want := range []string{"a.txt", "a (2).txt", "a (3).txt"} {
		f, err := newDownload(folder, "a.txt")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, want); err != nil {
			t.Fatal(err)
		}
		if err := f.Commit(); err != nil || f.Where() != filepath.Join(filepath.Base(folder), want) {
			t.Errorf("%v, at %s", err, f.Where())
		}
		if got, err := os.ReadFile(filepath.Join(folder, want)); err != nil || string(got) != want {
			t.Errorf("%s holds %q, %v", want, got, err)
		}
	}
	f, err := newDownload(folder, "b.txt")
	if err != nil {
		t.Fatal(err)
	}
	f.Discard()
	if _, err := os.Stat(filepath.Join(folder, "b.txt")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a discarded file stays: %v", err)
	}
	if _, err := newDownload(filepath.Join(folder, "none"), "a.txt"); err == nil {
		t.Error("a file in no folder was made")
	}
}

func TestTheFolderForDownloads(t *testing.T) {
	home := t.TempDir()
	env := func(key string) string {
		return map[string]string{"XDG_CONFIG_HOME": filepath.Join(home, "config")}[key]
	}
	step := func(want string) {
		t.Helper()
		if got := downloads(home, env); got != filepath.Join(home, want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	step("")
	if err := os.Mkdir(filepath.Join(home, "Downloads"), 0o700); err != nil {
		t.Fatal(err)
	}
	step("Downloads")
	if err := os.Mkdir(filepath.Join(home, "config"), 0o700); err != nil {
		t.Fatal(err)
	}
	told := "# a comment\nXDG_DOWNLOAD_DIR=\"$HOME/Téléchargements\"\n"
	if err := os.WriteFile(filepath.Join(home, "config", "user-dirs.dirs"), []byte(told), 0o600); err != nil {
		t.Fatal(err)
	}
	step("Downloads") // the other one is not there
	if err := os.Mkdir(filepath.Join(home, "Téléchargements"), 0o700); err != nil {
		t.Fatal(err)
	}
	step("Téléchargements")
}

// saver is a phone that takes files.
type saver struct {
	phoneSystem
	fail error
	got  string
}

func (p *saver) SaveToDownloads(_, _ string, from io.Reader) error {
	if p.fail != nil {
		return p.fail
	}
	all, err := io.ReadAll(from)
	if err == nil {
		p.got = string(all)
	}
	return err
}

func TestAPhoneReadsTheFile(t *testing.T) {
	full := errors.New("full")
	for _, c := range []struct {
		name    string
		fail    error
		discard bool
		want    string
	}{{"whole", nil, false, "text"}, {"discarded", nil, true, ""}, {"full", full, false, ""}} {
		p := &saver{fail: c.fail}
		s := &shell{opt: options{Phone: p, Logger: slog.New(slog.DiscardHandler)}}
		s.saveFile("a.json", func(f viewmodel.File) {
			_, err := io.WriteString(f, "text")
			if (err != nil) != (c.fail != nil) {
				t.Errorf("%s: writing says %v", c.name, err)
			}
			if c.discard {
				f.Discard()
			} else if err := f.Commit(); !errors.Is(err, c.fail) {
				t.Errorf("%s: %v", c.name, err)
			}
		}, func(err error) { t.Error(err) })
		s.wg.Wait()
		if p.got != c.want {
			t.Errorf("%s: the phone has %q", c.name, p.got)
		}
	}
}
