package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/exprec/exprec/recorder"
)

func newBegin(a *app) *cobra.Command {
	var b recorder.Beginning
	var asJSON bool
	c := &cobra.Command{
		Use:   "begin [OPTION…] [-- COMMAND [ARG…]]",
		Short: "Begin the run of a program in any language",
		Long: "Begin the run of the program that calls this, and leave a supervisor behind that records\n" +
			"it: its output, what it writes into the run's folder, and how it ends. The source is in\n" +
			"git when this returns. What is printed is for eval in a shell; with --json it is one\n" +
			"object. COMMAND is the program's command line as it is recorded; its words --k v, --k=v\n" +
			"and k=v become parameters, unless the program says another value. Inside of exprec run,\n" +
			"and of a run that was begun so, the program joins that run. recorder/FORMAT.md, \"Other\n" +
			"languages\", says how the program records from there.",
		Example: "exprec begin --json --name baseline\n" +
			"exec 3>&1 4>&2\n" +
			"eval \"$(exprec begin --stdout 3 -- \"$0\" \"$@\")\"\n" +
			"trap 'code=$?; exec >&3 2>&4; exprec end --exit $code' EXIT\n" +
			"echo '{\"scalars\": {\"loss\": 0.5}, \"s\": 3}' >>\"$EXPREC_JOURNAL\"",
		Args:        between(0, -1),
		Annotations: codes(noRunCode),
		RunE: func(c *cobra.Command, words []string) error {
			b.Args, b.Journal = words, !asJSON
			if !c.Flags().Changed("stdout") {
				b.Stdout = -1
			}
			return a.begin(c, b, asJSON)
		},
	}
	f := c.Flags()
	f.SetInterspersed(false)
	f.StringVar(&b.Title, "title", "", "a line for people")
	f.StringVar(&b.Name, "name", "", "what the run is called on the command line")
	f.StringVar(&b.Group, "group", "", "runs that belong together")
	f.StringArrayVar(&b.Tags, "tag", nil, "a `TAG`; may be given again")
	f.IntVar(&b.Steps, "steps", 0, "how many steps are planned")
	f.StringVar(&b.Continue, "continue", "", "the `RUN` that this one goes on from")
	f.IntVar(&b.PID, "pid", 0, "the `PROCESS` that is recorded, instead of the one that calls this")
	f.IntVar(&b.Stdout, "stdout", 0, "the `DESCRIPTOR` that is the program's stdout; the output is recorded only with it")
	f.BoolVar(&b.NoArguments, "no-args", false, "take no parameters from the command's words")
	f.BoolVar(&b.NoOutput, "no-output", false, "do not record the output")
	f.BoolVar(&b.NoSource, "no-source", false, "keep no snapshot of the source")
	f.BoolVar(&b.NoSystem, "no-system", false, "log no scalars of the system")
	f.BoolVar(&b.Quiet, "quiet", false, "say nothing at the start and at the end")
	f.BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}

func (a *app) begin(c *cobra.Command, b recorder.Beginning, asJSON bool) error {
	if err := b.Check(); err != nil {
		return usage("see exprec help begin", "%v", err)
	}
	if !b.Off() {
		if err := a.resolve(c.Context(), &b.Continue); err != nil {
			return err
		}
	}
	if b.PID == 0 {
		b.PID = os.Getppid()
	}
	begun, err := recorder.Begin(b)
	if err != nil {
		return fmt.Errorf("this run is not recorded: %w", err)
	}
	if asJSON {
		text, err := json.Marshal(begun)
		if err != nil {
			return err
		}
		a.out.line(plain("%s", text))
		return nil
	}
	for _, line := range shellLines(begun) {
		a.out.line(plain("%s", line))
	}
	return nil
}

// shellLines are what a shell does to record: what it starts finds the run, and
// what it prints goes through the supervisor.
func shellLines(b *recorder.Begun) (lines []string) {
	if b.Off {
		return nil
	}
	for _, pair := range b.Environ() {
		lines = append(lines, fmt.Sprintf("%s=%s; export %s", pair[0], quoteWord(pair[1]), pair[0]))
	}
	if b.Output {
		lines = append(lines, `exec >"$EXPREC_DIR/stdout" 2>"$EXPREC_DIR/stderr"`)
	}
	return lines
}

// quoteWord writes a text as one word of a shell.
func quoteWord(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
