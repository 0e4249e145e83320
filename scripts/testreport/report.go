package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// An event is one line of go test -json (go doc test2json).
type event struct {
	Action, Package, Test, ImportPath, Output string
	Elapsed                                   float64 // seconds
}

// A report is what became of the tests.
type report struct {
	passed, failed, skipped int
	brokenPackages          []string // builds that failed, processes that died
	skips                   []string
	times                   []timed

	output map[string]*strings.Builder // by package and test, of tests that run
}

type timed struct {
	name    string
	seconds float64
}

// read follows the events to their end and writes what cannot wait to out.
func read(events io.Reader, out io.Writer) (*report, error) {
	r := &report{output: map[string]*strings.Builder{}}
	lines := bufio.NewReader(events)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			r.line(line, out)
		}
		if err == io.EOF {
			return r, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

func (r *report) line(line []byte, out io.Writer) {
	var e event
	if json.Unmarshal(line, &e) != nil {
		out.Write(line) // not an event: go itself had something to say
		return
	}
	switch {
	case e.Action == "build-output":
		io.WriteString(out, e.Output)
	case e.Test != "":
		r.test(e, out)
	default:
		r.pkg(e, out)
	}
}

// test handles an event of one test.
func (r *report) test(e event, out io.Writer) {
	name := e.Package + " " + e.Test
	switch e.Action {
	case "output":
		if r.output[name] == nil {
			r.output[name] = new(strings.Builder)
		}
		r.output[name].WriteString(e.Output)
		return
	case "pass":
		r.passed++
	case "fail":
		r.failed++
		r.print(name, out)
	case "skip":
		r.skipped++
		r.skips = append(r.skips, name)
		r.print(name, out)
	default:
		return
	}
	delete(r.output, name)
	r.times = append(r.times, timed{name, e.Elapsed})
}

// pkg handles an event of a whole package.
func (r *report) pkg(e event, out io.Writer) {
	switch e.Action {
	case "output":
		if e.Output != "PASS\n" && e.Output != "FAIL\n" {
			io.WriteString(out, e.Output)
		}
	case "fail":
		r.brokenPackages = append(r.brokenPackages, e.Package)
		r.unfinished(e.Package, out)
	}
}

// unfinished prints what tests said that their process did not live to end.
func (r *report) unfinished(pkg string, out io.Writer) {
	names := []string{}
	for name := range r.output {
		if strings.HasPrefix(name, pkg+" ") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		r.print(name, out)
		r.failed++
		delete(r.output, name)
	}
}

func (r *report) print(name string, out io.Writer) {
	fmt.Fprintf(out, "--- %s\n", name)
	if output := r.output[name]; output != nil {
		io.WriteString(out, output.String())
	}
}

// good reports whether tests ran and every one of them passed.
func (r *report) good() bool {
	return r.passed > 0 && r.failed == 0 && r.skipped == 0 && len(r.brokenPackages) == 0
}

// summary writes the slowest tests, what is wrong, and the counts.
func (r *report) summary(out io.Writer) {
	slices.SortStableFunc(r.times, func(a, b timed) int { return cmp.Compare(b.seconds, a.seconds) })
	fmt.Fprintln(out, "\nslowest tests:")
	for _, t := range r.times[:min(5, len(r.times))] {
		fmt.Fprintf(out, "%8.2fs  %s\n", t.seconds, t.name)
	}
	for _, pkg := range r.brokenPackages {
		fmt.Fprintln(out, "FAIL", pkg)
	}
	for _, name := range r.skips {
		fmt.Fprintln(out, "SKIP", name, "(a skipped test is a failure)")
	}
	if r.passed+r.failed+r.skipped == 0 {
		fmt.Fprintln(out, "no test ran")
	}
	fmt.Fprintf(out, "\n%d passed, %d failed, %d skipped\n", r.passed, r.failed, r.skipped)
}
