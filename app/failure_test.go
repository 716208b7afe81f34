package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"earshot/internal/engine"
	"earshot/internal/identity"
)

func TestExplain(t *testing.T) {
	home := filepath.Join(t.TempDir(), "it's here")
	at := func(name string, err error) error {
		return fmt.Errorf("make the home folder: %w", &fs.PathError{Op: "mkdir", Path: name, Err: err})
	}
	for _, c := range []struct {
		name string
		err  error
		want []string
	}{
		{"a key for everybody", fmt.Errorf("%w: mode 0644", identity.ErrKeyReadable),
			[]string{"\nchmod 600 '" + filepath.Join(filepath.Dir(home), `it'\''s here`, identity.KeyFile) + "'"}},
		{"nobody answers", fmt.Errorf("%w (x)", engine.ErrNoOwner), []string{"does not answer", home}},
		{"not mine", at(home, syscall.EACCES), []string{"You may not", home, engine.HomeEnv, "--home"}},
		{"a file in the way", at(filepath.Dir(home), syscall.ENOTDIR), []string{"a file", filepath.Dir(home) + "\n", "--home"}},
		{"a disk that is locked", at(home, syscall.EROFS), []string{"Nothing can be written", home, "--home"}},
		{"a full disk", at(home, syscall.ENOSPC), []string{"disk is full", home}},
		{"anything else", errors.New("the moon is full"), []string{"The moon is full\n", home}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := explain(c.err, home)
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("%q is missing in\n%s", want, got)
				}
			}
			if strings.Contains(got, "make the home folder:") {
				t.Errorf("the error is shown as it is:\n%s", got)
			}
		})
	}
}

// TestHomeFolderIsAbsolute: "." says nothing to who reads it in a window.
func TestHomeFolderIsAbsolute(t *testing.T) {
	t.Setenv(engine.HomeEnv, "other")
	for _, asked := range []string{"", "x", "/y"} {
		if got := homeFolder(asked); !filepath.IsAbs(got) {
			t.Errorf("%q is %q", asked, got)
		}
	}
}

// TestRealFolders: the words fit what the system really says.
func TestRealFolders(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, home := range []string{file, filepath.Join(file, "below")} {
		_, err := engine.Open(t.Context(), engine.Options{Home: home, Offline: true})
		if err == nil {
			t.Fatal("a file was opened as a home folder")
		}
		if got := explain(err, home); !strings.Contains(got, "This is a file") || !strings.Contains(got, file+"\n") {
			t.Errorf("%v is shown as\n%s", err, got)
		}
	}
	home := t.TempDir()
	if err := os.WriteFile(filepath.Join(home, identity.KeyFile), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := engine.Open(t.Context(), engine.Options{Home: home, Offline: true})
	if got := explain(err, home); errors.Is(err, identity.ErrKeyReadable) && !strings.Contains(got, "chmod 600 '"+home) {
		t.Errorf("%v is shown as\n%s", err, got)
	}
}
