package record

import (
	"errors"
	"fmt"
)

// Sentinel errors of decoding; what comes back wraps one of them.
var (
	// ErrNewer says that a later major version wrote the data. What could
	// still be understood is returned with it.
	ErrNewer = errors.New("written by a newer exprec; upgrade")
	// ErrCorrupt says that the bytes are not what any version writes.
	ErrCorrupt = errors.New("damaged")
	// ErrTooLarge says that a length, count or depth is beyond the limits.
	ErrTooLarge = errors.New("too large")
	// ErrInvalid says that a value given to an encoder or a check is not allowed.
	ErrInvalid = errors.New("not allowed")
)

func corrupt(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrCorrupt, fmt.Sprintf(format, args...))
}

func tooLarge(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrTooLarge, fmt.Sprintf(format, args...))
}

func invalid(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrInvalid, fmt.Sprintf(format, args...))
}
