// Package say puts what runs hold into words for people, the same on a terminal
// and on a page. It knows nothing of either: what is hostile in a text is for
// them to show harmlessly.
package say

import (
	"cmp"
	"math"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/exprec/exprec/recorder"
)

// Short is the beginning of an id that people read and type, and of a record
// beside another one the beginning of its commit too.
func Short(id string) string {
	id, commit, beside := strings.Cut(id, "@")
	if id = id[:min(8, len(id))]; beside {
		id += "@" + commit[:min(8, len(commit))]
	}
	return id
}

// Count says how many there are of something: "1 run", "2,000 runs".
func Count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return humanize.Comma(int64(n)) + " " + what
}

// Number is a value with four significant digits.
func Number(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e6 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

// Size is a number of bytes.
func Size(bytes int64) string { return humanize.Bytes(uint64(max(bytes, 0))) }

// System is a figure of the system in its unit, which the end of its name says.
func System(name string, v float64) string {
	switch name[strings.LastIndexByte(name, '/')+1:] {
	case "cpu", "utilization":
		return strconv.FormatFloat(v, 'f', 0, 64) + " %"
	case "memory":
		return Size(int64(v))
	case "read", "written", "received", "sent":
		return Size(int64(v)) + "/s"
	}
	return Number(v)
}

// GPUs describe graphics processors, a line each, equal ones together.
func GPUs(gpus []recorder.GPU) []string {
	var lines []string
	for i := 0; i < len(gpus); {
		g, n := gpus[i], 1
		for i+n < len(gpus) && gpus[i+n].Name == g.Name && gpus[i+n].Memory == g.Memory && gpus[i+n].Driver == g.Driver {
			n++
		}
		line := cmp.Or(g.Name, "unknown")
		if n > 1 {
			line = strconv.Itoa(n) + " × " + line
		}
		if g.Memory > 0 {
			line += ", " + Size(int64(g.Memory))
		}
		if g.Driver != "" {
			line += ", driver " + g.Driver
		}
		lines, i = append(lines, line), i+n
	}
	return lines
}
