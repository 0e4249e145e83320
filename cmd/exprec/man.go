package main

import (
	"errors"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

func newMan(a *app) *cobra.Command {
	return &cobra.Command{
		Use:         "man DIR",
		Short:       "Write the manual pages",
		Long:        "Write a manual page for each command into the new folder DIR, for man -l or a package.",
		Example:     "exprec man exprec-man && man -l exprec-man/exprec-list.1",
		Args:        between(1, 1),
		Annotations: codes(refusedCode),
		RunE: func(c *cobra.Command, args []string) error {
			err := os.Mkdir(args[0], 0o755)
			if errors.Is(err, os.ErrExist) {
				return refused("name a folder that does not exist yet", "%q is there already", args[0])
			}
			if err != nil {
				return err
			}
			return writeMan(c.Root(), args[0])
		},
	}
}

// writeMan writes the pages as cobra lays them out, with the exit codes at the
// end of what is said of a command.
func writeMan(root *cobra.Command, dir string) error {
	explainExits(root)
	return doc.GenManTree(root, &doc.GenManHeader{
		Section: "1", Source: "exprec " + buildVersion(), Manual: "Exprec",
	}, dir)
}

// explainExits adds the exit codes to the words of every command.
func explainExits(c *cobra.Command) {
	c.DisableAutoGenTag = true // it holds the day, and equal versions give equal pages
	if c.Long == "" {
		c.Long = c.Short + "."
	}
	c.Long += "\n\nExit codes:\n"
	for _, line := range exitLines(c) {
		c.Long += "\n    " + line
	}
	for _, sub := range c.Commands() {
		explainExits(sub)
	}
}
