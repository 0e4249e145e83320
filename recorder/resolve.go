package recorder

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const (
	minPrefix  = 4  // characters of an id that stand for it
	uuidLength = 36 // of a whole id
)

// Run finds the run that a reference means: an id or at least 4 characters of
// its beginning, a name, alias or title (of several the newest), @ for the
// newest run, or @~2 for the second before it. Of a run that has two records each
// is meant by one of these, @, and the beginning of its commit. The error wraps
// [ErrNoRun], or is an [*AmbiguousError].
func (p *Project) Run(ctx context.Context, ref string) (*Run, error) {
	found, err := p.resolve(ctx, ref)
	if errors.Is(err, ErrNoRun) {
		if record, ok, err := p.record(ctx, ref); ok {
			return record, err
		}
	}
	if err != nil {
		return nil, err
	}
	return found[0](), nil
}

// UniqueRun is [Project.Run] for those who change or delete something: a name
// that several runs carry is an [*AmbiguousError].
func (p *Project) UniqueRun(ctx context.Context, ref string) (*Run, error) {
	found, err := p.resolve(ctx, ref)
	if errors.Is(err, ErrNoRun) {
		if record, ok, _ := p.record(ctx, ref); ok && record != nil {
			return nil, fmt.Errorf("%w: %.80q is one record of the run %s, and this is about the run as a whole", ErrNoRun, ref, record.Short())
		}
	}
	if err != nil {
		return nil, err
	}
	if len(found) > 1 {
		return nil, ambiguous(ref, found)
	}
	return found[0](), nil
}

// opener opens a run that was found.
type opener func() *Run

func ambiguous(ref string, found []opener) error {
	e := &AmbiguousError{Ref: ref}
	for _, open := range found {
		e.Candidates = append(e.Candidates, open())
	}
	return e
}

// resolve finds the runs that a reference means, the newest first. Several are
// only given for a name.
func (p *Project) resolve(ctx context.Context, ref string) ([]opener, error) {
	if back, ok, err := stepsBack(ref); ok {
		return p.nth(ctx, ref, back, err, nil)
	}
	byID, err := p.withPrefix(ctx, ref)
	if err != nil {
		return nil, err
	}
	if len(byID) == 1 {
		return byID, nil
	}
	named, err := p.named(ctx, ref)
	switch {
	case err != nil:
		return nil, err
	case len(named) > 0:
		return named, nil
	case len(byID) > 1:
		return nil, ambiguous(ref, byID)
	}
	return nil, noRun(ref)
}

func noRun(ref string) error {
	if len(ref) < minPrefix && isIDPrefix(ref) {
		return fmt.Errorf("%w: %q; give at least %d characters of its id", ErrNoRun, ref, minPrefix)
	}
	return fmt.Errorf("%w: %.80q; exprec list shows the runs", ErrNoRun, ref)
}

// stepsBack reads @ and @~n.
func stepsBack(ref string) (n int, ok bool, err error) {
	rest, ok := strings.CutPrefix(ref, "@")
	if !ok || rest == "" {
		return 0, ok, nil
	}
	digits, tilde := strings.CutPrefix(rest, "~")
	n, err = strconv.Atoi(digits)
	if !tilde || err != nil || n < 0 || digits[0] == '+' {
		return 0, true, fmt.Errorf("%w: %.80q; write @ for the newest run and @~2 for the second before it", ErrNoRun, ref)
	}
	return n, true, nil
}

// nth is the run that so many are newer than, of those that count: all with a nil counts.
func (p *Project) nth(ctx context.Context, ref string, n int, err error, counts func(Row) bool) ([]opener, error) {
	if err != nil {
		return nil, err
	}
	rows, err := p.Rows(ctx, "")
	if err != nil {
		return nil, err
	}
	if counts != nil {
		rows = rows.Filter(counts)
	}
	if n >= rows.Len() {
		return nil, fmt.Errorf("%w: %q; there are %d runs", ErrNoRun, ref, rows.Len())
	}
	return []opener{rows.At(n).Run}, nil
}

// withPrefix finds the runs whose id begins so. It reads those alone.
func (p *Project) withPrefix(ctx context.Context, prefix string) ([]opener, error) {
	prefix = strings.ToLower(prefix)
	if len(prefix) < minPrefix || !isIDPrefix(prefix) {
		return nil, nil
	}
	listed, _, err := p.listed()
	if err != nil {
		return nil, err
	}
	var found []*Run
	at, _ := findListed(listed, prefix)
	for ; at < len(listed) && strings.HasPrefix(listed[at].uuid, prefix); at++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if r := p.best(listed[at].uuid, listed[at].copies); !r.deleted() {
			found = append(found, r)
		}
	}
	slices.SortFunc(found, newestFirst)
	openers := make([]opener, len(found))
	for i, r := range found {
		openers[i] = func() *Run { return r }
	}
	return openers, nil
}

// findListed is where a run of an id, or of a beginning of one, stands first.
func findListed(listed []listedRun, id string) (at int, ok bool) {
	return slices.BinarySearchFunc(listed, id, func(r listedRun, id string) int { return strings.Compare(r.uuid, id) })
}

func isIDPrefix(s string) bool {
	return s != "" && len(s) <= uuidLength && strings.Trim(s, "0123456789abcdef-") == ""
}

// named finds the runs of a name or alias, else those of a title.
func (p *Project) named(ctx context.Context, name string) ([]opener, error) {
	if name == "" {
		return nil, nil
	}
	rows, err := p.Rows(ctx, "")
	if err != nil {
		return nil, err
	}
	var named, titled []opener
	label := rows.of.labels()
	for i := range rows.Len() {
		row := rows.At(i)
		switch name {
		case row.Name(), row.Alias():
			named = append(named, row.Run)
		case label(row.n):
			titled = append(titled, row.Run)
		}
	}
	if len(named) > 0 {
		return named, nil
	}
	return titled, nil
}
