package main

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"earshot/internal/export"
	"earshot/netcore/wire"
)

// page returns docs/CLI.md.
func page(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../../docs/CLI.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// all returns what the one group of a pattern matches, in order.
func all(text, pattern string) []string {
	var found []string
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		found = append(found, m[1])
	}
	return found
}

// section returns the text below a heading, up to the next one of its rank.
func section(t *testing.T, text, heading string) string {
	t.Helper()
	_, text, ok := strings.Cut(text, "\n"+heading+"\n")
	if !ok {
		t.Fatalf("docs/CLI.md has no %q", heading)
	}
	rank, _, _ := strings.Cut(heading, " ")
	text, _, _ = strings.Cut(text, "\n"+rank+" ")
	return text
}

func TestPageHasAllCommands(t *testing.T) {
	var want []string
	for _, c := range commands() {
		want = append(want, c.usage)
	}
	if got := all(section(t, page(t), "## Commands"), "(?m)^### `(.+)`$"); !slices.Equal(got, want) {
		t.Errorf("docs/CLI.md describes\n%q, the program has\n%q", got, want)
	}
}

func TestPageHasAllFields(t *testing.T) {
	want := map[string]any{
		"self": selfJSON{}, "peer": peerJSON{}, "message": messageJSON{}, "waiting": waitingJSON{},
		"request": requestJSON{}, "decision": decisionJSON{}, "version": versionJSON{},
		"quote": export.Quote{}, "reactions": export.Reactions{}, "removed": removedJSON{},
		"conversation": conversationJSON{}, "typing": typingJSON{}, "cleared": clearedJSON{},
		"exported": exportedJSON{}, "receipts": receiptsJSON{}, "setting": settingJSON{},
		"notice": noticeJSON{}, "pairing": pairingJSON{}, "invitation": invitationJSON{},
	}
	_, table, _ := strings.Cut(section(t, page(t), "## JSON"), "| object | fields | printed by |")
	table, _, _ = strings.Cut(table, "\n\n")
	rows := regexp.MustCompile(`(?m)^\| (\w+) \| (.+?) \|`).FindAllStringSubmatch(table, -1)
	for _, row := range rows {
		got := all(row[2], "`([^`]+)`")
		if v := want[row[1]]; v == nil || !slices.Equal(got, fields(reflect.TypeOf(v))) {
			t.Errorf("docs/CLI.md: %s has %q, the program prints %+v", row[1], got, v)
		}
		delete(want, row[1])
	}
	if len(want) > 0 {
		t.Errorf("docs/CLI.md lacks %v", want)
	}
}

// fields lists the JSON fields of a struct as the page writes them.
func fields(t reflect.Type) []string {
	var names []string
	for f := range t.Fields() {
		name, omit, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous:
			names = append(names, fields(f.Type)...)
		case name == "event":
		case omit == "omitempty" || omit == "omitzero":
			names = append(names, name+"?")
		default:
			names = append(names, name)
		}
	}
	return names
}

func TestHelpSaysWhatFlagsDo(t *testing.T) {
	for _, c := range commands() {
		out, errs, code := newFake().call(t, "", "help", c.name)
		if code != exitDone {
			t.Errorf("help %s: exit %d, %s", c.name, code, errs)
		}
		for _, flag := range c.flags {
			if c.name != "help" && len(all(out, `(?m)^(--`+flag+`) +\S.{4,66}$`)) != 1 {
				t.Errorf("help %s does not say what --%s does:\n%s", c.name, flag, out)
			}
		}
	}
}

func TestPageHasAllEvents(t *testing.T) {
	used := []string{"error"} // errorJSON
	for _, file := range []string{"watch.go", "watch_print.go", "watch_pair.go"} {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		used = append(used, all(string(src), `"(ready|peer_found|peer_updated|peer_lost|request|message|delivered)"`)...)
		used = append(used, all(string(src), `(?:view\w+|removedJSON)[({]"(\w+)"`)...)
	}
	got := all(section(t, page(t), "### Events"), "(?m)^\\| `(\\w+)` \\|")
	slices.Sort(used)
	slices.Sort(got)
	if !slices.Equal(got, slices.Compact(used)) {
		t.Errorf("docs/CLI.md has the events %q, the program %q", got, used)
	}
}

func TestPageHasAllCodes(t *testing.T) {
	var want []string
	for _, c := range []int{exitDone, exitFailed, exitUsage, exitKept, exitRefused, exitNotFound} {
		want = append(want, strconv.Itoa(c))
	}
	if got := all(section(t, page(t), "## Exit codes"), `(?m)^\| (\d) \|`); !slices.Equal(got, want) {
		t.Errorf("docs/CLI.md has the codes %q, the program %q", got, want)
	}
}

func TestProtocolVersions(t *testing.T) {
	if !slices.Contains(protocols, wire.Version) || len(protocols) != 1 {
		t.Errorf("version prints protocol %v, the program speaks %d", protocols, wire.Version)
	}
}
