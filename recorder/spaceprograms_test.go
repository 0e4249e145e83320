package recorder_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/exprec/exprec/recorder"
)

// saves records a run with a large file of a given content, another that all
// such runs share, and the content as a parameter.
func saves() {
	e := recorder.Start(recorder.Options{Quiet: true, Name: os.Args[1]})
	e.SetParameter("content", os.Args[2])
	for name, content := range map[string]string{"own.bin": os.Args[2], "shared.bin": "SHARED"} {
		f, err := e.Create(name)
		if err == nil {
			_, err = f.WriteString(strings.Repeat(content+"\n", 500))
			err = errors.Join(err, f.Close())
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	e.Finish()
	if err := e.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// removes purges, prunes or collects, and exits with 1 where something is left
// to do.
func removes() {
	p, err := recorder.Open(".")
	if err == nil {
		err = removal(context.Background(), p, os.Args[1])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func removal(ctx context.Context, p *recorder.Project, how string) error {
	r, err := p.Run(ctx, "victim")
	if err != nil {
		if r, err = p.DeletedRun(ctx, os.Args[2]); err != nil {
			return err
		}
	}
	switch how {
	case "purge":
		done, err := p.Purge(ctx, r)
		if err == nil {
			err = done.Err
		}
		return err
	case "prune":
		plan, err := p.PlanPrune(ctx, []*recorder.Run{r}, true)
		if err == nil {
			_, err = plan.Apply(ctx)
		}
		return err
	}
	plan, err := p.PlanGC(ctx)
	if err == nil {
		_, err = plan.Apply(ctx)
	}
	return err
}
