package recorder

import (
	"context"
	"errors"
	"fmt"

	"github.com/exprec/exprec/gitstore"
)

// Finding is something that is wrong with a run.
type Finding struct {
	Run     string        // its UUID
	Object  gitstore.Hash // the git object, zero where it is none
	Path    string        // in the run's tree or folder, empty for the run as a whole
	Problem string
	Err     error // nil where nothing but Problem is known
}

// CheckReport is what [Project.Check] looked at and found.
type CheckReport struct {
	Runs     int // that were checked
	Sealed   int // of them
	Purged   int // runs of which nothing is left but that they were purged
	Objects  int // git objects that were read
	Points   int64
	Large    int // files in the LFS store whose content was read
	Pruned   int // files whose content was pruned, which is no damage
	Skipped  int // refs beside the runs that are not called as runs are
	Findings []Finding
}

// Err is nil only where something was checked and nothing was found; else it
// wraps [ErrDamaged] or [ErrNothingChecked].
func (c *CheckReport) Err() error {
	switch {
	case len(c.Findings) > 0:
		return fmt.Errorf("%w: %d findings in %d runs", ErrDamaged, len(c.Findings), c.Runs)
	case c.Runs == 0 || c.Objects == 0:
		return ErrNothingChecked
	}
	return nil
}

// Check verifies runs, all of the project where none is given: every git
// object by its hash, every file of the record by decoding it, the columns
// against their index, content in the LFS store by its hash, and the journals
// of runs that are not sealed. Damage is in the report's Findings; the error
// is that of ctx, or says that the runs cannot be listed.
func (p *Project) Check(ctx context.Context, runs ...*Run) (*CheckReport, error) {
	report := &CheckReport{Skipped: p.Skipped()}
	if len(runs) == 0 {
		all, err := p.all(ctx)
		if err != nil {
			return report, err
		}
		runs = all
	}
	for _, r := range runs {
		if err := ctx.Err(); err != nil {
			return report, err
		}
		c := checker{ctx: ctx, run: r, report: report}
		c.check()
	}
	return report, ctx.Err()
}

// checker checks one run.
type checker struct {
	ctx    context.Context
	run    *Run
	report *CheckReport
}

func (c *checker) found(path string, err error) {
	if err != nil && c.ctx.Err() == nil {
		c.report.Findings = append(c.report.Findings, Finding{Run: c.run.uuid, Path: path, Problem: err.Error(), Err: err})
	}
}

func (c *checker) check() {
	r := c.run
	if r.purged {
		c.report.Purged++
		c.objects()
		return
	}
	c.report.Runs++
	c.found("", r.err)
	if r.store != nil && !r.tip.IsZero() {
		c.objects()
	}
	if !r.known() {
		if r.store == nil {
			c.journals()
		}
		return
	}
	c.chain()
	if r.started.Status.Final() {
		c.report.Sealed++
		c.record()
	} else {
		c.journals()
	}
	c.large("files", r.started.Large)
	c.large("source", r.largeSource())
}

// objects checks what the ref reaches, as git objects.
func (c *checker) objects() {
	checked, findings, err := c.run.store.Check(c.ctx, c.run.tip)
	c.report.Objects += checked
	for _, f := range findings {
		c.report.Findings = append(c.report.Findings,
			Finding{Run: c.run.uuid, Object: f.Object, Path: f.Path, Problem: f.Problem, Err: f.Err})
	}
	c.found("", err)
}

// chain checks that nothing changed the record after the run was sealed.
func (c *checker) chain() {
	r := c.run
	b, _, err := baseOf(r.store, r.commit)
	if err != nil {
		return // found as an object or as a file already
	}
	info, err := r.store.ReadCommit(b.hash)
	if err != nil || len(info.Parents) == 0 || !r.started.Status.Final() {
		return
	}
	below, err := r.store.ReadCommit(info.Parents[0])
	if err != nil {
		return
	}
	if run, err := readRun(r.store, below.Tree); err == nil && run.Status.Final() {
		c.found("run.msgpack", errors.New("the record was changed after the run had been sealed"))
	}
}

// journals checks those of a run that is not sealed.
func (c *checker) journals() {
	if c.run.folder == "" {
		return
	}
	f, err := fold(c.run.folder, c.run.Started())
	if err != nil {
		c.found(journalName, err)
		return
	}
	for _, damage := range f.damage {
		c.found(journalName, errors.New(damage))
	}
	c.report.Points += f.columns.Len()
}
