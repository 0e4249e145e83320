package recorder

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/exprec/exprec/gitstore"
)

// defaultRollUp is how many runs may have refs of their own on a remote before
// the older ones go into archives: each ref costs everybody who pushes there or
// fetches about 100 bytes, each time.
const defaultRollUp = 2000

// rollUpLimit is that of git config exprec.rollUp; 0 is none.
func (p *Project) rollUpLimit() (int, error) {
	if p.repo == nil || p.repo.Config == nil {
		return defaultRollUp, nil
	}
	n, err := p.repo.Config.Size("exprec.rollup", defaultRollUp)
	if err == nil && (n < 0 || n > maxArchived) {
		err = fmt.Errorf("exprec.rollUp %w: %d is no number of runs", ErrInvalid, n)
	}
	return int(n), err
}

// upkeep brings the archives of the remote up to date when runs have been
// pushed to it.
func (s *sharing) upkeep(ctx context.Context) error {
	if s.options.DryRun {
		return nil
	}
	if slices.ContainsFunc(s.differ, func(r archived) bool { return !r.tip.IsZero() && len(s.storedOf(r.uuid)) > 0 }) {
		if err := s.buryThere(ctx); err != nil {
			return err
		}
	}
	if s.options.Runs != nil {
		return nil
	}
	if err := s.rollUp(ctx); err != nil {
		return fmt.Errorf("roll up runs on %s: %w", s.remote.Name, err)
	}
	return nil
}

// rollUp puts the oldest of the runs on the remote into archives where more of
// them have refs than is good, until about half of those that may remain. First
// the remote gets the archives, and only then the refs go, each where it is
// what the archive has: whatever ends this on the way loses nothing, and where
// several clones do it at once the next push of somebody does what is left.
func (s *sharing) rollUp(ctx context.Context) error {
	limit, err := s.project.rollUpLimit()
	if err != nil {
		return err
	}
	s.advance()
	if limit == 0 || len(s.theirs) <= limit {
		return nil
	}
	if err := s.readLocal(); err != nil {
		return err
	}
	months, err := s.ripe(ctx)
	if err != nil {
		return err
	}
	var plans []*archivePlan
	for _, month := range s.pick(months, len(s.theirs)-limit/2) {
		if plan := s.planArchive(month.name, month.runs); len(plan.refs) > 0 {
			plans = append(plans, plan)
		}
	}
	taken, err := s.pushArchives(ctx, plans)
	if err != nil {
		return err
	}
	var gone []gitstore.Ref
	for _, plan := range taken {
		gone = append(gone, plan.refs...)
	}
	if len(gone) == 0 {
		return nil
	}
	answers, err := s.remote.RemoveRefs(ctx, s.options.WireOptions, s.listing, refPrefix, gone)
	for _, a := range answers {
		if a.Reason == "" {
			s.result.RolledUp++
		}
	}
	return err
}

// readLocal reads what is here, while archives are made.
func (s *sharing) readLocal() (err error) {
	s.local, err = s.refsHere()
	return err
}

// advance makes the listing what the remote has since the push.
func (s *sharing) advance() {
	s.listing.Refs = s.refsNow()
	for _, u := range s.pushed {
		if uuid, ok := runOf(gitstore.Ref{Name: u.Ref}); ok {
			if s.theirs[uuid] = u.New; u.New.IsZero() {
				delete(s.theirs, uuid)
			}
		}
	}
	s.pushed = nil
}

// ripeRun is a run that may go into an archive.
type ripeRun struct {
	archived
	started time.Time
}

// ripeMonth are the runs of a month that may.
type ripeMonth struct {
	name string
	runs []ripeRun
}

// ripe finds the runs that are here as they are on the remote, whole and
// sealed, by the month of their start, the oldest first.
func (s *sharing) ripe(ctx context.Context) ([]ripeMonth, error) {
	var refs []gitstore.Ref
	for _, uuid := range slices.Sorted(maps.Keys(s.theirs)) {
		if tip := s.theirs[uuid]; s.local[refPrefix+uuid] == tip {
			refs = append(refs, gitstore.Ref{Name: refPrefix + uuid, Hash: tip})
		}
	}
	started := make([]time.Time, len(refs))
	err := inParallel(ctx, len(refs), func(i int) {
		uuid, _ := runOf(refs[i])
		if run := s.project.load(s.store, uuid, refs[i].Hash); run.err == nil && run.tip == refs[i].Hash && run.started.Status.Final() {
			started[i] = run.Started().UTC()
		}
	})
	months := map[string][]ripeRun{}
	for i, ref := range refs {
		month := started[i].Format("2006-01")
		if _, ok := monthOf(archivePrefix + month); ok && !started[i].IsZero() {
			uuid, _ := runOf(ref)
			months[month] = append(months[month], ripeRun{archived{uuid, ref.Hash}, started[i]})
		}
	}
	var sorted []ripeMonth
	for _, name := range slices.Sorted(maps.Keys(months)) {
		sorted = append(sorted, ripeMonth{name, months[name]})
	}
	return sorted, err
}

