package recorder

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/record"
)

// takeViews joins the remote's saved views into those here. They go along with
// all runs, not with some that were named.
func (s *sharing) takeViews(ctx context.Context) error {
	there := s.views
	if here, err := s.store.Ref(viewsRef); there.IsZero() || s.options.Runs != nil || s.options.DryRun || err == nil && here == there {
		return nil
	}
	if _, err := readViewsAt(s.store, there); err != nil {
		fetched, err := s.remote.Fetch(ctx, s.options.WireOptions, s.listing, []gitstore.Ref{{Name: viewsRef, Hash: there}})
		if err != nil && s.movedOn(there, err) {
			return nil
		}
		if err != nil {
			return err
		}
		defer fetched.Release()
	}
	theirs, err := readViewsAt(s.store, there)
	if err != nil {
		return fmt.Errorf("read the views of %s: %w", s.remote.Name, err)
	}
	return s.project.changeViews(ctx, "take the views of "+s.remote.Name, func(n notes, _ time.Time, _ string) (notes, error) {
		return record.Join(n, theirs), nil
	})
}

// viewsUpdate is what the remote is to get of the views here, which hold its own.
func (s *sharing) viewsUpdate() ([]gitstore.Update, error) {
	if s.options.Runs != nil || s.options.DryRun {
		return nil, nil
	}
	here, err := s.store.Ref(viewsRef)
	if errors.Is(err, gitstore.ErrNotFound) || err == nil && here == s.views {
		return nil, nil
	}
	return []gitstore.Update{{Ref: viewsRef, New: here, Old: s.views}}, err
}
