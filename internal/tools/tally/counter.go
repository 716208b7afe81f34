package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// event is one line of go test -json ("go doc test2json").
type event struct {
	Action      string
	Package     string
	Test        string
	ImportPath  string
	Output      string
	Elapsed     float64
	FailedBuild string
}

// testState is what is known of one test that has started.
type testState struct {
	output      []string
	hasChildren bool
	childFailed bool
	done        bool
}

// packageState is what is known of one package of the run.
type packageState struct {
	tests  map[string]*testState
	output []string
	counts totals
}

// counter turns the events of one run into records. A test with subtests is
// counted through them; by itself it counts only when it failed although none
// of them did. Its zero value is not usable; see newCounter.
type counter struct {
	step     string
	strict   bool
	w        io.Writer
	packages map[string]*packageState
	builds   map[string][]string
	records  []Record
}

// newCounter counts for the step of that name and reports failures to w as
// they come. With strict a skip whose reason is not accepted is a failure.
func newCounter(step string, strict bool, w io.Writer) *counter {
	return &counter{step: step, strict: strict, w: w, packages: map[string]*packageState{}, builds: map[string][]string{}}
}

// read takes in events until r ends. Lines that are no events, such as what
// the go command says about its flags, are passed on.
func (c *counter) read(r io.Reader) error {
	in := bufio.NewReader(r)
	for {
		line, err := in.ReadBytes('\n')
		var e event
		if text := strings.TrimSpace(string(line)); text != "" {
			if json.Unmarshal(line, &e) == nil && e.Action != "" {
				c.take(e)
			} else {
				fmt.Fprintln(c.w, "      "+text)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// take handles one event.
func (c *counter) take(e event) {
	switch {
	case e.Action == "build-output":
		c.builds[e.ImportPath] = append(c.builds[e.ImportPath], e.Output)
	case e.Action == "build-fail" || e.Package == "":
	case e.Test == "":
		c.takePackage(e)
	default:
		c.takeTest(e)
	}
}

// pkg returns the state of the package of that import path.
func (c *counter) pkg(path string) *packageState {
	p := c.packages[path]
	if p == nil {
		p = &packageState{tests: map[string]*testState{}}
		c.packages[path] = p
	}
	return p
}

// takeTest handles an event of one test.
func (c *counter) takeTest(e event) {
	p := c.pkg(e.Package)
	t := p.tests[e.Test]
	if t == nil {
		t = &testState{}
		p.tests[e.Test] = t
		for _, parent := range parents(p, e.Test) {
			parent.hasChildren = true
		}
	}
	switch e.Action {
	case "output":
		t.output = append(t.output, e.Output)
	case "pass", "fail", "skip":
		t.done = true
		c.end(p, t, e)
	}
}

// end records the result of a test.
func (c *counter) end(p *packageState, t *testState, e event) {
	result, reason := Result(e.Action), ""
	switch {
	case result == Fail:
		counted := t.hasChildren && t.childFailed
		for _, parent := range parents(p, e.Test) {
			parent.childFailed = true
		}
		if counted {
			return
		}
	case t.hasChildren:
		return
	case result == Skip:
		reason = skipReason(t.output)
		if c.strict && !acceptedSkip(reason) {
			result, reason = Fail, "skipped where it has to run: "+reason
		}
	}
	r := Record{Step: c.step, Package: e.Package, Test: e.Test, Result: result, Reason: reason, Seconds: e.Elapsed}
	c.add(p, r)
	if result == Fail {
		c.report(r, t.output)
	}
	t.output = nil
}

// takePackage handles an event of a package as a whole.
func (c *counter) takePackage(e event) {
	p := c.pkg(e.Package)
	switch e.Action {
	case "output":
		p.output = append(p.output, e.Output)
	case "fail":
		c.unfinished(e.Package, p)
		if p.counts.failed == 0 {
			output := append(slices.Clone(c.builds[e.FailedBuild]), p.output...)
			r := Record{Step: c.step, Package: e.Package, Result: Fail, Reason: packageReason(e), Seconds: e.Elapsed}
			c.add(p, r)
			c.report(r, output)
		}
		c.summary(e, p)
	case "pass":
		c.summary(e, p)
	}
}

// summary prints one line on a package that has ended. One whose tests passed
// may still have failed here, by a skip.
func (c *counter) summary(e event, p *packageState) {
	mark := "ok  "
	if p.counts.failed > 0 {
		mark = "FAIL"
	}
	fmt.Fprintf(c.w, "%s  %-44s %6.1fs  %s\n", mark, e.Package, e.Elapsed, p.counts)
}

// packageReason says why a package failed although no test of it did.
func packageReason(e event) string {
	if e.FailedBuild != "" {
		return "does not build"
	}
	return "failed outside its tests"
}

// unfinished records the tests of a failed package that never ended: the
// process died or ran out of time in them.
func (c *counter) unfinished(path string, p *packageState) {
	var names []string
	for name, t := range p.tests {
		if !t.done && !t.hasChildren {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		r := Record{Step: c.step, Package: path, Test: name, Result: Fail, Reason: "did not finish"}
		c.add(p, r)
		c.report(r, p.tests[name].output)
	}
}

// finish closes the run, whose command ended with err, and returns all
// records. A command that failed with nothing to show for it, or that ran no
// test at all, is one failure.
func (c *counter) finish(err error) []Record {
	t := count(c.records)
	reason := ""
	switch {
	case err != nil && t.failed == 0:
		reason = err.Error()
	case err == nil && t == totals{}:
		reason = "it ran no test"
	}
	if reason != "" {
		r := Record{Step: c.step, Result: Fail, Reason: reason}
		c.records = append(c.records, r)
		c.report(r, nil)
	}
	return c.records
}

// add counts r, of package p.
func (c *counter) add(p *packageState, r Record) {
	c.records = append(c.records, r)
	one := count([]Record{r})
	p.counts.passed += one.passed
	p.counts.failed += one.failed
	p.counts.skipped += one.skipped
}

// report prints a failure with its output.
func (c *counter) report(r Record, output []string) {
	fmt.Fprintf(c.w, "FAIL  %s", r.title())
	if r.Reason != "" {
		fmt.Fprintf(c.w, ": %s", r.Reason)
	}
	fmt.Fprintf(c.w, "\n%s", indent(strings.Join(output, "")))
}

// parents returns the started tests that name is a subtest of.
func parents(p *packageState, name string) []*testState {
	var found []*testState
	for i, r := range name {
		if r == '/' {
			if t := p.tests[name[:i]]; t != nil {
				found = append(found, t)
			}
		}
	}
	return found
}
