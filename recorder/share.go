package recorder

import (
	"context"
	"errors"
	"fmt"
	"maps"
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
	// Place is which of the addresses a push goes to, where the remote has
	// several: see [Project.PushPlaces].
	Place int
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
	Address   string   // that was pushed to, where the remote has several
	New       []string // UUIDs of runs that the other side did not have
	Updated   []string // whose newer state it got
	Merged    []string // whose notes of both sides were joined
	Conflicts []string // of which two records are kept now
	Refused   []RefusedRun
	Same      int      // that both sides had alike
	Mirror    string   // the setting by which git itself would remove runs, there or here
	Skipped   int      // refs of the remote beside the runs that are not called as runs are
	Light     []string // UUIDs of runs of which what lists need has come
	RolledUp  int      // runs whose refs on the other side went into an archive
	Unread    []UnreadArchive
}

// UnreadArchive is an archive of the remote that is damaged or none, or of a kind
// that this program does not know. It stays there as it is, and the runs that
// nothing else there has are as if they were not there.
type UnreadArchive struct {
	Month  string // yyyy-mm
	Reason string
}

// RefusedRun is a run that did not get to the other side.
type RefusedRun struct {
	ID     string
	Reason string
	Secret bool // it holds what looks like a secret
}

// Err is nil unless runs were refused or archives could not be read.
func (s *Shared) Err() error {
	if len(s.Refused) == 0 {
		return s.unreadErr()
	}
	return s.refusedErr()
}

func (s *Shared) unreadErr() error {
	if len(s.Unread) == 0 {
		return nil
	}
	return fmt.Errorf("the archive %s of %s was not read, and stays as it is: %s%s", s.Unread[0].Month, s.Remote, s.Unread[0].Reason, andMore(s.Unread[1:]))
}

func (s *Shared) refusedErr() error {
	if len(s.Refused) == 0 {
		return nil
	}
	first, kind := s.Refused[0], ErrRefused
	if !slices.ContainsFunc(s.Refused, func(r RefusedRun) bool { return !r.Secret }) {
		kind = ErrSecret
	}
	return fmt.Errorf("the run %s was %w: %s%s", shortID(first.ID), kind, first.Reason, andMore(s.Refused[1:]))
}

func andMore[T any](others []T) string {
	if len(others) == 0 {
		return ""
	}
	return fmt.Sprintf("; and %d more", len(others))
}

// sharing is one exchange with a remote.
type sharing struct {
	knownSources
	project  *Project
	store    *gitstore.Store
	remote   *gitstore.Remote
	options  ShareOptions
	result   *Shared
	listing  *gitstore.Listing
	theirs   map[string]gitstore.Hash // tips of refs by UUID
	rivals   map[string]gitstore.Hash // by ref
	views    gitstore.Hash            // the remote's saved views, zero for none
	pushed   []gitstore.Update        // that the remote has taken
	gone     map[gitstore.Hash]bool   // commits that the remote did not have any more
	unlisted map[gitstore.Update]int  // how often it had another state than it lists
	moved    bool                     // refs of the remote have moved since they were listed
	beside   bool                     // what is there says nothing of what a fetch finds
	looks    sync.Map                 // at tips of runs, see look

	archives []remoteArchive          // all of the remote
	stored   []archived               // the runs in them that are wanted, sorted by UUID
	differ   []archived               // runs that a push has found to differ, as they were here
	fresh    map[string]bool          // runs that have come with this exchange
	local    map[string]gitstore.Hash // what is here, by ref, while archives are made

	uncataloged map[string]gitstore.Hash // runs that were pushed, and that no catalog has yet
}

// share prepares an exchange with a remote and lists what that has.
func (p *Project) share(ctx context.Context, o ShareOptions) (*sharing, error) {
	s := &sharing{project: p, store: p.stores[0], options: o, fresh: map[string]bool{}, unlisted: map[gitstore.Update]int{}}
	var err error
	if s.remote, err = p.remoteOf(o.Remote); err != nil {
		return nil, err
	}
	s.result = &Shared{Remote: s.remote.Name}
	if o.pushing {
		places := s.remote.Places()
		if o.Place < 0 || o.Place >= len(places) {
			return nil, fmt.Errorf("%w: %s is pushed to %d addresses, and has no number %d", gitstore.ErrNoRemote, s.remote.Name, len(places), o.Place)
		}
		if len(places) > 1 {
			s.result.Address, s.beside = places[o.Place], o.Place != s.remote.Main()
		}
		s.remote = s.remote.Pushing(o.Place)
	}
	if mirrors := s.remote.Mirrors(); len(mirrors) > 0 {
		s.result.Mirror = mirrors[0]
	}
	return s, s.list(ctx)
}

