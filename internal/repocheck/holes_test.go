package repocheck

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

// There, what was received was unpacked, over files that were there. Here nothing
// can be unpacked: no part of the program knows an archive.
func TestCrocCVE202343616(t *testing.T) {
	tree, err := Load(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	looked := 0
	for _, files := range tree.packages() {
		for _, f := range files {
			for _, s := range f.AST.Imports {
				looked++
				if p, err := strconv.Unquote(s.Path.Value); err != nil || strings.HasPrefix(p, "archive/") || strings.HasPrefix(p, "compress/") && !f.IsTest() {
					t.Errorf("%s imports %s", f.Path, s.Path.Value)
				}
			}
		}
	}
	if looked < 1000 {
		t.Errorf("only %d imports were looked at", looked)
	}
}
