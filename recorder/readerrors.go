package recorder

import (
	"errors"
	"fmt"
	"strings"

	"github.com/exprec/exprec/recorder/internal/record"
)

// Errors of reading runs.
var (
	// ErrDamaged: a run, or a part of it, is not as it was written.
	ErrDamaged = errors.New("damaged")
	// ErrNewer: a later version of exprec wrote it in a form that this one does
	// not know.
	ErrNewer = record.ErrNewer
	// ErrNoSource: the source of the run was not kept.
	ErrNoSource = errors.New("no source was kept")
	// ErrPurged: the content of the run was removed for good.
	ErrPurged = errors.New("its content was purged")
	// ErrNoScalar: the run has no scalar of that name.
	ErrNoScalar = errors.New("no such scalar")
	// ErrNoImage: the run has no image of that name and step.
	ErrNoImage = errors.New("no such image")
	// ErrLight: what was asked for is on a remote, and of the run only what lists
	// need is here.
	ErrLight = errors.New("not here in full")
	// ErrNoKey: a column was asked for that no run has.
	ErrNoKey = errors.New("no run has a parameter, scalar or result")
	// ErrNoMetric: nothing says by what runs are to be compared, or it says more
	// than one thing.
	ErrNoMetric = errors.New("the runs cannot be ranked")
	// errOwnFiles: the folder of a run holds what is nowhere else.
	errOwnFiles = errors.New("its folder holds files that are not in its record")
	// ErrNothingChecked: a check that looked at nothing is no good news.
	ErrNothingChecked = errors.New("nothing was checked: there are no runs here, or none that can be read")
)

// AmbiguousError says that several runs answer to a reference where one is
// wanted.
type AmbiguousError struct {
	Ref        string
	Candidates []*Run // newest first, at least two
}

// namedCandidates is how many runs the message names.
const namedCandidates = 5

// Error names some of the runs and says what to do.
func (e *AmbiguousError) Error() string {
	var names []string
	for _, r := range e.Candidates[:min(len(e.Candidates), namedCandidates)] {
		names = append(names, fmt.Sprintf("%s (%s)", r.ID(), r.Label()))
	}
	if more := len(e.Candidates) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return fmt.Sprintf("%.80q means several runs: %s; give more of the id", e.Ref, strings.Join(names, ", "))
}
