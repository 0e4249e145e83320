package recorder

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
)

// Options says how an experiment is recorded. The zero value is right for most
// programs.
type Options struct {
	// Title is a line for people; it can be changed later.
	Title string
	// Name is what the run is called on the command line. Several runs may
	// carry the same name; the newest is meant.
	Name string
	// Group holds runs together: a sweep, or the seeds of one setting.
	Group string
	// Tags are of lower-case letters, digits and hyphens. A tag of any other
	// form is left out and reported through Err.
	Tags []string
	// Steps is how many steps are planned. Without it no progress is shown.
	Steps int
	// Continue is the run that this one goes on from, after preemption.
	Continue string
	// Quiet drops the line at the start and the line at the end on stderr.
	Quiet bool
	// IgnoreErrors are errors that end a run as stopped instead of failed,
	// matched with errors.Is. Nil means context.Canceled.
	IgnoreErrors []error
	// Dir is where the project is looked for: the current folder by default.
	Dir string
	// NoOutput leaves the program's stdout and stderr alone, and nobody sees how
	// it ends. Otherwise both are recorded, with those of its children: they go
	// through pipes to exprec, which has to be on PATH, and so are no terminal to
	// the program any more (use exprec run where that matters). After os.Exit the
	// last lines can reach the terminal a few milliseconds late, and a reader
	// that goes away does not end the program. Under go test, on Windows, and
	// where another experiment of the process records them they are left alone.
	NoOutput bool
	// NoSource keeps no snapshot of the source: the start takes no time in
	// proportion to the number of files, and the run cannot be checked out.
	NoSource bool
	// NoSystem logs no scalars below system/: what the program and its machine
	// use, every 5 s, for about 0.1 % of a core. git config exprec.system false
	// does the same.
	NoSystem bool
	// Disabled switches recording off, as EXPREC=off does.
	Disabled bool
}

// Off reports whether nothing is to be recorded: by Disabled, or EXPREC=off in
// the environment.
func (o Options) Off() bool {
	if o.Disabled {
		return true
	}
	switch strings.ToLower(os.Getenv("EXPREC")) {
	case "off", "0", "false", "no":
		return true
	}
	return false
}

// Check says which of the options cannot be recorded. Start and its like report
// that, leave them out and go on.
func (o Options) Check() error {
	if o.Name != "" {
		if err := checkName("run", o.Name); err != nil {
			return err
		}
	}
	for _, tag := range o.Tags {
		if err := checkTag(tag); err != nil {
			return err
		}
	}
	if o.Steps < 0 {
		return fmt.Errorf("%d planned steps %w", o.Steps, ErrInvalid)
	}
	return nil
}

// ignores reports whether err ends a run as stopped.
func (o Options) ignores(err error) bool {
	ignored := o.IgnoreErrors
	if ignored == nil {
		ignored = []error{context.Canceled}
	}
	for _, target := range ignored {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}
