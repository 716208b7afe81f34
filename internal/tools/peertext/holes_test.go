package peertext

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// added returns the small program with one line more at the beginning of a
// function, and what is found in that line.
func added(t *testing.T, name, function, line string) (found []string) {
	t.Helper()
	b, err := os.ReadFile("testdata/m/" + name + "/" + name + ".go")
	if err != nil {
		t.Fatal(err)
	}
	before, after, ok := strings.Cut(string(b), "func "+function+"(")
	head, body, ok2 := strings.Cut(after, "{\n")
	if !ok || !ok2 {
		t.Fatalf("no function %s", function)
	}
	before += "func " + function + "(" + head + "{\n"
	all, _ := find(t, rules, map[string]string{name: before + line + "\n" + body})
	place := fmt.Sprintf("%s/%s.go:%d ", name, name, strings.Count(before, "\n")+1)
	for _, f := range all {
		if to, ok := strings.CutPrefix(f, place); ok {
			found = append(found, to)
		}
	}
	return found
}

// There, the names of devices and files were executed as HTML in the page that
// showed them. Here a widget that reads markup may not be used at all, and a
// peer's text reaches no widget but as safetext made it.
func TestSyncthingCVE202246165(t *testing.T) {
	for line, to := range map[string]string{
		"kit.NewRichText().Text = \"<b>fixed</b>\"": "m/kit.NewRichText (rich)",
		"kit.NewRichText().SetText(m.Text)":         "m/kit.Widget.SetText",
		"w.SetText(\"<p>\" + m.Text)":               "m/kit.Widget.SetText",
	} {
		if found := added(t, "app", "Clean", line); !slices.Contains(found, to) {
			t.Errorf("%s: found as %q, want %s", line, found, to)
		}
	}
	for _, w := range Earshot.Widgets {
		if w.Package != "fyne.io/fyne/v2/widget" {
			t.Errorf("%+v", w)
		}
	}
	if len(Earshot.Widgets) < 3 {
		t.Error("rich text, Markdown and their segments are not all forbidden")
	}
}

// There, a path was made of a peer's file name in a second place, years after the
// first was mended. Here no package makes a path of a peer's text, opens one or
// starts a program with it, whatever the text went through before.
func TestKDEConnectCommitf78ef2b2(t *testing.T) {
	for line, to := range map[string]string{
		"_ = filepath.Join(\"clipboard\", m.Text)":                 "path/filepath.Join",
		"p := m.Text; _ = os.Remove(p)":                            "os.Remove",
		"_ = os.WriteFile(\"a/\"+m.Quote.Line, nil, 0o600)":        "os.WriteFile",
		"for _, q := range []string{m.Text} { os.MkdirAll(q, 0) }": "os.MkdirAll",
	} {
		if found := added(t, "inner", "Work", line); !slices.Contains(found, to) {
			t.Errorf("%s: found as %q, want %s", line, found, to)
		}
	}
}
