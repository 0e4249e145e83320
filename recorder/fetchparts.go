package recorder

import (
	"context"
	"errors"
	"fmt"

	"github.com/exprec/exprec/gitstore"
)

// fetchCuts bounds how often a fetch is cut in two.
const fetchCuts = 64

// fetchPart brings some refs. Where the remote has objects that
// git refuses, the refs are fetched in halves until those are found that lead to
// them: one bad run keeps no other away.
func (s *sharing) fetchPart(ctx context.Context, refs []gitstore.Ref, cuts *int, bring func(context.Context, []gitstore.Ref) error) error {
	err := bring(ctx, refs)
	switch {
	case !errors.Is(err, gitstore.ErrBadObjects):
		return err
	case *cuts == 0 && len(refs) > 1:
		for _, ref := range refs {
			uuid, _ := whose(ref)
			s.refuse(uuid, fmt.Errorf("it is among %d runs of which some cannot be had: %w", len(refs), err))
		}
		return nil
	}
	*cuts = max(0, *cuts-1)
	if len(refs) == 1 && s.movedOn(refs[0].Hash, err) {
		return nil
	}
	if len(refs) == 1 {
		uuid, _ := whose(refs[0])
		s.refuse(uuid, err)
		return nil
	}
	half := len(refs) / 2
	if err := s.fetchPart(ctx, refs[:half], cuts, bring); err != nil {
		return err
	}
	return s.fetchPart(ctx, refs[half:], cuts, bring)
}

// whose is the run that a ref belongs to, and whether it is its own ref or that
// of another record of it.
func whose(ref gitstore.Ref) (uuid string, own bool) {
	if uuid, own = runOf(ref); !own {
		uuid, _ = rivalOf(ref)
	}
	return uuid, own
}

// maxRivals bounds the other records of a run that one fetch brings.
const maxRivals = 100

func tooMany(rivals int) error {
	if rivals > maxRivals {
		return fmt.Errorf("it has more than %d other records", maxRivals)
	}
	return nil
}
