package recorder

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/exprec/exprec/gitstore"
)

// besideLength is how many digits of its commit name a record beside another.
const besideLength = 12

// Address is how the run is named where its id alone would not do: the UUID,
// and of a record that is kept beside another of the same run @ and the
// beginning of its commit too. [Project.Run] finds it.
func (r *Run) Address() string {
	if r.beside.IsZero() {
		return r.uuid
	}
	return r.uuid + "@" + r.beside.String()[:besideLength]
}

// Beside reports whether this is a record that is kept beside the one that
// counts: somebody else sealed a run of the same id with another content.
func (r *Run) Beside() bool { return !r.beside.IsZero() }

// Record is the commit of the record itself, below the notes; of a run that is
// not sealed that of its start, and zero of one that is not in git.
func (r *Run) Record() gitstore.Hash {
	if r.store == nil || r.tip.IsZero() {
		return gitstore.Hash{}
	}
	b, _, err := baseOf(r.store, r.tip)
	if err != nil {
		return r.tip
	}
	return b.hash
}

// Records are all records of a run that has several: the one that counts first,
// then the others. It has one alone nearly always.
func (r *Run) Records() ([]*Run, error) {
	counts := r
	if r.Beside() {
		counts = r.counts
	}
	rivals, err := counts.Rivals()
	if err != nil {
		return nil, err
	}
	records := []*Run{counts}
	for _, rival := range rivals {
		records = append(records, counts.besideIt(rival))
	}
	return records, nil
}

// besideIt is another record of the run. Its notes are those of the run: they
// are about both.
func (r *Run) besideIt(commit gitstore.Hash) *Run {
	other := r.project.loadOnce(r.store, r.uuid, commit)
	other.beside, other.counts, other.notes = commit, r, r.notes
	other.folder = "" // journals are those of the one that counts
	return other
}

// record finds the record that a run and the beginning of a commit name, as in
// 604c5b30@1f2e3d4c; ok is false where the reference is none of that kind.
func (p *Project) record(ctx context.Context, ref string) (found *Run, ok bool, err error) {
	at := strings.LastIndexByte(ref, '@')
	if at <= 0 {
		return nil, false, nil
	}
	of, commit := ref[:at], strings.ToLower(ref[at+1:])
	if len(commit) < minPrefix || strings.Trim(commit, "0123456789abcdef") != "" {
		return nil, false, nil
	}
	runs, err := p.resolve(ctx, of)
	if err != nil {
		return nil, false, ctx.Err() // the reference as a whole is what is not found
	}
	run := runs[0]()
	records, err := run.Records()
	if err != nil {
		return nil, true, err
	}
	begins := func(r *Run) bool {
		return strings.HasPrefix(r.tip.String(), commit) || strings.HasPrefix(r.Record().String(), commit)
	}
	first := slices.IndexFunc(records, begins)
	switch {
	case first < 0:
		return nil, true, fmt.Errorf("%w: %s has no record %s; exprec show %s names them", ErrNoRun, run.Short(), commit, run.Short())
	case slices.ContainsFunc(records[first+1:], begins):
		return nil, true, fmt.Errorf("%w: two records of %s begin with %s; give more of the commit", ErrNoRun, run.Short(), commit)
	}
	return records[first], true, nil
}
