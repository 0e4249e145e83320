package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/exprec/exprec/recorder"
)

func newEnd(a *app) *cobra.Command {
	var e recorder.Finishing
	exit := -1
	c := &cobra.Command{
		Use:   "end [OPTION…]",
		Short: "End the run that exprec begin began",
		Long: "End the run of the program that calls this: EXPREC_RUN and EXPREC_DIR, which exprec begin\n" +
			"printed, say which it is. It returns when the run is sealed. Where the program joined the\n" +
			"run of another one that stays open. Without EXPREC_RUN nothing is done.",
		Example: "exprec end --exit $?\n" +
			"exprec end --status failed --error 'the loss is NaN'",
		Args: between(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			if c.Flags().Changed("exit") {
				if exit < 0 || exit > 255 {
					return usage("give $?, 0 to 255", "%d is no exit code", exit)
				}
				e.ExitCode = &exit
			}
			if e.PID == 0 {
				e.PID = os.Getppid()
			}
			if err := e.Check(); err != nil {
				return usage("see exprec help end", "%v", err)
			}
			if err := recorder.EndBegun(c.Context(), e); err != nil {
				return fmt.Errorf("the run is not ended: %w", err)
			}
			return nil
		},
	}
	f := c.Flags()
	f.StringVar(&e.Status, "status", "", "succeeded, failed or stopped; without it the exit code says")
	f.IntVar(&exit, "exit", 0, "the exit `CODE` that the program ends with")
	f.StringVar(&e.Error, "error", "", "the error that the run failed with")
	f.StringVar(&e.ErrorType, "error-type", "", "what kind of error that is")
	f.IntVar(&e.PID, "pid", 0, "the `PROCESS` that is recorded, instead of the one that calls this")
	return c
}
