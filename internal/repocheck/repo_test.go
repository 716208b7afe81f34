package repocheck

import (
	"os"
	"testing"
)

// root is the top of the repository as seen from here.
const root = "../.."

// TestRepository holds the rules against the tree this test lies in.
func TestRepository(t *testing.T) {
	tree, err := Load(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range Checks {
		t.Run(c.Name, func(t *testing.T) {
			for _, problem := range c.Find(tree) {
				t.Error(problem)
			}
		})
	}
}
