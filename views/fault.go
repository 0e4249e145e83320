package views

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/exprec/exprec/recorder"
)

// A fault is an answer that is no page: its status, and what it says to people.
type fault struct {
	status int
	text   string
	hint   string
}

func (f *fault) Error() string { return f.text }

func notFound(format string, args ...any) error {
	return &fault{status: http.StatusNotFound, text: fmt.Sprintf(format, args...)}
}

func badRequest(format string, args ...any) error {
	return &fault{status: http.StatusBadRequest, text: fmt.Sprintf(format, args...)}
}

// faultOf finds the answer to an error.
func faultOf(err error) *fault {
	var f *fault
	var ambiguous *recorder.AmbiguousError
	var query *recorder.QueryError
	var large *http.MaxBytesError
	status := http.StatusInternalServerError
	switch {
	case errors.As(err, &f):
		return f
	case errors.Is(err, context.Canceled):
		status = 499 // nobody waits for the answer any more
	case errors.Is(err, recorder.ErrNoRun), errors.Is(err, recorder.ErrNoScalar), errors.Is(err, recorder.ErrNoImage), nothingYet(err):
		status = http.StatusNotFound
	case errors.Is(err, recorder.ErrLight):
		return &fault{status: http.StatusNotFound, text: sentence(err.Error()), hint: "The page of the run has a button that gets all of it."}
	case errors.Is(err, recorder.ErrPurged):
		status = http.StatusGone
	case errors.Is(err, recorder.ErrInvalid), errors.Is(err, recorder.ErrNoKey), errors.As(err, &query):
		status = http.StatusBadRequest
	case errors.As(err, &large):
		return &fault{status: http.StatusRequestEntityTooLarge, text: fmt.Sprintf("More than %s were sent.", size(large.Limit))}
	case errors.As(err, &ambiguous), errors.Is(err, recorder.ErrUnfinished):
		status = http.StatusConflict
	}
	return &fault{status: status, text: sentence(err.Error())}
}

// sentence begins with a capital and ends with a full stop.
func sentence(s string) string {
	if s == "" {
		return s
	}
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// fault answers with a page that says what is wrong.
func (d *Dashboard) fault(w http.ResponseWriter, r *http.Request, err error) {
	f := faultOf(err)
	if renderErr := d.render(w, r, f.status, head{Title: http.StatusText(f.status)}, faultPage(f)); renderErr != nil {
		http.Error(w, f.text, f.status)
	}
}
