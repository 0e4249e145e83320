//go:build !unix

package recorder

import (
	"errors"
	"fmt"
	"os"
)

func startSupervisor(Beginning) (*Begun, error) {
	return nil, fmt.Errorf("a run that goes on in the background %w on this system: use exprec run", errors.ErrUnsupported)
}

// GuardOutput does nothing where no program can be supervised.
func GuardOutput(args []string) int { return SuperviseProgram(args) }

// SuperviseProgram does nothing where no program can be supervised.
func SuperviseProgram([]string) int {
	fmt.Fprintln(os.Stderr, "exprec: no program can be supervised on this system")
	return 2
}
