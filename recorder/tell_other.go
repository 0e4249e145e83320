//go:build !unix

package recorder

import "errors"

func tell(string, string) error { return errors.ErrUnsupported }
