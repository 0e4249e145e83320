package gitstore

import (
	"fmt"
	"strings"
)

// maxName is the length of the longest name in a tree, in bytes.
const maxName = 4096

// ValidName refuses names that must not become files. The error is ErrUnsafe.
func ValidName(name string) error {
	if name == "" || name == "." || name == ".." || len(name) > maxName ||
		strings.ContainsAny(name, "/\x00") || strings.EqualFold(name, ".git") {
		return fmt.Errorf("%w: %.80q", ErrUnsafe, name)
	}
	return nil
}
