package recorder

import (
	"slices"
	"time"

	"github.com/exprec/exprec/recorder/internal/index"
	"github.com/exprec/exprec/recorder/internal/record"
)

const deletedFlag = index.Deleted

// Row is a run of a list. What it tells costs a look into a column; what it does
// not, [Row.Run] does. Slices and maps that it gives are not to be changed.
type Row struct {
	of *catalog
	n  int
}

// ID is the run's UUID.
func (r Row) ID() string { return idText(r.of.key(r.n).ID) }

// Short is the beginning of the id that people read and type.
func (r Row) Short() string { return shortID(r.ID()) }

// Run opens the run, as it is now.
func (r Row) Run() *Run {
	if run := r.of.run(r.n); run != nil {
		return run
	}
	id := r.ID()
	at, _ := findListed(r.of.listed, id)
	return r.of.project.best(id, r.of.listed[at].copies)
}

// Err says why the run, or its parameters or scalars, can be read in part
// only; see [Run.Err].
func (r Row) Err() error {
	r.of.mu.Lock()
	defer r.of.mu.Unlock()
	return r.of.errs[r.n]
}

// Label is how the run is called: title, name or alias.
func (r Row) Label() string { return r.of.labels()(r.n) }

// Alias is the name that the run drew.
func (r Row) Alias() string { return r.of.text("alias", r.n) }

// Name is the run's name as recorded.
func (r Row) Name() string { return r.of.text("name", r.n) }

// Title is the line for people, as edited last.
func (r Row) Title() string { return r.of.text("title", r.n) }

// Description is what people wrote about the run, in Markdown.
func (r Row) Description() string { return r.of.text("description", r.n) }

// Conclusion is what people learned from the run, in Markdown.
func (r Row) Conclusion() string { return r.of.text("conclusion", r.n) }

// Group is what the run belongs to, or empty.
func (r Row) Group() string { return r.of.text("group", r.n) }

// Status is how the run stands or ended.
func (r Row) Status() Status { return Status(r.of.text("status", r.n)) }

// Host is the name of the machine.
func (r Row) Host() string { return r.of.text("host", r.n) }

// User is the account that ran it.
func (r Row) User() string { return r.of.text("user", r.n) }

// Author is who ran it, by git's user.name; empty where nobody said.
func (r Row) Author() string { return r.of.text("author", r.n) }

// Failure is the error that ended the run, without its stack; nil where there
// was none.
func (r Row) Failure() *Failure {
	f := &Failure{Type: r.of.text("error_type", r.n), Message: r.of.text("error", r.n), Fingerprint: r.of.text("fingerprint", r.n)}
	if f.Type == "" && f.Message == "" && f.Fingerprint == "" {
		return nil
	}
	return f
}

// Git is the user's repository at the start, without its remote; nil where
// there was none.
func (r Row) Git() *Git {
	if !r.of.flag(index.InGit, r.n) {
		return nil
	}
	return &Git{Commit: r.of.text("commit", r.n), Branch: r.of.text("branch", r.n), Dirty: r.of.flag(index.Dirty, r.n)}
}

// Continues is the UUID of the run that this one goes on from, or empty.
func (r Row) Continues() string { return r.of.text("continues", r.n) }

// Tags are the run's tags, sorted.
func (r Row) Tags() []string { return r.of.list("tags", r.n) }

// Command is the command as it ran.
func (r Row) Command() []string { return r.of.list("command", r.n) }

// Parents are the UUIDs of the runs whose files were read.
func (r Row) Parents() []string { return r.of.list("parents", r.n) }

// Archived reports whether lists leave the run out unless asked.
func (r Row) Archived() bool { return r.of.flag(index.Archived, r.n) }

// Started is when the run began; zero where nobody knows.
func (r Row) Started() time.Time { return timeOf(r.of.number("started", r.n)) }

// Ended is when the run ended; zero while it has not been sealed.
func (r Row) Ended() time.Time { return timeOf(r.of.number("ended", r.n)) }

// Seconds is how long the run took, or has taken by now.
func (r Row) Seconds() float64 { return r.of.seconds(r.n) }

// ExitCode is nil where it is not known.
func (r Row) ExitCode() *int {
	n := r.of.number("exit", r.n)
	if n == index.Absent {
		return nil
	}
	code := int(n)
	return &code
}

// Steps is how many steps are planned, 0 where nobody knows.
func (r Row) Steps() int64 { return r.of.number("steps", r.n) }

// Bytes is the size of the run's source, images and files.
func (r Row) Bytes() int64 { return r.of.number("bytes", r.n) }

// Params are the run's parameters; see [Run.Params].
func (r Row) Params() map[string]any {
	params, err := record.DecodeParams([]byte(r.of.text("params", r.n)))
	if err != nil {
		return map[string]any{}
	}
	return params
}

// EachParam visits the parameters, nested ones under their dotted names,
// sorted.
func (r Row) EachParam(visit func(name string, v Value)) {
	index.EachParam(r.of.text("params", r.n), func(name string, p index.Parameter) { visit(name, valueOfParam(p)) })
}

// Results are the values without a step, in the order they were first set.
func (r Row) Results() []Result {
	var results []Result
	for _, name := range r.of.list("results", r.n) {
		half, at := r.of.result(name).in(r.n)
		if v, ok := half.Float(at); ok {
			results = append(results, Result{Name: name, Value: v})
		}
	}
	return results
}

// ScalarNames are the run's scalars, in the order of their first points,
// without those below system/.
func (r Row) ScalarNames() []string {
	all := r.of.list("scalars", r.n)
	if !slices.ContainsFunc(all, record.IsSystem) {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), record.IsSystem)
}

// ResultNames are the run's results, in the order they were first set.
func (r Row) ResultNames() []string { return r.of.list("results", r.n) }

// Scalar is the summary of a scalar, also of one below system/, without its
// preview.
func (r Row) Scalar(name string) (ScalarSummary, bool) { return r.of.summary(name, r.n) }

// Scalars are the summaries of the run's scalars; see [Run.Scalars].
func (r Row) Scalars() []ScalarSummary {
	var scalars []ScalarSummary
	for _, name := range r.ScalarNames() {
		if s, ok := r.Scalar(name); ok {
			scalars = append(scalars, s)
		}
	}
	return scalars
}

// Goals are the goals that the program declared; the first is of the main
// metric.
func (r Row) Goals() []record.NamedGoal { return r.of.goals(r.n) }

// Goal says what is better for a scalar or result; see [Run.Goal].
func (r Row) Goal(name string) Goal { return r.of.project.goal(r.Goals(), name) }

// MainMetric is the scalar or result that the run is judged by; see
// [Run.MainMetric].
func (r Row) MainMetric() string { return r.of.project.mainMetric(r.Goals()) }
