package main

import (
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/exprec/exprec/recorder"
)

func newFiles(a *app) *cobra.Command {
	var source bool
	c := &cobra.Command{
		Use:         "files RUN",
		Short:       "List the files that a run saved",
		Long:        "List the files that a run saved, or with --source those of the source it ran.",
		Example:     "exprec files @ --source",
		Args:        between(1, 1),
		Annotations: codes(noRunCode, damagedCode),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withRun(c.Context(), args[0], func(_ *recorder.Project, r *recorder.Run) error {
				folder := r.Files
				if source {
					folder = r.Source
				}
				return a.files(r, folder)
			})
		},
	}
	c.Flags().BoolVar(&source, "source", false, "the files of its source")
	return c
}

func (a *app) files(r *recorder.Run, folder func() (fs.FS, error)) error {
	files, err := listFiles(folder())
	if len(files) > 0 {
		filesTable(files).print(a.out)
	} else if err == nil {
		a.note("the run %s saved no files", r.Short())
	}
	return err
}

func filesTable(files []stored) *table {
	t := &table{columns: []column{{title: "SIZE", right: true, fixed: true}, {title: "PATH"}}}
	for _, f := range files {
		path := text{words: f.path}
		if f.link {
			path.style = cyan
		}
		t.add(plain("%s", size(f.size)), path)
	}
	return t
}
