package views

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/exprec/exprec/recorder"
)

// systemFacts say what the program and its machine used.
func systemFacts(run *recorder.Run) []fact {
	figures, _ := run.System()
	var facts []fact
	for _, f := range figures {
		words := systemValue(f.Name, f.Max) + " at most"
		if f.Count > 1 {
			words += ", " + systemValue(f.Name, f.Last) + " in the end"
		}
		facts = append(facts, fact{strings.TrimPrefix(f.Name, "system/"), words})
	}
	return facts
}

// systemValue shows a figure of the system in its unit, which the end of its name
// says.
func systemValue(name string, v float64) string {
	switch name[strings.LastIndexByte(name, '/')+1:] {
	case "cpu", "utilization":
		return strconv.FormatFloat(v, 'f', 0, 64) + " %"
	case "memory":
		return size(int64(v))
	case "read", "written", "received", "sent":
		return size(int64(v)) + "/s"
	}
	return number(v)
}

// gpuLines describe graphics processors, equal ones together.
func gpuLines(gpus []recorder.GPU) []string {
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
			line += ", " + size(int64(g.Memory))
		}
		if g.Driver != "" {
			line += ", driver " + g.Driver
		}
		lines, i = append(lines, line), i+n
	}
	return lines
}
