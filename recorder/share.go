package recorder

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/exprec/exprec/gitstore"
)

// ShareOptions say what is shared, and with whom.
type ShareOptions struct {
	// Remote is the name of a remote or an address. Empty is that of `git
	// config exprec.remote`, else of the branch, else origin, else the only one.
	Remote string
	// Runs are the UUIDs of those that are shared, or at least 4 characters of
	// their beginnings; nil is all.
	Runs []string
	// AllowSecrets pushes runs that hold what looks like a secret.
	AllowSecrets bool
	// AllowMirror pushes to a remote that git itself would mirror.
	AllowMirror bool
	// NoLarge pushes no large contents, only the pointers to them.
	NoLarge bool
	// DryRun looks at the remote and changes nothing on either side.
	DryRun bool

	gitstore.WireOptions

	pushing bool // all goes to where the remote is pushed to
}

// Shared is what became of runs that were pushed or fetched.
type Shared struct {
	Remote    string
	New       []string // UUIDs of runs that the other side did not have
	Updated   []string // whose newer state it got
	Merged    []string // whose notes of both sides were joined
	Conflicts []string // of which two records are kept now
	Refused   []RefusedRun
	Same      int      // that both sides had alike
	Mirror    string   // the setting by which git itself would remove runs, there or here
	Skipped   int      // refs of the remote beside the runs that are not called as runs are
	Light     []string // UUIDs of runs of which what lists need has come
}

// RefusedRun is a run that did not get to the other side.
type RefusedRun struct {
	ID     string
	Reason string
	Secret bool // it holds what looks like a secret
}

// Err is nil unless runs were refused.
func (s *Shared) Err() error {
	if len(s.Refused) == 0 {
		return nil
	}
	first, kind := s.Refused[0], ErrRefused
	if !slices.ContainsFunc(s.Refused, func(r RefusedRun) bool { return !r.Secret }) {
		kind = ErrSecret
	}
	more := ""
	if n := len(s.Refused) - 1; n > 0 {
		more = fmt.Sprintf("; and %d more", n)
	}
	return fmt.Errorf("the run %s was %w: %s%s", shortID(first.ID), kind, first.Reason, more)
}

// sharing is one exchange with a remote.
type sharing struct {
	knownSources
	project *Project
	store   *gitstore.Store
	remote  *gitstore.Remote
	options ShareOptions
	result  *Shared
	listing *gitstore.Listing
	theirs  map[string]gitstore.Hash // tips by UUID
	rivals  map[string]gitstore.Hash // by ref
	views   gitstore.Hash            // the remote's saved views, zero for none
	pushed  []gitstore.Update        // that the remote has taken
	light   sync.Map                 // tips of runs without large contents, as far as they were looked at

	uncataloged map[string]gitstore.Hash // runs that were pushed, and that no catalog has yet
	purging     bool                     // catalogs lose what they say of runs
}

// share prepares an exchange with a remote and lists what that has.
func (p *Project) share(ctx context.Context, o ShareOptions) (*sharing, error) {
	s := &sharing{project: p, store: p.stores[0], options: o}
	name, err := p.remoteName(o.Remote)
	if err != nil {
		return nil, p.whyNoRemote(err)
	}
	if s.remote, err = s.store.Remote(name); err != nil {
		return nil, p.whyNoRemote(err)
	}
	if o.pushing {
		s.remote = s.remote.Pushing()
	}
	s.result = &Shared{Remote: s.remote.Name}
	if mirrors := s.remote.Mirrors(); len(mirrors) > 0 {
		s.result.Mirror = mirrors[0]
	}
	return s, s.list(ctx)
}

// remoteName is the remote that is meant.
func (p *Project) remoteName(asked string) (string, error) {
	if asked != "" {
		return asked, nil
	}
	if name, ok := p.stores[0].Setting("exprec.remote"); ok {
		return name, nil
	}
	if p.repo == nil {
		return "", fmt.Errorf("%w: this project has no repository, so name an address, or set git config --global exprec.remote", gitstore.ErrNoRemote)
	}
	if head, err := p.repo.Head(); err == nil && head.Branch != "" {
		if name, ok := p.repo.Config.Get("branch." + head.Branch + ".remote"); ok && name != "." {
			return name, nil
		}
	}
	names := p.stores[0].Remotes()
	switch {
	case slices.Contains(names, "origin"):
		return "origin", nil
	case len(names) == 1:
		return names[0], nil
	case len(names) == 0:
		return "", fmt.Errorf("%w: the repository has none; git remote add origin URL adds one", gitstore.ErrNoRemote)
	}
	return "", fmt.Errorf("%w is meant: there are %d, so name one, or set git config exprec.remote", gitstore.ErrNoRemote, len(names))
}

