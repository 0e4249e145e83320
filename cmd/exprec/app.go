package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder"
)

// app is what the commands share: where they read and write.
type app struct {
	out  *screen
	errs *screen
	in   *os.File
	dir  string // where the project is looked for

	offline bool // nothing of a run is fetched to show it
}

// run executes the command that args name, says what went wrong and gives the
// exit code.
func (a *app) run(ctx context.Context, args []string) int {
	root := newRoot(a)
	root.SetArgs(args)
	err := a.settle(ctx, root.ExecuteContext(ctx))
	if err != nil {
		a.report(err)
	}
	a.errs.flush()
	return exitCode(err)
}

// settle writes what is buffered and decides what the command ended with: a
// reader that has seen enough is no error, an interrupt is one.
func (a *app) settle(ctx context.Context, err error) error {
	written := a.out.flush()
	if errors.Is(written, syscall.EPIPE) {
		return nil
	}
	if err == nil && written != nil {
		return failed("", "the output could not be written: %v", written)
	}
	if err != nil && ctx.Err() != nil {
		return context.Canceled
	}
	return err
}

// report prints an error and what to do about it. Of a command's own end there
// is nothing to say.
func (a *app) report(err error) {
	var command *exited
	if errors.As(err, &command) {
		if err = command.err; err == nil {
			return
		}
	}
	if errors.Is(err, context.Canceled) {
		a.errs.line(plain("exprec: interrupted"))
		return
	}
	words := cutLongWords(strings.TrimSpace(err.Error()))
	a.errs.line(styled(red, "exprec:"), plain(" %s", strings.ReplaceAll(words, "\n", "; ")))
	var query *recorder.QueryError
	if errors.As(err, &query) {
		a.reportPlace(query)
	}
	if h := hint(err); h != "" {
		a.errs.line(styled(dimStyle, "hint: %s", sanitizeLine(h)))
	}
}

// queryWidth is how much of a query is shown around what is wrong with it.
const queryWidth = 70

// reportPlace shows where in a query something is wrong.
func (a *app) reportPlace(e *recorder.QueryError) {
	words, at, length := e.Place(queryWidth)
	shown := []rune(words)
	before := displayWidth(sanitizeLine(string(shown[:at])))
	meant := displayWidth(sanitizeLine(string(shown[at:min(len(shown), at+length)])))
	a.errs.line(plain("  %s", sanitizeLine(words)))
	a.errs.line(plain("  %*s", before, ""), styled(red, "%s", strings.Repeat("^", max(1, meant))))
}

// longWord is how long a word of a message can be: longer than the paths that
// people have, shorter than a screen.
const longWord = 300

// cutLongWords shortens what is no word of a sentence any more, such as a name
// of 4 KB that somebody asked for.
func cutLongWords(message string) string {
	words := strings.Split(message, " ")
	for i, w := range words {
		if len(w) > longWord {
			words[i] = strings.ToValidUTF8(w[:longWord/4], "") + "…"
		}
	}
	return strings.Join(words, " ")
}

// note prints a remark that is not part of what was asked for.
func (a *app) note(format string, args ...any) {
	a.out.flush() // so that both keep their order on a terminal
	a.errs.line(styled(dimStyle, "exprec: %s", sanitizeLine(fmt.Sprintf(format, args...))))
	a.errs.flush()
}

// find finds the project of the current folder. A repository whose runs must not
// be read is another matter than a folder that has none.
func (a *app) find() (*recorder.Project, error) {
	collectLate()
	project, err := recorder.Open(a.dir)
	if !errors.Is(err, recorder.ErrNoProject) {
		return project, err
	}
	repo, ferr := gitstore.Find(a.dir)
	if ferr == nil && repo.Unsuitable != nil {
		return nil, failed("", "no runs can be read here: %v", repo.Unsuitable)
	}
	if gitDir := os.Getenv("GIT_DIR"); gitDir != "" { // of a hook, which may have gone to another folder since
		return nil, &failure{err, fmt.Sprintf("%v, where GIT_DIR is %s", err, sanitizeLine(gitDir)), "unset GIT_DIR: git and exprec look there, not in the folder"}
	}
	return nil, err
}

// recoverWithin is how long a command lets those wait who asked for something
// else.
const recoverWithin = 2 * time.Second

// open opens the project of the current folder and finishes the runs in it
// that died on this machine.
func (a *app) open(ctx context.Context) (*recorder.Project, error) {
	project, err := a.find()
	if err != nil {
		return nil, err
	}
	recovery, err := project.RecoverWithin(ctx, recoverWithin)
	if err != nil {
		return nil, errors.Join(err, project.Close())
	}
	a.announce(recovery)
	return project, nil
}

// interactive reports whether a person can be asked.
func (a *app) interactive() bool {
	return a.out.tty && term.IsTerminal(int(a.in.Fd()))
}