// pick takes so many runs, the oldest: months that are over as a whole, so that
// their archives change seldom, and of the others only what is needed.
func (s *sharing) pick(months []ripeMonth, n int) (picked []ripeMonth) {
	now := time.Now().UTC().Format("2006-01")
	for _, month := range months {
		if n <= 0 {
			break
		}
		if !s.wholeHere(archivePrefix+month.name) || s.isUnread(month.name) {
			continue // somebody else has to do it, who has the rest of the month
		}
		if month.name >= now && len(month.runs) > n {
			slices.SortFunc(month.runs, func(a, b ripeRun) int {
				return cmp.Or(a.started.Compare(b.started), strings.Compare(a.uuid, b.uuid))
			})
			month.runs = month.runs[:n]
		}
		n -= len(month.runs)
		picked = append(picked, month)
	}
	return picked
}

// isUnread reports whether the remote has an archive that could not be read.
func (s *sharing) isUnread(month string) bool {
	return slices.ContainsFunc(s.result.Unread, func(a UnreadArchive) bool { return a.Month == month })
}

// archiveOf is an archive of the remote; it is empty where there is none.
func (s *sharing) archiveOf(name string) remoteArchive {
	for _, a := range s.archives {
		if a.Name == name {
			return a
		}
	}
	return remoteArchive{Ref: gitstore.Ref{Name: name}}
}

// wholeHere reports whether all that an archive holds is here, but for some
// runs, so that another one can be made of it.
func (s *sharing) wholeHere(name string, without ...string) bool {
	for _, r := range s.archiveOf(name).runs {
		if !slices.Contains(without, r.uuid) && !s.holds(r) {
			return false
		}
	}
	return true
}

// holds reports whether all that an archive has of a run is here. The run itself
// may be another one by now: with other notes, or of another record that took
// its place.
func (s *sharing) holds(r archived) bool {
	return s.local[refPrefix+r.uuid] == r.tip || s.store.Has(r.tip)
}

// archivePlan is what becomes of an archive.
type archivePlan struct {
	was  remoteArchive
	runs []archived
	refs []gitstore.Ref // that are not needed any more when the remote has it
}

// planArchive adds runs to an archive. One that is there already is replaced
// where what is added has all that it has.
func (s *sharing) planArchive(month string, runs []ripeRun) *archivePlan {
	plan := &archivePlan{was: s.archiveOf(archivePrefix + month)}
	tips := map[string]gitstore.Hash{}
	for _, r := range plan.was.runs {
		tips[r.uuid] = r.tip
	}
	for _, r := range runs {
		if there, ok := tips[r.uuid]; ok && there != r.tip && !s.covers(r.uuid, r.tip, there) {
			continue
		}
		tips[r.uuid] = r.tip
		plan.refs = append(plan.refs, gitstore.Ref{Name: refPrefix + r.uuid, Hash: r.tip})
	}
	plan.runs = sortedRuns(tips)
	return plan
}

// pushArchives gives the remote archives, each where it is what was listed, and
// tells which ones it has now.
func (s *sharing) pushArchives(ctx context.Context, plans []*archivePlan) (taken []*archivePlan, err error) {
	var updates []gitstore.Update
	var derived gitstore.Derived
	byRef := map[string]*archivePlan{}
	for _, plan := range plans {
		u := gitstore.Update{Ref: plan.was.Name, Old: plan.was.Hash}
		if len(plan.runs) > 0 {
			var objects []gitstore.NewObject
			u.New, objects = archiveObjects(plan.runs)
			derived.Objects = append(derived.Objects, objects...)
			s.addBefore(&derived, plan.was)
		}
		if u.New == u.Old {
			taken = append(taken, plan) // somebody was interrupted
			continue
		}
		updates, byRef[u.Ref] = append(updates, u), plan
	}
	if len(updates) == 0 {
		return taken, nil
	}
	answers, err := s.remote.PushDerived(ctx, s.options.WireOptions, s.listing, updates, derived)
	for _, a := range answers {
		if a.Reason != "" {
			continue
		}
		plan := byRef[a.Ref]
		taken, s.pushed = append(taken, plan), append(s.pushed, a.Update)
		s.archives = slices.DeleteFunc(s.archives, func(there remoteArchive) bool { return there.Name == a.Ref })
		if !a.New.IsZero() {
			s.archives = append(s.archives, remoteArchive{gitstore.Ref{Name: a.Ref, Hash: a.New}, plan.runs})
			s.project.keepArchive(a.New, plan.runs)
		}
	}
	return taken, err
}

