//go:build !android

package app

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestXdgOpen(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir+":/bin:/usr/bin")
	install := func(script string) {
		if err := os.WriteFile(filepath.Join(dir, "xdg-open"), []byte("#!/bin/sh\n"+script), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	address := &url.URL{Scheme: "https", Host: "example.org", RawQuery: "a=b&c=$HOME"}
	install(`echo "$@" >` + dir + "/asked\n")
	if err := xdgOpen(address); err != nil {
		t.Fatal(err)
	}
	if asked, _ := os.ReadFile(filepath.Join(dir, "asked")); string(asked) != "https://example.org?a=b&c=$HOME\n" {
		t.Errorf("asked for %q", asked)
	}
	install("echo trying; echo 'no browser here' >&2; exit 3\n")
	if err := xdgOpen(address); err == nil || !strings.Contains(err.Error(), "no browser here") || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("got %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if err := xdgOpen(address); err == nil || !strings.Contains(err.Error(), "xdg-open") {
		t.Errorf("without xdg-open: %v", err)
	}
}
