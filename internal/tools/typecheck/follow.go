package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"earshot/internal/tools/peertext"
)

// followed are the rows of the table of peertext that some target needed.
type followed map[peertext.Allowed]bool

// follow holds the rules of peertext against what was checked for one target.
func (s followed) follow(c *checker, dir string) (errs []error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return []error{err}
	}
	found, used, err := peertext.Check(c.fset, dir, c.ours, peertext.Earshot)
	if err != nil {
		return []error{err}
	}
	for _, f := range found {
		errs = append(errs, errors.New(f.String()))
	}
	for row := range used {
		s[row] = true
	}
	return errs
}

// unused are the rows that no target needed.
func (s followed) unused() (lines []string) {
	for _, row := range peertext.Earshot.Allowed {
		if !s[row] {
			lines = append(lines, fmt.Sprintf("no text of a peer gets from %s to %s: take the row out of internal/tools/peertext", row.In, row.To))
		}
	}
	return lines
}
