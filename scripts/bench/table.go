//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"
)

// A row is one piece of work beside its baseline.
type row struct {
	Work     string
	Took     time.Duration
	Baseline string
	Other    time.Duration
	Goal     string // of the ratio or of the work itself
	Note     string // what else was measured
	RSS      int64  // bytes, peak of the process that did the work
	OtherRSS int64  // bytes, peak of the baseline's process, 0 when it is the same
}

// table runs each section in a process of its own, so that the peak memory
// belongs to it alone, and prints what they measured.
func table(dir string, quick bool, only string) error {
	dir, err := os.MkdirTemp(dir, "exprec-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "work\ttook\tpeak memory\tbaseline\ttook\tpeak memory\tratio\tto reach\t")
	for _, s := range sections {
		if !strings.Contains(s.name, only) {
			continue
		}
		rows, err := measure(s.name, dir, quick)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		for _, r := range rows {
			fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.Work, short(r.Took), size(r.RSS),
				r.Baseline, short(r.Other), size(r.OtherRSS), ratio(r.Took, r.Other), r.Goal, r.Note)
		}
	}
	return out.Flush()
}

// measure runs this program for one section.
func measure(name, dir string, quick bool) ([]row, error) {
	fmt.Fprintln(os.Stderr, "measuring", name)
	command := exec.Command("/proc/self/exe", "-section", name, "-dir", dir, fmt.Sprintf("-quick=%v", quick))
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		return nil, err
	}
	var rows []row
	if err := json.Unmarshal(out, &rows); err != nil {
		return nil, err
	}
	return rows, nil
}

// child measures one section.
func child(name, dir string, s scaling) error {
	i := slices.IndexFunc(sections, func(s section) bool { return s.name == name })
	if i < 0 {
		return fmt.Errorf("there is no section %q", name)
	}
	dir, err := os.MkdirTemp(dir, "section-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	rows, err := sections[i].run(dir, s)
	if err != nil {
		return err
	}
	memory, err := peak()
	if err != nil {
		return err
	}
	for i := range rows {
		if rows[i].RSS == 0 {
			rows[i].RSS = memory
		}
	}
	return json.NewEncoder(os.Stdout).Encode(rows)
}

// peak is the most memory that this process had, in bytes (proc(5), VmHWM).
func peak() (int64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	var kilobytes int64
	_, err = fmt.Sscan(after, &kilobytes)
	return kilobytes << 10, err
}

func size(bytes int64) string {
	if bytes == 0 {
		return "-"
	}
	return humanize.IBytes(uint64(bytes))
}

// ratio has the digits that tell something.
func ratio(took, other time.Duration) string {
	if other == 0 || took == 0 {
		return "-"
	}
	r := float64(took) / float64(other)
	if r < 0.01 {
		return fmt.Sprintf("%.4f", r)
	}
	return fmt.Sprintf("%.2f", r)
}

// short rounds to three digits.
func short(d time.Duration) string {
	switch {
	case d == 0:
		return "-"
	case d >= time.Second:
		return d.Round(10 * time.Millisecond).String()
	case d >= time.Millisecond:
		return d.Round(10 * time.Microsecond).String()
	case d >= time.Microsecond:
		return d.Round(10 * time.Nanosecond).String()
	}
	return d.String()
}

// medians runs each work that often, in turns, so that a machine that gets
// busier is so for all of them, and gives the median time of each.
func medians(rounds int, works ...func() error) ([]time.Duration, error) {
	times := make([][]time.Duration, len(works))
	for range rounds {
		for i, work := range works {
			runtime.GC() // the garbage of one is not the load of the next
			start := time.Now()
			if err := work(); err != nil {
				return nil, err
			}
			times[i] = append(times[i], time.Since(start))
		}
	}
	middle := make([]time.Duration, len(works))
	for i := range times {
		slices.Sort(times[i])
		middle[i] = times[i][rounds/2]
	}
	return middle, nil
}
