package main

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
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

// writeMan writes the page of a command, and those of the commands below it.
func writeMan(c *cobra.Command, dir string) error {
	c.InitDefaultHelpFlag()
	name := filepath.Join(dir, pageName(c)+".1")
	if err := os.WriteFile(name, manPage(c), 0o644); err != nil {
		return err
	}
	for _, sub := range c.Commands() {
		if !sub.IsAvailableCommand() || sub.IsAdditionalHelpTopicCommand() {
			continue
		}
		if err := writeMan(sub, dir); err != nil {
			return err
		}
	}
	return nil
}
