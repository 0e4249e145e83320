//go:build !unix

package recorder

import (
	"fmt"
	"os"
)

// HelpOutput is the other process of a program that records its output. This
// system has no way to do that.
func HelpOutput([]string) int {
	fmt.Fprintln(os.Stderr, "exprec: output cannot be recorded on this system")
	return 2
}