// PushPlaces are the addresses that a remote is pushed to, without passwords: more
// than one where git's configuration has several for it. [Project.Push] and
// [Project.RemoveRemote] go to one of them, by its index.
func (p *Project) PushPlaces(remote string) ([]string, error) {
	r, err := p.remoteOf(remote)
	if err != nil {
		return nil, err
	}
	return r.Places(), nil
}

// remoteOf is the remote that is meant.
func (p *Project) remoteOf(asked string) (*gitstore.Remote, error) {
	name, err := p.remoteName(asked)
	if err != nil {
		return nil, p.whyNoRemote(err)
	}
	r, err := p.stores[0].Remote(name)
	if err != nil {
		return nil, p.whyNoRemote(err)
	}
	return r, nil
}

// remoteName is the name of the remote that is meant.
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
	err := s.listRefs(ctx)
	for range rereads {
		if err != nil {
			return err
		}
		before := s.listing.Refs
		if err = s.listArchives(ctx); err == nil && len(s.result.Unread) == 0 || ctx.Err() != nil {
			return err
		}
		// An archive that has been replaced meanwhile cannot be had everywhere.
		if listErr := s.listRefs(ctx); listErr != nil || slices.Equal(before, s.listing.Refs) {
			return err
		}
		err = nil
	}
	return fmt.Errorf("%w: others roll up runs all the time", ErrRefused)
}

func (s *sharing) listRefs(ctx context.Context) error {
	listing, err := s.remote.List(ctx, s.options.WireOptions, refPrefix, conflictPrefix, viewsPrefix, archivePrefix, catalogPrefix)
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
	if o.Runs != nil && len(s.theirs)+len(s.stored) == 0 {
		if err := s.result.unreadErr(); err != nil {
			return nil, fmt.Errorf("no other run on %s begins with %s: %w", s.remote.Name, strings.Join(o.Runs, " or "), err)
		}
		return nil, fmt.Errorf("%w on %s begins with %s", ErrNoRun, s.remote.Name, strings.Join(o.Runs, " or "))
	}
	err = s.untilSettled(ctx, func() error {
		s.result.Same = 0
		missing, err := s.missing()
		if err != nil {
			return err
		}
		return errors.Join(s.fetch(ctx, missing), s.takeViews(ctx))
	})
	if err != nil {
		return s.result, err
	}
	return s.result, s.remember()
}

// IsRemote reports whether a word is the name of a remote, or looks like an
// address.
func (p *Project) IsRemote(word string) bool {
	_, err := p.stores[0].Remote(word)
	return err == nil
}

// refsHere are the project's runs and their rivals, as refs, read once: to ask
// for each takes long where there are many.
func (s *sharing) refsHere() (map[string]gitstore.Hash, error) {
	runs, err := s.project.runRefs(s.store)
	if err != nil {
		return nil, err
	}
	rivals, err := s.store.Refs(conflictPrefix)
	if err != nil {
		return nil, err
	}
	here := make(map[string]gitstore.Hash, len(runs)+len(rivals))
	for _, ref := range slices.Concat(runs, rivals) {
		here[ref.Name] = ref.Hash
	}
	return here, nil
}

// missing are the commits of the remote that have something which is not here.
func (s *sharing) missing() ([]gitstore.Ref, error) {
	s.startOver()
	here, err := s.project.runRefs(s.store)
	if err != nil {
		return nil, err
	}
	var refs []gitstore.Ref
	runs, alike := s.differing(here)
	s.result.Same += alike
	for _, r := range runs {
		lacking := s.lacking(r.uuid, r.tip)
		if len(lacking) == 0 && len(s.tips(r.uuid)) > 0 {
			s.result.Same++
		}
		refs = append(refs, lacking...)
	}
	for _, ref := range s.listing.Refs {
		uuid, ok := rivalOf(ref)
		if !ok || s.rivals[ref.Name].IsZero() || s.wasPurged(uuid) {
			continue
		}
		if kept, err := s.store.Ref(ref.Name); err != nil || kept != ref.Hash {
			refs = append(refs, ref)
		}
	}
	return refs, nil
}

