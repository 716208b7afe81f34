package repocheck

import (
	"regexp"
	"slices"
	"strings"
)

// The place where the import rules are written: a table and a diagram below a
// heading, so that what a person reads is what is checked.
const (
	contributing   = "docs/CONTRIBUTING.md"
	importsHeading = "## Who may import whom"
)

// subtree ends a package name that stands for all packages below it too.
const subtree = "/..."

// row is one line of the table.
type row struct {
	// pkg is the folder of a package, "." for the root; with subtree it covers
	// all folders below.
	pkg     string
	subtree bool
	// ours are the packages of the module that it may import, in the same form;
	// others are prefixes of third-party import paths.
	ours, others []string
}

// covers reports whether the row is about the package in dir.
func (r row) covers(dir string) bool { return dir == r.pkg || r.subtree && under(dir, r.pkg) }

var (
	codeSpan = regexp.MustCompile("`([^`]+)`")
	fence    = regexp.MustCompile("(?m)^```.*$")
)

// importSection returns the text below importsHeading, up to the next heading.
func importSection(t *Tree) (string, bool) {
	f := t.file(contributing)
	if f == nil {
		return "", false
	}
	_, text, ok := strings.Cut(string(f.Data), "\n"+importsHeading+"\n")
	text, _, _ = strings.Cut(text, "\n## ")
	return text, ok
}

// diagram returns the first fenced block of the section.
func diagram(section string) string {
	parts := fence.Split(section, 3)
	if len(parts) < 3 {
		return ""
	}
	return parts[1]
}

// parseTable reads the table of the section. Its columns are: package, ours,
// others; names stand in backquotes, whatever else is said is for people.
func parseTable(section string) []row {
	var rows []row
	for line := range strings.Lines(section) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) < 5 {
			continue
		}
		names := spans(cells[1])
		if len(names) != 1 {
			continue
		}
		pkg, isTree := strings.CutSuffix(names[0], subtree)
		rows = append(rows, row{pkg, isTree, spans(cells[2]), spans(cells[3])})
	}
	// The most specific row is the one that counts.
	slices.SortStableFunc(rows, func(a, b row) int { return len(b.pkg) - len(a.pkg) })
	return rows
}

// spans returns the names in backquotes of a cell.
func spans(cell string) []string {
	var names []string
	for _, m := range codeSpan.FindAllStringSubmatch(cell, -1) {
		names = append(names, m[1])
	}
	return names
}