// whyNoRemote says why the remotes of the repository are none of the project.
func (p *Project) whyNoRemote(err error) error {
	if p.repo == nil || p.repo.Unsuitable == nil {
		return err
	}
	return fmt.Errorf("%w; name an address, for the runs are not in the repository: %w", err, p.repo.Unsuitable)
}

// list asks the remote what it has.
func (s *sharing) list(ctx context.Context) error {
	listing, err := s.remote.List(ctx, s.options.WireOptions, refPrefix, conflictPrefix, viewsPrefix, catalogPrefix)
	if err != nil {
		return err
	}
	s.listing, s.theirs, s.rivals, s.views = listing, map[string]gitstore.Hash{}, map[string]gitstore.Hash{}, gitstore.Hash{}
	s.result.Skipped = 0
	for _, ref := range listing.Refs {
		uuid, ok := runOf(ref)
		if !ok && strings.HasPrefix(ref.Name, refPrefix) {
			s.result.Skipped++
		}
		if ok && s.wants(uuid) {
			s.theirs[uuid] = ref.Hash
		} else if uuid, ok := rivalOf(ref); ok && s.wants(uuid) {
			s.rivals[ref.Name] = ref.Hash
		} else if ref.Name == viewsRef {
			s.views = ref.Hash
		}
	}
	return nil
}

func (s *sharing) wants(uuid string) bool {
	if s.options.Runs == nil {
		return true
	}
	return slices.ContainsFunc(s.options.Runs, func(wanted string) bool {
		return len(wanted) >= minPrefix && strings.HasPrefix(uuid, wanted)
	})
}

// rivalOf is the run that the ref of another record belongs to.
func rivalOf(ref gitstore.Ref) (uuid string, ok bool) {
	rest, ok := strings.CutPrefix(ref.Name, conflictPrefix)
	if !ok || len(rest) <= uuidLength || rest[uuidLength:] != "/"+ref.Hash.String() {
		return "", false
	}
	return runOf(gitstore.Ref{Name: refPrefix + rest[:uuidLength]})
}

func (s *sharing) refuse(uuid string, err error) {
	s.result.Refused = append(s.result.Refused, RefusedRun{ID: uuid, Reason: err.Error()})
}

// fetchBatch is how many runs are fetched at once: an interrupted fetch keeps
// the batches before.
const fetchBatch = 1000

// Fetch brings the runs of a remote, or what is new of them, into the project.
// What people said on both sides is joined, and nothing here is overwritten.
// The error is [ErrNoRun] where the remote has none of those that are wanted.
func (p *Project) Fetch(ctx context.Context, o ShareOptions) (*Shared, error) {
	s, err := p.share(ctx, o)
	if err != nil {
		return nil, err
	}
	if o.Runs != nil && len(s.theirs) == 0 {
		return nil, fmt.Errorf("%w on %s begins with %s", ErrNoRun, s.remote.Name, strings.Join(o.Runs, " or "))
	}
	missing, err := s.missing()
	if err != nil {
		return nil, err
	}
	if err := errors.Join(s.fetch(ctx, missing), s.takeViews(ctx)); err != nil {
		return s.result, err
	}
	return s.result, s.remember(nil)
}

// IsRemote reports whether a word is the name of a remote, or looks like an
// address.
func (p *Project) IsRemote(word string) bool {
	_, err := p.stores[0].Remote(word)
	return err == nil
}

// refsHere are the project's refs of runs and of their rivals, read once: to ask
// for each takes long where there are many.
func (s *sharing) refsHere() (map[string]gitstore.Hash, error) {
	here := map[string]gitstore.Hash{}
	for _, prefix := range []string{refPrefix, conflictPrefix} {
		refs, err := s.store.Refs(prefix)
		if err != nil {
			return nil, err
		}
		for _, ref := range refs {
			here[ref.Name] = ref.Hash
		}
	}
	return here, nil
}