// addBefore adds the commits of an archive that the remote has: git then knows
// what it need not send. Of a run that is not here nothing is before its folder.
func (s *sharing) addBefore(d *gitstore.Derived, a remoteArchive) {
	if len(a.runs) == 0 {
		return
	}
	_, objects := archiveObjects(a.runs)
	lost := map[string]bool{}
	for _, r := range a.runs {
		if !s.store.Has(r.tip) {
			lost[r.uuid[:bucketDigits]] = true
		}
	}
	at := 0
	for i, r := range a.runs {
		if i > 0 && a.runs[i-1].uuid[:bucketDigits] == r.uuid[:bucketDigits] {
			continue
		}
		if lost[r.uuid[:bucketDigits]] {
			d.Cut = append(d.Cut, objects[at+1].Hash) // each folder is a tree and a commit
		}
		at += 2
	}
	d.Objects = append(objects, d.Objects...)
}

// buryThere replaces runs in archives that somebody has purged by the note that
// they were: what is to be gone must not live on there.
func (s *sharing) buryThere(ctx context.Context) error {
	if err := s.readLocal(); err != nil {
		return err
	}
	var plans []*archivePlan
	for _, a := range s.archives {
		tips := map[string]gitstore.Hash{}
		var purged []string
		for _, r := range a.runs {
			if tips[r.uuid] = r.tip; !s.wants(r.uuid) {
				continue
			}
			here := s.local[refPrefix+r.uuid]
			if here == r.tip || here.IsZero() {
				continue
			}
			left, isGone := s.leftOf(r.uuid, here)
			if !isGone || left.hash == r.tip {
				continue
			}
			if err := s.write(ctx, left); err != nil {
				return err
			}
			tips[r.uuid] = left.hash
			purged = append(purged, r.uuid)
		}
		if !s.wholeHere(a.Name, purged...) {
			// Who has all of it does it with their next push. Whose push says first
			// that the run was purged is told that it is not gone yet.
			purged = slices.DeleteFunc(purged, func(uuid string) bool { return !s.hasPushed(uuid) })
		}
		if plan := s.without(a, tips, purged); plan != nil {
			plans = append(plans, plan)
		}
	}
	if len(plans) == 0 {
		return nil
	}
	s.advance()
	_, err := s.pushArchives(ctx, plans)
	return err
}

// hasPushed reports whether the remote has taken a run of this push.
func (s *sharing) hasPushed(uuid string) bool {
	return slices.ContainsFunc(s.pushed, func(u gitstore.Update) bool { return u.Ref == refPrefix+uuid })
}

// takeOut makes the archives of the remote anew without the runs that are to go
// from it, and tells which of them stay in one. Those are refused.
func (s *sharing) takeOut(ctx context.Context) (kept map[string]bool, err error) {
	if err := s.readLocal(); err != nil {
		return nil, err
	}
	var plans []*archivePlan
	for _, a := range s.archives {
		tips := map[string]gitstore.Hash{}
		var out []string
		for _, r := range a.runs {
			if s.wants(r.uuid) {
				out = append(out, r.uuid)
			} else {
				tips[r.uuid] = r.tip
			}
		}
		if plan := s.without(a, tips, out); plan != nil {
			plans = append(plans, plan)
		}
	}
	if _, err = s.pushArchives(ctx, plans); err != nil {
		return nil, err
	}
	kept = map[string]bool{}
	for _, r := range s.result.Refused {
		kept[r.ID] = true
	}
	for _, a := range s.archives { // as they are now
		for _, r := range a.runs {
			if s.wants(r.uuid) && !kept[r.uuid] {
				kept[r.uuid] = true
				s.refuse(r.uuid, fmt.Errorf("it stays in %s of %s, which somebody else changes, or which may not change", a.Name, s.remote.Name))
			}
		}
	}
	return kept, nil
}

// without plans an archive that has other tips for some runs, or none. Where the
// rest of it is not here the runs are refused.
func (s *sharing) without(a remoteArchive, tips map[string]gitstore.Hash, uuids []string) *archivePlan {
	if len(uuids) == 0 {
		return nil
	}
	if !s.wholeHere(a.Name, uuids...) {
		for _, uuid := range uuids {
			s.refuse(uuid, fmt.Errorf("it lives on in %s of %s, which has runs that are not here: fetch them, and do it again", a.Name, s.remote.Name))
		}
		return nil
	}
	plan := &archivePlan{was: a}
	plan.runs = sortedRuns(tips)
	return plan
}
