package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/exprec/exprec/recorder"
)

// maxGrepLine bounds a line that is searched as a whole, in bytes; of a longer
// one the beginning is.
const maxGrepLine = 64 << 10

type grepOptions struct {
	fold, names, counts, all bool
}

func newGrep(a *app) *cobra.Command {
	var o grepOptions
	c := &cobra.Command{
		Use:   "grep PATTERN [QUERY…]",
		Short: "Search what programs printed",
		Long: "Search the output of all runs, or of those that match a query as of exprec list, for a\n" +
			"regular expression (RE2). Prints run, stream, line and text of each match, the newest run\n" +
			"first. Of runs that came by fetch --light it says that they are not searched. As grep does it\n" +
			"exits with 1 where nothing matched.",
		Example:     "exprec grep -i 'out of memory' status=failed",
		Args:        between(1, -1),
		Annotations: codes(damagedCode),
		RunE: func(c *cobra.Command, args []string) error {
			if o.names && o.counts {
				return usage("see exprec help grep", "-l and -c exclude each other")
			}
			return a.grep(c.Context(), args[0], strings.Join(args[1:], " "), o)
		},
	}
	f := c.Flags()
	f.BoolVarP(&o.fold, "ignore-case", "i", false, "upper and lower case are the same")
	f.BoolVarP(&o.names, "files-with-matches", "l", false, "only the runs that match, a line each")
	f.BoolVarP(&o.counts, "count", "c", false, "only how many lines match, of each run that does")
	f.BoolVarP(&o.all, "all", "a", false, "archived runs too")
	return c
}

func (a *app) grep(ctx context.Context, pattern, query string, o grepOptions) error {
	if o.fold {
		pattern = "(?i)" + pattern
	}
	expression, err := regexp.Compile(pattern)
	if err != nil {
		return usage("see https://golang.org/s/re2syntax, and quote it for the shell", "the pattern is no regular expression: %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	project, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer project.Close()
	rows, err := project.Rows(ctx, query)
	if err != nil {
		return err
	}
	rows = a.shown(rows, o.all)
	g := &grepper{app: a, ctx: ctx, pattern: expression, options: o}
	for i := range rows.Len() {
		if err := g.run(rows.At(i).Run()); err != nil {
			return err
		}
	}
	if g.light > 0 {
		a.note("not searched: %s whose output is on a remote; exprec fetch gets it", count(g.light, "run"))
	}
	switch {
	case g.problem != nil:
		return g.problem
	case !g.found:
		return &exited{code: exitFailed}
	}
	return nil
}

// grepper searches runs one after the other.
type grepper struct {
	app     *app
	ctx     context.Context
	pattern *regexp.Regexp
	options grepOptions
	found   bool
	light   int   // runs whose output is on a remote
	problem error // the first run that could not be searched, whole or in part
}

// run searches both streams of a run. One that cannot be read is no reason not
// to search the others.
func (g *grepper) run(r *recorder.Run) error {
	if r.Light() != "" {
		g.light++
		return nil
	}
	matches := 0
	for _, stream := range []string{"stdout", "stderr"} {
		n, err := g.stream(r, stream)
		matches += n
		if g.ctx.Err() != nil || g.app.out.err != nil {
			return errors.Join(g.ctx.Err(), g.app.out.err)
		}
		if err != nil && g.problem == nil {
			g.problem = fmt.Errorf("search the %s of the run %s: %w", stream, r.Short(), err)
		}
		if n > 0 && g.options.names {
			break
		}
	}
	if matches == 0 {
		return nil
	}
	g.found = true
	name := fmt.Sprintf("%s %s", r.Short(), sanitizeLine(r.Label()))
	switch {
	case g.options.names:
		g.app.out.line(plain("%s", name))
	case g.options.counts:
		g.app.out.line(plain("%s: %d", name, matches))
	}
	return nil
}

// stream searches a stream, a line at a time.
func (g *grepper) stream(r *recorder.Run, stream string) (matches int, err error) {
	output, err := r.Output(stream)
	if err != nil {
		return 0, err
	}
	text, err := output.Open()
	if err != nil {
		return 0, err
	}
	defer text.Close()
	reader := bufio.NewReaderSize(text, maxGrepLine)
	for number := 1; g.ctx.Err() == nil; number++ {
		line, err := nextLine(reader)
		if err != nil && (err != io.EOF || len(line) == 0) {
			if err == io.EOF {
				err = nil
			}
			return matches, err
		}
		if !g.pattern.Match(line) {
			continue
		}
		matches++
		if g.options.names {
			return matches, nil
		}
		if !g.options.counts {
			g.app.out.line(styled(magenta, "%s", sanitizeLine(r.Label())), plain(":%s:%d: %s", stream, number, sanitizeLine(string(line))))
		}
	}
	return matches, g.ctx.Err()
}

// nextLine gives the next line, its beginning where it is very long, without
// its end. Of a line that overwrites itself it is all that was written.
func nextLine(r *bufio.Reader) ([]byte, error) {
	line, more, err := r.ReadLine()
	if !more {
		return bytes.TrimSuffix(line, []byte("\r")), err
	}
	line = bytes.Clone(line)
	for more && err == nil {
		_, more, err = r.ReadLine()
	}
	return line, err
}
