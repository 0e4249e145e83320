package gitstore

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxRemoteRefs bounds the refs of a remote that are looked at.
const maxRemoteRefs = 1_000_000

// Listing is what a remote has.
type Listing struct {
	Refs  []Ref // below the prefixes asked for, sorted by name
	heads []Ref // its branches
}

// List asks a remote for its refs below some prefixes, such as refs/exprec/.
func (r *Remote) List(ctx context.Context, o WireOptions, prefixes ...string) (*Listing, error) {
	w, err := r.wire(o, false)
	if err != nil {
		return nil, err
	}
	defer w.close()
	args := []string{"ls-remote", wireRemote, "refs/heads/*"}
	for _, prefix := range prefixes {
		args = append(args, prefix+"*")
	}
	out, err := w.git(ctx, args...)
	if err != nil {
		return nil, err
	}
	return parseListing(out, prefixes)
}

// parseListing reads lines "<hash>\t<ref>".
func parseListing(out []byte, prefixes []string) (*Listing, error) {
	l := &Listing{}
	lines := bufio.NewScanner(bytes.NewReader(out))
	for lines.Scan() {
		digits, name, _ := strings.Cut(lines.Text(), "\t")
		h, ok := parseHash(digits)
		if !ok || checkRefName(name) != nil {
			continue
		}
		if strings.HasPrefix(name, "refs/heads/") {
			l.heads = append(l.heads, Ref{name, h})
		}
		if slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(name, p) }) {
			if l.Refs = append(l.Refs, Ref{name, h}); len(l.Refs) > maxRemoteRefs {
				return nil, fmt.Errorf("the remote has more than %d runs: %w", maxRemoteRefs, ErrTooLarge)
			}
		}
	}
	slices.SortFunc(l.Refs, func(a, b Ref) int { return strings.Compare(a.Name, b.Name) })
	return l, lines.Err()
}

// Update is a ref of a remote that is to be moved.
type Update struct {
	Ref string
	New Hash // zero removes the ref
	Old Hash // what it must be now, zero for nothing
}

// Answer is what a remote did with an update.
type Answer struct {
	Update
	// Stale: the ref is not what was expected; somebody else has moved it.
	Stale bool
	// Unlisted: it is stale as the one who pushes sees it at once.
	Unlisted bool
	// Unchanged: the ref had the new value already.
	Unchanged bool
	// Reason is why the remote refused it, empty where it did not.
	Reason string
}

// maxLeases bounds the updates of one push, since what a ref must be now is
// told in arguments.
const maxLeases = 4000

// Push moves refs of the remote, each only where it is what is expected. The
// error says why nothing could be asked; what the remote refused is in the
// answers.
func (r *Remote) Push(ctx context.Context, o WireOptions, l *Listing, updates []Update) ([]Answer, error) {
	return r.PushDerived(ctx, o, l, updates, Derived{})
}

// PushDerived is [Remote.Push] of commits that the store does not hold.
func (r *Remote) PushDerived(ctx context.Context, o WireOptions, l *Listing, updates []Update, d Derived) ([]Answer, error) {
	var answers []Answer
	for _, part := range inLeases(updates) {
		some, err := r.pushPart(ctx, o, l, part, d)
		answers = append(answers, some...)
		if err != nil {
			return answers, err
		}
	}
	return answers, nil
}

// inLeases cuts updates into pushes: new refs all go with the first one.
func inLeases(updates []Update) [][]Update {
	var parts [][]Update
	var fresh, moved []Update
	for _, u := range updates {
		if u.Old.IsZero() {
			fresh = append(fresh, u)
		} else {
			moved = append(moved, u)
		}
	}
	first := min(len(moved), maxLeases)
	if part := append(fresh, moved[:first]...); len(part) > 0 {
		parts = append(parts, part)
	}
	return append(parts, slices.Collect(slices.Chunk(moved[first:], maxLeases))...)
}

// pushPart pushes, in a partial clone at first without what is missing there:
// mostly the remote has it, and git would fetch it only to see that.
func (r *Remote) pushPart(ctx context.Context, o WireOptions, l *Listing, updates []Update, d Derived) ([]Answer, error) {
	answers, err := r.pushTry(ctx, o, l, updates, d, false)
	refused := slices.ContainsFunc(answers, func(a Answer) bool { return a.Reason != "" && !a.Stale })
	if r.store.partial() && (err != nil || refused) && ctx.Err() == nil {
		return r.pushTry(ctx, o, l, updates, d, true)
	}
	return answers, err
}

