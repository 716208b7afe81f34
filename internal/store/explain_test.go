package store

import (
	"database/sql"
	"errors"
	"path/filepath"
	"testing"
)

func TestWhatCannotBeWrittenIsExplained(t *testing.T) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "x.db")+"?_pragma=query_only(1)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	_, err = db.Exec(`CREATE TABLE x (y INTEGER)`)
	if err == nil || errors.Is(err, ErrNotWritable) {
		t.Fatalf("a table was made: %v", err)
	}
	if !errors.Is(explain(err), ErrNotWritable) {
		t.Errorf("%v is not explained", err)
	}
	none, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "no", "folder", "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer none.Close()
	if err := none.Ping(); !errors.Is(explain(err), ErrNotWritable) {
		t.Errorf("%v is not explained", err)
	}
}