// missing are the refs of the remote that are not as here.
func (s *sharing) missing() ([]gitstore.Ref, error) {
	here, err := s.refsHere()
	if err != nil {
		return nil, err
	}
	var refs []gitstore.Ref
	for _, ref := range s.listing.Refs {
		uuid, ok := runOf(ref)
		if !ok || !s.wants(uuid) {
			if _, rival := s.rivals[ref.Name]; !rival {
				continue
			}
		}
		if here[ref.Name] == ref.Hash {
			if ok {
				s.result.Same++
			}
			continue
		}
		refs = append(refs, ref)
	}
	return refs, nil
}

// fetch gets refs and joins them in.
func (s *sharing) fetch(ctx context.Context, refs []gitstore.Ref) error {
	if s.options.DryRun {
		for _, ref := range refs {
			s.foresee(ref)
		}
		return nil
	}
	for batch := range slices.Chunk(refs, fetchBatch) {
		fetched, err := s.remote.Fetch(ctx, s.options.WireOptions, s.listing, batch)
		if err != nil {
			return err
		}
		err = s.take(ctx, batch)
		if err = errors.Join(err, fetched.Release()); err != nil {
			return err
		}
	}
	return nil
}

// foresee says what a fetch of a ref would be.
func (s *sharing) foresee(ref gitstore.Ref) {
	uuid, ok := runOf(ref)
	if !ok {
		return
	}
	if _, err := s.store.Ref(ref.Name); errors.Is(err, gitstore.ErrNotFound) {
		s.result.New = append(s.result.New, uuid)
		return
	}
	s.result.Updated = append(s.result.Updated, uuid)
}

// take joins what was fetched into the project. Runs that are new get their
// refs in one go.
func (s *sharing) take(ctx context.Context, refs []gitstore.Ref) error {
	here, err := s.refsHere()
	if err != nil {
		return err
	}
	states, errs := make([]state, len(refs)), make([]error, len(refs))
	err = inParallel(ctx, len(refs), func(i int) {
		if uuid, isRun := runOf(refs[i]); isRun {
			states[i], errs[i] = stateOf(s.store, uuid, refs[i].Hash)
		}
	})
	if err != nil {
		return err
	}
	var fresh []gitstore.Ref
	for i, ref := range refs {
		if err := ctx.Err(); err != nil {
			return err
		}
		uuid, isRun := runOf(ref)
		if !isRun {
			if err := keepConflict(ctx, s.store, ref.Name[len(conflictPrefix):][:uuidLength], ref.Hash); err != nil {
				return err
			}
			continue
		}
		if errs[i] != nil {
			s.refuse(uuid, errs[i])
			continue
		}
		if _, ok := here[ref.Name]; !ok {
			fresh = append(fresh, ref)
			continue
		}
		if err := s.joinIn(ctx, uuid, states[i]); err != nil {
			return err
		}
	}
	return s.makeRefs(ctx, fresh)
}

// joinIn joins a run that is here already.
func (s *sharing) joinIn(ctx context.Context, uuid string, theirs state) error {
	before, after, conflict, err := s.project.takeState(ctx, s.store, uuid, theirs)
	switch {
	case err != nil && ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		s.refuse(uuid, err)
	case conflict:
		s.result.Conflicts = append(s.result.Conflicts, uuid)
	case after == before:
		s.result.Same++
	case after == theirs.tip:
		s.result.Updated = append(s.result.Updated, uuid)
	default:
		s.result.Merged = append(s.result.Merged, uuid)
	}
	return nil
}

// makeRefs makes the refs of runs that are new here.
func (s *sharing) makeRefs(ctx context.Context, fresh []gitstore.Ref) error {
	if len(fresh) == 0 {
		return nil
	}
	if err := s.store.CreateRefs(ctx, fresh); err != nil {
		return fmt.Errorf("make the refs of what was fetched: %w", err)
	}
	before := len(s.result.New)
	s.project.enterAll(fresh)
	for _, ref := range fresh {
		uuid, _ := runOf(ref)
		s.result.New = append(s.result.New, uuid)
	}
	s.project.enterFetched(s.remote.Name, time.Now(), s.result.New[before:]...)
	return nil
}
