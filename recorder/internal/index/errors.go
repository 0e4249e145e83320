package index

import (
	"errors"
	"fmt"
)

// ErrUnusable: a file is no table of this version, or not as it was written. It
// is to be made anew.
var ErrUnusable = errors.New("the list of runs in the cache cannot be used")

func errMade(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrUnusable, fmt.Sprintf(format, args...))
}
