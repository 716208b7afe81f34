package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// resultsName is the file in the -out folder with one Record per line.
const resultsName = "results.jsonl"

// Result says how a check ended.
type Result string

// The three results, as go test calls them.
const (
	Pass Result = "pass"
	Fail Result = "fail"
	Skip Result = "skip"
)

// Record is one counted check: a gate, or one test of a step.
type Record struct {
	// Step is the name given on the command line.
	Step string `json:"step"`
	// Package and Test name the test; both are empty for a gate. Test is empty
	// for a package that failed as a whole.
	Package string `json:"package,omitempty"`
	Test    string `json:"test,omitempty"`
	Result  Result `json:"result"`
	// Reason is why a test was skipped or a check failed, in one line.
	Reason  string  `json:"reason,omitempty"`
	Seconds float64 `json:"seconds"`
}

// title names the check for a reader.
func (r Record) title() string {
	switch {
	case r.Package == "":
		return r.Step
	case r.Test == "":
		return r.Package
	}
	return r.Package + " " + r.Test
}

// totals are the three numbers of the last line.
type totals struct{ passed, failed, skipped int }

// String is the line with which ./test ends.
func (t totals) String() string {
	return fmt.Sprintf("%d passed, %d failed, %d skipped", t.passed, t.failed, t.skipped)
}

// count adds up records.
func count(records []Record) totals {
	var t totals
	for _, r := range records {
		switch r.Result {
		case Pass:
			t.passed++
		case Skip:
			t.skipped++
		default:
			t.failed++
		}
	}
	return t
}

// appendRecords adds records to the results of the -out folder dir.
func appendRecords(dir string, records []Record) error {
	f, err := os.OpenFile(filepath.Join(dir, resultsName), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o666)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	enc := json.NewEncoder(w)
	for _, r := range records {
		if err := enc.Encode(r); err != nil {
			f.Close()
			return err
		}
	}
	return errors.Join(w.Flush(), f.Close())
}

// readRecords returns the results of the -out folder dir, none when no step
// has run yet.
func readRecords(dir string) ([]Record, error) {
	f, err := os.Open(filepath.Join(dir, resultsName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var records []Record
	dec := json.NewDecoder(f)
	for {
		var r Record
		err := dec.Decode(&r)
		if errors.Is(err, io.EOF) {
			return records, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name(), err)
		}
		records = append(records, r)
	}
}
