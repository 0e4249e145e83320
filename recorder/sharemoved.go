package recorder

import (
	"context"

	"github.com/exprec/exprec/gitstore"
)

// movedOn reports whether a fetch has failed because somebody moved a ref of the
// remote after it was listed: some servers give only what a ref stands for. Of a
// commit that is still not to be had when it is listed again, it is no reason.
func (s *sharing) movedOn(tip gitstore.Hash, err error) bool {
	if !gitstore.IsUnadvertised(err) || s.gone[tip] {
		return false
	}
	if s.gone == nil {
		s.gone = map[gitstore.Hash]bool{}
	}
	s.gone[tip], s.moved = true, true
	return true
}

// untilSettled makes an exchange again, with a new list of what the remote has,
// as long as refs move on the way.
func (s *sharing) untilSettled(ctx context.Context, exchange func() error) error {
	for range pushTries {
		s.moved = false
		if err := exchange(); err != nil || !s.moved {
			return err
		}
		if err := s.list(ctx); err != nil {
			return err
		}
	}
	return nil
}

// relisting takes a step of an exchange again, with a new list, as long as the
// remote refuses a catalog because somebody has changed it after it was listed.
func (s *sharing) relisting(ctx context.Context, step func() error) (err error) {
	for range pushTries {
		if err = step(); !gitstore.IsUnadvertised(err) {
			return err
		}
		if err := s.list(ctx); err != nil {
			return err
		}
	}
	return err
}
