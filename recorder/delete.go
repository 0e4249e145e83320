package recorder

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/exprec/exprec/recorder/internal/record"
)

// Delete hides a run everywhere its notes come to. Its content stays in git
// until it is purged, and [Project.Undelete] brings it back.
func (p *Project) Delete(ctx context.Context, r *Run) error {
	return p.annotate(ctx, r, func(n notes, now time.Time, clone string) notes {
		return n.Set(record.Deleted, "true", now, clone)
	})
}

// Undelete takes the deletion of a run back, and a purge that somebody else
// asked for. The error is [ErrPurged] where the content is gone.
func (p *Project) Undelete(ctx context.Context, r *Run) error {
	if r.Purged() {
		return fmt.Errorf("bring the run %s back: %w", r.Short(), ErrPurged)
	}
	return p.annotate(ctx, r, func(n notes, now time.Time, clone string) notes {
		for _, field := range []string{record.Deleted, record.Purged} {
			if n.Flag(field) {
				n = n.Unset(field, now, clone)
			}
		}
		return n
	})
}

// Deleted lists the runs that were deleted, newest first. Those that were
// purged are among them: nothing but their ids is left.
func (p *Project) Deleted(ctx context.Context) ([]*Run, error) {
	rows, err := p.rowsOf(ctx, "", time.Now(), true)
	if err != nil {
		return nil, err
	}
	all, err := rows.open(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(r *Run) bool { return !r.deleted() }), nil
}

// DeletedRun finds a deleted run by its id, at least 4 characters of its
// beginning, its name, alias or title. The error wraps [ErrNoRun], or is an
// [*AmbiguousError].
func (p *Project) DeletedRun(ctx context.Context, ref string) (*Run, error) {
	deleted, err := p.Deleted(ctx)
	if err != nil {
		return nil, err
	}
	prefix := strings.ToLower(ref)
	byID := len(prefix) >= minPrefix && isIDPrefix(prefix)
	found := slices.DeleteFunc(deleted, func(r *Run) bool {
		named := ref != "" && (ref == r.started.Name || ref == r.started.Alias || ref == r.Label())
		return !named && !(byID && strings.HasPrefix(r.uuid, prefix))
	})
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("%w: no deleted run is called %.80q; exprec delete --undo lists them", ErrNoRun, ref)
	case 1:
		return found[0], nil
	}
	return nil, &AmbiguousError{Ref: ref, Candidates: found}
}
