package gitstore

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// trackedRefs is where a wire says what refs of the remote must be now to be
// removed. A ref that is not there must not exist, so that none of others goes.
const trackedRefs = "refs/tracked/"

// maxNamed bounds the refs that are removed by their names, for which git
// compares each with all that the remote has.
const maxNamed = 500

// RemoveRefs removes many refs of a remote below a prefix, each only where it is
// what is expected, and all at once where the remote can. The listing must have
// all refs below the prefix. Where the store does not hold what the others stand
// for, only some of them go: ask again.
func (r *Remote) RemoveRefs(ctx context.Context, o WireOptions, l *Listing, prefix string, refs []Ref) ([]Answer, error) {
	updates := make([]Update, len(refs))
	gone := make(map[string]bool, len(refs))
	for i, ref := range refs {
		updates[i] = Update{Ref: ref.Name, Old: ref.Hash}
		gone[ref.Name] = true
	}
	var stay []Ref
	for _, ref := range l.Refs {
		if strings.HasPrefix(ref.Name, prefix) && !gone[ref.Name] {
			stay = append(stay, ref)
		}
	}
	if len(updates) <= maxNamed || !r.store.hasAll(stay) {
		return r.Push(ctx, o, l, updates[:min(maxNamed, len(updates))])
	}
	answers, err := r.prune(ctx, o, l, prefix, stay, updates, "--atomic")
	if slices.ContainsFunc(answers, func(a Answer) bool { return a.Reason == "" }) || ctx.Err() != nil {
		return answers, err
	}
	// It cannot, or somebody else has moved one of them.
	return r.prune(ctx, o, l, prefix, stay, updates)
}

func (s *Store) hasAll(refs []Ref) bool {
	return !slices.ContainsFunc(refs, func(ref Ref) bool { return !s.Has(ref.Hash) })
}

// prune lets git compare two lists of refs by itself, which takes a moment
// where names given one by one take minutes: what the wire does not have is
// removed. The leases are the wire's own idea of the remote's refs.
func (r *Remote) prune(ctx context.Context, o WireOptions, l *Listing, prefix string, stay []Ref, updates []Update, more ...string) ([]Answer, error) {
	w, err := r.wire(o, true)
	if err != nil {
		return nil, err
	}
	defer w.close()
	if err := w.find(ctx, l, nil); err != nil {
		return nil, err
	}
	if err := w.track(prefix, stay, updates); err != nil {
		return nil, err
	}
	args := append(pushArgs(), "--prune", "--force-with-lease")
	out, err := w.git(ctx, append(append(args, more...), wireRemote)...)
	answers := parseAnswers(out, updates)
	if len(answers) == 0 && err != nil {
		return nil, err
	}
	return answers, nil
}

// track gives the wire the refs that stay, and what those that go must be.
func (w *wire) track(prefix string, stay []Ref, updates []Update) error {
	below := strings.TrimPrefix(prefix, "refs/")
	config := fmt.Sprintf("[remote %q]\n\tfetch = +refs/*:%s*\n\tpush = %s%s*:%s*\n", wireRemote, trackedRefs, offeredRefs, below, prefix)
	if err := w.configure([]byte(config)); err != nil {
		return err
	}
	var packed bytes.Buffer
	packed.WriteString(packedHead)
	for _, ref := range stay { // sorted, as the listing is
		fmt.Fprintf(&packed, "%s %s%s\n", ref.Hash, offeredRefs, strings.TrimPrefix(ref.Name, "refs/"))
	}
	if err := os.WriteFile(filepath.Join(w.dir, packedRefsFile), packed.Bytes(), 0o600); err != nil {
		return err
	}
	// git removes them one by one when the remote has; packed, each time it
	// would write all of them anew.
	for _, u := range updates {
		if err := checkRefName(u.Ref); err != nil {
			return err
		}
		file := filepath.Join(w.dir, filepath.FromSlash(trackedRefs+strings.TrimPrefix(u.Ref, "refs/")))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(u.Old.String()+"\n"), 0o600); err != nil {
			return err
		}
	}
	return nil
}