func (r *Remote) pushTry(ctx context.Context, o WireOptions, l *Listing, updates []Update, d Derived, promised bool) ([]Answer, error) {
	w, err := r.wire(o, true)
	if err != nil {
		return nil, err
	}
	defer w.close()
	w.promised = promised
	if err := w.writeObjects(d); err != nil {
		return nil, err
	}
	if err := w.find(ctx, l, d.Both); err != nil {
		return nil, err
	}
	if err := w.cutAt(d.Cut); err != nil {
		return nil, err
	}
	specs, leases, err := w.offer(updates)
	if err != nil {
		return nil, err
	}
	if err := w.configure(specs); err != nil {
		return nil, err
	}
	out, err := w.git(ctx, append(append(pushArgs(), leases...), wireRemote)...)
	answers := parseAnswers(out, updates)
	if len(answers) == 0 && err != nil {
		return nil, err
	}
	for i := range answers {
		if a := &answers[i]; a.Reason != "" && !a.Stale {
			a.Reason += fmt.Sprintf("%.300s", w.theirs.sentence()) // a hook's reason
		}
	}
	return answers, nil
}

// pushArgs are what every push is told.
func pushArgs() []string {
	return []string{"push", "--porcelain", "--no-verify", "--no-follow-tags", "--recurse-submodules=no", "--no-signed", "--progress"}
}

// offeredRefs is where a wire holds what it pushes: so one pattern names all
// refs, however many they are.
const offeredRefs = "refs/offered/"

// offer makes refs of what is to be pushed. A ref that the remote does not have
// is only made there, never moved; all others have a lease.
func (w *wire) offer(updates []Update) (specs []byte, leases []string, err error) {
	var lines []string
	var text, packed bytes.Buffer
	fmt.Fprintf(&text, "[remote %q]\n\tpush = %s*:refs/*\n", wireRemote, offeredRefs)
	for _, u := range updates {
		if err := checkRefName(u.Ref); err != nil {
			return nil, nil, err
		}
		if u.New.IsZero() {
			fmt.Fprintf(&text, "\tpush = :%s\n", u.Ref)
		} else {
			lines = append(lines, fmt.Sprintf("%s %s%s\n", u.New, offeredRefs, strings.TrimPrefix(u.Ref, "refs/")))
		}
		if !u.Old.IsZero() {
			leases = append(leases, "--force-with-lease="+u.Ref+":"+u.Old.String())
		}
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[2*hashSize:], b[2*hashSize:]) })
	packed.WriteString(packedHead)
	for _, line := range lines {
		packed.WriteString(line)
	}
	return text.Bytes(), leases, os.WriteFile(filepath.Join(w.dir, "packed-refs"), packed.Bytes(), 0o600)
}

// packedHead begins a packed-refs file whose refs are sorted.
const packedHead = "# pack-refs with: peeled fully-peeled sorted \n"

// configure adds to the wire's own configuration.
func (w *wire) configure(text []byte) error {
	f, err := os.OpenFile(filepath.Join(w.dir, "config"), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}

// parseAnswers reads git push --porcelain: flag, tab, from:to, tab, summary.
func parseAnswers(out []byte, updates []Update) []Answer {
	wanted := map[string]Update{}
	for _, u := range updates {
		wanted[u.Ref] = u
	}
	var answers []Answer
	for line := range strings.Lines(string(out)) {
		fields := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 3)
		if len(fields) != 3 || len(fields[0]) != 1 {
			continue
		}
		_, ref, _ := strings.Cut(fields[1], ":")
		u, ok := wanted[ref]
		if !ok {
			continue
		}
		a := Answer{Update: u, Unchanged: fields[0] == "="}
		if fields[0] == "!" {
			a.Reason = strings.TrimSpace(fields[2])
			if said, ok := strings.CutPrefix(a.Reason, "[remote rejected] ("); ok {
				a.Reason = strings.TrimSuffix(said, ")")
			}
			a.Stale = isStale(a.Reason)
			a.Unlisted = a.Stale && (u.Old.IsZero() || strings.Contains(a.Reason, "stale info"))
		}
		answers = append(answers, a)
	}
	return answers
}

// isStale tells a lost race from a refusal. git says the first in one of these
// words, depending on which side noticed it.
func isStale(reason string) bool {
	for _, words := range []string{"stale info", "fetch first", "non-fast-forward", "failed to update ref", "already exists", "cannot lock ref", "incorrect old value", "failed to lock"} {
		if strings.Contains(reason, words) {
			return true
		}
	}
	return false
}
