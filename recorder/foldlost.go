package recorder

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/exprec/exprec/recorder/internal/record"
)

// Where the memory that the program, and its whole machine, uses is logged, in
// bytes.
const (
	memoryScalar  = record.SystemPrefix + "memory"
	machineScalar = record.SystemPrefix + "machine/memory"
)

// nearlyAll is the part of the memory from which on want of it is the likely
// cause of a death without a word.
const nearlyAll = 0.95

// lostError says what is known of a run whose processes died without a word.
func (f *folded) lostError(run *record.Run) *record.Failure {
	said := []string{"its process died without a word"}
	if len(f.ending.seen) > 0 {
		said[0] = "its process died, and nobody could see how"
	}
	if at := f.last; !at.IsZero() {
		said = append(said, "heard last "+at.UTC().Format(time.TimeOnly)+" UTC")
	}
	if name, step, ok := f.columns.Latest(ofTheProgram); ok {
		said = append(said, fmt.Sprintf("last recorded %s at step %s", name, thousands(step)))
	}
	memory, ok := f.columns.Last(memoryScalar)
	if ok && memory > 0 {
		said = append(said, fmt.Sprintf("memory %.1f GB then", memory/1e9))
	}
	if used, _ := f.columns.Last(machineScalar); run.Host.Memory > 0 && max(memory, used) >= nearlyAll*float64(run.Host.Memory) {
		said = append(said, fmt.Sprintf("probably out of memory: there were %.1f GB", float64(run.Host.Memory)/1e9))
	}
	text := said[0]
	if len(said) > 1 {
		text += "; " + strings.Join(said[1:], ", ")
	}
	return &record.Failure{Type: "lost", Message: text}
}

// ofTheProgram tells the program's own scalars from those that are logged
// about it.
func ofTheProgram(name string) bool { return !strings.HasPrefix(name, record.SystemPrefix) }

// thousands writes a number with commas: 1,204.
func thousands(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return sign + digits
}