// fetch gets commits and joins them in. Those of one run stand together. A dry run
// only looks at them.
func (s *sharing) fetch(ctx context.Context, refs []gitstore.Ref) error {
	bring := s.bring
	if s.options.DryRun {
		var err error
		if refs, err = s.foreseeNew(refs); err != nil {
			return err
		}
		bring = s.foresee
	}
	cuts := fetchCuts
	for len(refs) > 0 {
		n := min(fetchBatch, len(refs))
		for n < len(refs) && refs[n].Name == refs[n-1].Name {
			n++
		}
		if err := s.fetchPart(ctx, refs[:n], &cuts, bring); err != nil {
			return err
		}
		refs = refs[n:]
	}
	return nil
}

// bring gets commits and joins them in.
func (s *sharing) bring(ctx context.Context, refs []gitstore.Ref) error {
	var fetched *gitstore.Fetched
	err := s.reach(refs, func(wanted []gitstore.Ref) (err error) {
		fetched, err = s.remote.Fetch(ctx, s.options.WireOptions, s.listing, wanted)
		return err
	})
	if err != nil {
		return err
	}
	return errors.Join(s.take(ctx, refs), fetched.Release())
}

// reach asks for commits by themselves where the remote gives any that it has,
// and else for the archives that they are in.
func (s *sharing) reach(refs []gitstore.Ref, ask func([]gitstore.Ref) error) error {
	err := ask(refs)
	if len(s.archives) == 0 || !gitstore.IsUnadvertised(err) {
		return err
	}
	var wanted []gitstore.Ref
	for _, ref := range refs {
		uuid, ok := runOf(ref)
		if !ok || s.theirs[uuid] == ref.Hash {
			wanted = append(wanted, ref)
			continue
		}
		for _, a := range s.archives {
			if at, ok := findArchived(a.runs, uuid); ok && a.runs[at].tip == ref.Hash && !slices.Contains(wanted, a.Ref) {
				wanted = append(wanted, a.Ref)
			}
		}
	}
	return ask(wanted)
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
		uuid, isRun := whose(refs[i])
		if _, known := here[refs[i].Name]; isRun && (known || i > 0 && refs[i-1].Name == refs[i].Name) {
			states[i], errs[i] = stateOf(s.store, uuid, refs[i].Hash)
		} else { // nothing is joined with it
			_, _, errs[i] = stateAt(s.store, uuid, refs[i].Hash)
		}
	})
	if err != nil {
		return err
	}
	var fresh []gitstore.Ref
	known := map[string][]state{} // to be joined in
	rivals := map[string]int{}
	for i, ref := range refs {
		if err := ctx.Err(); err != nil {
			return err
		}
		uuid, isRun := whose(ref)
		if errs[i] == nil && !isRun {
			rivals[uuid]++
			errs[i] = tooMany(rivals[uuid])
		}
		if errs[i] != nil {
			s.refuse(uuid, errs[i])
			continue
		}
		if !isRun {
			if s.wasPurged(uuid) {
				continue
			}
			if err := keepConflict(ctx, s.store, uuid, ref.Hash); err != nil {
				return err
			}
			continue
		}
		_, ok := here[ref.Name]
		if !ok && (len(fresh) == 0 || fresh[len(fresh)-1].Name != ref.Name) {
			fresh = append(fresh, ref)
			continue
		}
		known[uuid] = append(known[uuid], states[i])
	}
	if err := s.makeRefs(ctx, fresh); err != nil {
		return err
	}
	for _, uuid := range slices.Sorted(maps.Keys(known)) {
		if err := s.joinIn(ctx, uuid, known[uuid]); err != nil {
			return err
		}
	}
	return nil
}

// joinIn joins the states that the remote has of a run into the one here.
func (s *sharing) joinIn(ctx context.Context, uuid string, theirs []state) error {
	before, err := s.here(uuid)
	if err != nil {
		return err
	}
	after, conflict := before, false
	for _, their := range theirs {
		var rival bool
		if _, after, rival, err = s.project.takeState(ctx, s.store, uuid, their); err != nil {
			break
		}
		conflict = conflict || rival
	}
	switch {
	case err != nil && ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		s.refuse(uuid, err)
	case conflict:
		s.result.Conflicts = append(s.result.Conflicts, uuid)
	case s.fresh[uuid]:
	case after == before:
		s.result.Same++
	case slices.ContainsFunc(theirs, func(their state) bool { return their.tip == after }):
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
		s.fresh[uuid] = true
	}
	s.project.enterFetched(s.remote.Name, time.Now(), s.result.New[before:]...)
	return nil
}
