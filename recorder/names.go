package recorder

import (
	"fmt"
	"io/fs"
	"strings"
	"unicode/utf8"

	"github.com/exprec/exprec/recorder/internal/record"
)

// maxName is the length of the longest name of a scalar, image, parameter,
// result, input or goal, in bytes.
const maxName = record.MaxName

// checkName refuses what cannot be the name of something recorded.
func checkName(what, name string) error {
	switch {
	case name == "":
		return fmt.Errorf("a %s with an empty name %w: give it a name", what, ErrInvalid)
	case len(name) > maxName:
		return fmt.Errorf("the %s name %.40q… of %d bytes %w: shorten it to %d bytes", what, name, len(name), ErrInvalid, maxName)
	case !utf8.ValidString(name):
		return fmt.Errorf("the %s name %q %w: it is not UTF-8", what, name, ErrInvalid)
	}
	return nil
}

// checkFileName refuses what cannot be the path of a file of a run.
func checkFileName(name string) error {
	if !fs.ValidPath(name) || name == "." || strings.ContainsRune(name, 0) {
		return fmt.Errorf("the file name %.80q %w: use a relative path with slashes, without . or .. in it", name, ErrInvalid)
	}
	if len(name) > 4096 {
		return fmt.Errorf("the file name %.40q… of %d bytes %w: shorten it to 4096 bytes", name, len(name), ErrInvalid)
	}
	return nil
}

// checkTag refuses what cannot be a tag.
func checkTag(tag string) error {
	if record.CheckTag(tag) != nil {
		return fmt.Errorf("the tag %.80q %w: a tag is 1 to 64 lower-case letters, digits and hyphens", tag, ErrInvalid)
	}
	return nil
}
