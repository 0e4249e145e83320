package views

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"sync"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/views/live"
)

// Options say what a dashboard shows.
type Options struct {
	// Open gives the project. It is asked again while the answer is
	// recorder.ErrNoProject: nothing was recorded yet.
	Open func(context.Context) (*recorder.Project, error)
	// Path is the project's folder as people know it, for the header.
	Path string
}

// Dashboard serves the pages of one project. It is safe for concurrent use.
type Dashboard struct {
	options  Options
	mux      *http.ServeMux
	markdown *markdown
	lines    *lineCache
	outputs  *lru[outputKey, *outputLog]
	colours  *lru[string, []string]
	changes  *lru[comparedKey, recorder.SourceChange]

	live *live.Hub

	mu     sync.Mutex
	opened *recorder.Project

	sparks sparks  // small charts of the runs page
	done   doneLog // what was done to runs there
}

// New makes a dashboard. Nothing is read before the first request.
func New(o Options) *Dashboard {
	d := &Dashboard{
		options:  o,
		markdown: newMarkdown(),
		lines:    newLineCache(cachedLines),
		outputs:  newLRU[outputKey, *outputLog](keptLogs),
		colours:  newLRU[string, []string](keptColours),
		changes:  newLRU[comparedKey, recorder.SourceChange](keptChanges),
	}
	d.live = live.New(d.watch)
	d.mux = d.routes()
	return d
}

// ServeHTTP answers a request.
func (d *Dashboard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mux.ServeHTTP(w, d.withMark(r))
}

// Close ends the streams of open pages and releases the project.
func (d *Dashboard) Close() error {
	d.live.Close()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.opened == nil {
		return nil
	}
	err := d.opened.Close()
	d.opened = nil
	return err
}

// project gives the project, which stays open from the first time on, as long as
// it is the same.
func (d *Dashboard) project(ctx context.Context) (*recorder.Project, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.opened != nil && !d.opened.Stale() {
		return d.opened, nil
	}
	p, err := d.options.Open(ctx)
	if nothingYet(err) && d.opened != nil {
		return nil, &fault{
			status: http.StatusNotFound,
			text:   "The project in " + d.options.Path + " is gone.",
			hint:   "Its folder or its repository was removed or renamed while this page was served. When it comes back, so do its runs.",
		}
	}
	if err != nil {
		return nil, err
	}
	if d.opened != nil {
		_ = d.opened.Close() // of a folder that is gone
	}
	d.opened = p
	return p, nil
}

// run finds the run that a request's {run} means: an id, or at least 4 letters
// of its beginning.
func (d *Dashboard) run(r *http.Request) (*recorder.Project, *recorder.Run, error) {
	p, err := d.project(r.Context())
	if err != nil {
		return nil, nil, err
	}
	ref := r.PathValue("run")
	if !isRunID(ref) {
		return nil, nil, notFound("There is no run %q.", ref)
	}
	run, err := openRun(r.Context(), p, ref)
	if err != nil {
		return nil, nil, err
	}
	return p, asItIsNow(p, run), nil
}

// openRun finds a run by its id, or one of the records of a run that has two by
// its address.
func openRun(ctx context.Context, p *recorder.Project, ref string) (*recorder.Run, error) {
	if strings.Contains(ref, "@") {
		return p.Run(ctx, ref)
	}
	return p.UniqueRun(ctx, ref)
}

// asItIsNow is a run with all that its processes have logged by now. Nothing is
// asked for one that has ended.
func asItIsNow(p *recorder.Project, run *recorder.Run) *recorder.Run {
	if sealed(run) {
		return run
	}
	return p.Refresh(run)
}

// isRunID reports whether a text can be the id of a run or the beginning of
// one, or the address of one of its records: nothing else gets as far as the
// project.
func isRunID(s string) bool {
	id, commit, beside := strings.Cut(s, "@")
	return isHex(id, 36) && (!beside || isHex(commit, 40) && !strings.Contains(commit, "-"))
}

// isHex reports whether a text is 4 and more digits, with hyphens between.
func isHex(s string, most int) bool {
	if len(s) < 4 || len(s) > most {
		return false
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') && c != '-' {
			return false
		}
	}
	return true
}

// name is what the project is called.
func (d *Dashboard) name() string { return filepath.Base(d.options.Path) }

// nothingYet reports whether an error says that nothing was ever recorded.
func nothingYet(err error) bool { return errors.Is(err, recorder.ErrNoProject) }
