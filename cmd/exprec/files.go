package main

import (
	"io/fs"
	"slices"
	"time"

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
				folder, name := r.Files, "files/"
				if source {
					folder, name = r.Source, "source/"
				}
				return a.files(r, folder, name)
			})
		},
	}
	c.Flags().BoolVar(&source, "source", false, "the files of its source")
	return c
}

func (a *app) files(r *recorder.Run, folder func() (fs.FS, error), name string) error {
	files, err := listFiles(folder())
	files = notePruned(files, r, name)
	if len(files) > 0 {
		filesTable(files).print(a.out)
	} else if err == nil {
		a.note("the run %s saved no files", r.Short())
	}
	return err
}

// notePruned says of files below a folder of the run's tree that their content
// was pruned.
func notePruned(files []stored, r *recorder.Run, folder string) []stored {
	pruned, err := r.PrunedFiles()
	if err != nil { // the files themselves tell what is wrong with them
		return files
	}
	for i, f := range files {
		if when, ok := pruned[folder+f.path]; ok {
			files[i].note = "its content was pruned on " + when.Format(time.DateOnly)
		}
	}
	return files
}

func filesTable(files []stored) *table {
	t := &table{columns: []column{{title: "SIZE", right: true, fixed: true}, {title: "PATH"}}}
	noted := slices.ContainsFunc(files, func(f stored) bool { return f.note != "" })
	if noted {
		t.columns = append(t.columns, column{title: "NOTE"})
	}
	for _, f := range files {
		path := text{words: f.path}
		if f.link {
			path.style = cyan
		}
		row := []text{plain("%s", size(f.size)), path}
		if noted {
			row = append(row, styled(yellow, "%s", f.note))
		}
		t.add(row...)
	}
	return t
}
