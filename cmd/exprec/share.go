package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder"
)

const remoteCode = "6    the remote could not be reached, or refused"

// shareOptions are those of push and fetch.
type shareOptions struct {
	query  string
	dry    bool
	json   bool
	silent bool
	allow  bool
	mirror bool // push: to a remote that git would mirror
	light  bool // push: no large contents; fetch: only what lists need
	large  bool // fetch: large contents too
}

func (o *shareOptions) flags(c *cobra.Command) {
	f := c.Flags()
	f.BoolVarP(&o.dry, "dry-run", "n", false, "only say what would be done")
	f.BoolVar(&o.json, "json", false, "the summary as JSON")
	f.BoolVarP(&o.silent, "quiet", "q", false, "no progress")
}

func newPush(a *app) *cobra.Command {
	var o shareOptions
	c := &cobra.Command{
		Use:   "push [REMOTE] [RUN…]",
		Short: "Give runs to a git remote",
		Long: "Give a git remote all runs, or those that are named, in one connection: only what it does\n" +
			"not have. Notes that somebody else has changed there meanwhile are fetched and joined with\n" +
			"those here; no word is lost. REMOTE is a remote's name or an address, by default that of\n" +
			"git config exprec.remote, else of the branch, else origin; each of its push addresses gets\n" +
			"them, where it has several. The rest of the repository is not pushed, and no hook runs. A\n" +
			"run whose output, files or uncommitted source hold what looks like a secret is refused,\n" +
			"with the place.",
		Example:     "exprec push origin --query val/acc=0.9..",
		Args:        between(0, -1),
		Annotations: codes(noRunCode, refusedCode, remoteCode),
		RunE:        func(c *cobra.Command, args []string) error { return a.push(c.Context(), args, o) },
	}
	o.flags(c)
	c.Flags().BoolVar(&o.allow, "allow-secrets", false, "runs too that hold what looks like a secret")
	c.Flags().BoolVar(&o.mirror, "allow-mirror", false, "to a remote too by which git itself would remove runs")
	c.Flags().BoolVar(&o.light, "no-large", false, "only the pointers of large files, not their contents")
	c.Flags().StringVar(&o.query, "query", "", "the runs that match a `QUERY`, as of exprec list")
	return c
}

func newFetch(a *app) *cobra.Command {
	var o shareOptions
	c := &cobra.Command{
		Use:   "fetch [REMOTE] [RUN…]",
		Short: "Get runs from a git remote",
		Long: "Get all runs of a git remote, or those whose ids begin as named, in one connection: only\n" +
			"what is not here. Notes of both sides are joined, and nothing here is overwritten. REMOTE\n" +
			"is a remote's name or an address, by default that of git config exprec.remote, else of the\n" +
			"branch, else origin. With --light only what lists and comparisons need comes, which is little:\n" +
			"a run's points, images, files and source come when it is opened.",
		Example:     "exprec fetch origin --query 'val/acc=0.9..'",
		Args:        between(0, -1),
		Annotations: codes(noRunCode, remoteCode),
		RunE:        func(c *cobra.Command, args []string) error { return a.fetch(c.Context(), args, o) },
	}
	o.flags(c)
	c.Flags().BoolVar(&o.large, "large", false, "the contents of their large files too, by git-lfs")
	c.Flags().BoolVar(&o.light, "light", false, "only what lists and comparisons need of them")
	c.Flags().StringVar(&o.query, "query", "", "the runs there that match a `QUERY`, as of exprec list")
	return c
}

func (a *app) push(ctx context.Context, args []string, o shareOptions) error {
	project, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer project.Close()
	remote, words := remoteAndRuns(project, args)
	share := a.sharing(remote, o)
	share.AllowSecrets, share.AllowMirror, share.NoLarge = o.allow, o.mirror, o.light
	switch {
	case o.query != "" && len(words) > 0:
		return usage("name the runs, or describe them", "runs and --query exclude each other")
	case o.query != "":
		words = []string{o.query}
		fallthrough
	case len(words) > 0:
		runs, err := chosenRuns(ctx, project, words)
		if errors.Is(err, recorder.ErrNoRun) && remote == "" && o.query == "" {
			return &failure{recorder.ErrNoRun, fmt.Sprintf("%q is no remote and no run", words[0]), "git remote -v lists the remotes, exprec list the runs"}
		}
		if err != nil {
			return err
		}
		share.Runs = []string{}
		for _, r := range runs {
			share.Runs = append(share.Runs, r.ID())
		}
	}
	return a.atPlaces(ctx, project, remote, func(place int) error {
		share.Place = place
		shared, err := project.Push(ctx, share)
		return a.shared("pushed to", shared, err, o)
	})
}

// atPlaces does something at each address that a remote is pushed to, though it
// may fail at one. The worst error is given, others are reported.
func (a *app) atPlaces(ctx context.Context, p *recorder.Project, remote string, do func(place int) error) error {
	places, err := p.PushPlaces(remote)
	if err != nil {
		return remoteError(err)
	}
	var worst error
	for i, place := range places {
		err := do(i)
		if ctx.Err() != nil {
			return err
		}
		if err != nil && len(places) > 1 {
			err = fmt.Errorf("%s: %w", sanitizeLine(place), err)
		}
		if exitCode(err) > exitCode(worst) {
			err, worst = worst, err
		}
		if err != nil {
			a.report(err)
		}
	}
	return worst
}

// sharedWith names a remote, and the address where it has several.
func sharedWith(s *recorder.Shared) string {
	if s.Address == "" {
		return sanitizeLine(s.Remote)
	}
	return fmt.Sprintf("%s (%s)", sanitizeLine(s.Remote), sanitizeLine(s.Address))
}

func (a *app) fetch(ctx context.Context, args []string, o shareOptions) error {
	project, err := a.open(ctx)
	if errors.Is(err, recorder.ErrNoProject) && os.Getenv("GIT_DIR") == "" {
		return &failure{err, err.Error(), "go to a clone of the repository, or make one by git init: runs are fetched into it"}
	}
	if err != nil {
		return err
	}
	defer project.Close()
	remote, words := remoteAndRuns(project, args)
	share := a.sharing(remote, o)
	for _, word := range words {
		if len(word) < 4 || strings.Trim(word, "0123456789abcdef-") != "" {
			return usage("exprec fetch without it gets all", "%q is no remote, and not the beginning of an id", word)
		}
		share.Runs = append(share.Runs, word)
	}
	if (o.light || o.query != "") && len(words) > 0 || o.light && o.query != "" {
		return usage("name the runs, or describe them", "runs, --query and --light exclude each other")
	}
	if o.query != "" && o.dry {
		return usage("exprec fetch --light and exprec list say which runs match", "what matches is not known before it is fetched")
	}
	var shared *recorder.Shared
	switch {
	case o.light:
		shared, err = project.FetchLight(ctx, share)
	case o.query != "":
		shared, err = project.FetchMatching(ctx, share, o.query)
	default:
		shared, err = project.Fetch(ctx, share)
	}
	if err := a.shared("fetched from", shared, err, o); err != nil || !o.large || o.dry {
		return err
	}
	return a.fetchLarge(ctx, project, share)
}

// fetchLarge gets the large contents of the runs that were fetched, or of all.
func (a *app) fetchLarge(ctx context.Context, p *recorder.Project, share recorder.ShareOptions) error {
	runs, err := p.Runs(ctx, "")
	if err != nil {
		return err
	}
	var got int64
	for _, r := range runs {
		named := share.Runs == nil || slices.ContainsFunc(share.Runs, func(begin string) bool { return strings.HasPrefix(r.ID(), begin) })
		if !named {
			continue
		}
		n, err := p.FetchLarge(ctx, share, r)
		if err != nil {
			return remoteError(err)
		}
		got += n
	}
	a.note("%s of large files came", size(got))
	return nil
}

// remoteAndRuns tells the remote from the runs: only the first word can be one.
func remoteAndRuns(p *recorder.Project, words []string) (remote string, runs []string) {
	if len(words) > 0 && p.IsRemote(words[0]) {
		return words[0], words[1:]
	}
	return "", words
}

// sharing asks and shows progress where somebody is there.
func (a *app) sharing(remote string, o shareOptions) recorder.ShareOptions {
	share := recorder.ShareOptions{Remote: remote, DryRun: o.dry}
	if a.errs.tty && !o.silent {
		share.Progress = a.errs.passing
		share.Prompt = true
	}
	return share
}

// shared says what became of the runs.
func (a *app) shared(how string, s *recorder.Shared, err error, o shareOptions) error {
	a.errs.erase()
	if err != nil {
		return remoteError(err)
	}
	if o.json {
		if err := encode(a.out, sharedJSON(s, o.dry), ""); err != nil {
			return err
		}
		return remoteError(s.Err())
	}
	verb := how
	if o.dry {
		verb = "would be " + how
	}
	a.out.line(plain("%s %s: %s", verb, sharedWith(s), sharedWords(s)))
	if s.Mirror != "" {
		a.note("git push or git fetch with %s would remove runs, because of %s", sanitizeLine(s.Remote), sanitizeLine(s.Mirror))
	}
	if s.Skipped > 0 {
		a.note("%s of %s skipped: unexpected name", count(s.Skipped, "ref"), sanitizeLine(s.Remote))
	}
	for _, id := range s.Conflicts {
		a.out.line(plain("conflict: two records of %s are kept, exprec show %s names them", short(id), short(id)))
	}
	a.sayRefused(s.Refused[min(1, len(s.Refused)):]) // the first one is in the error
	for i, u := range s.Unread {
		if i > 0 || len(s.Refused) > 0 { // else it is the error
			a.errs.line(plain("exprec: the archive %s was not read: %s", u.Month, sanitizeLine(u.Reason)))
		}
	}
	return remoteError(s.Err())
}

// namedRefused is how many runs are named that were refused for one reason.
const namedRefused = 8

// sayRefused names runs that were refused, a line for each reason: where a remote
// has no room it is the same for all.
func (a *app) sayRefused(runs []recorder.RefusedRun) {
	ids := map[string][]string{}
	var reasons []string
	for _, r := range runs {
		if ids[r.Reason] == nil {
			reasons = append(reasons, r.Reason)
		}
		ids[r.Reason] = append(ids[r.Reason], short(r.ID))
	}
	for _, reason := range reasons {
		named, more := ids[reason], ""
		if n := len(named) - namedRefused; n > 0 {
			named, more = named[:namedRefused], fmt.Sprintf(" and %d more", n)
		}
		a.errs.line(plain("exprec: refused %s%s: %s", strings.Join(named, ", "), more, sanitizeLine(reason)))
	}
}

func sharedWords(s *recorder.Shared) string {
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{
		{len(s.New), "new"}, {len(s.Light), "new in lists"}, {len(s.Updated), "updated"}, {len(s.Merged), "merged"},
		{len(s.Conflicts), "in conflict"}, {len(s.Refused), "refused"}, {s.Same, "as they were"},
		{s.RolledUp, "rolled up"},
	} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	if n := len(s.Unread); n > 0 {
		parts = append(parts, count(n, "archive")+" not read")
	}
	if len(parts) == 0 {
		return "there are no runs"
	}
	return strings.Join(parts, ", ")
}

// sharedJSON is the summary for programs.
func sharedJSON(s *recorder.Shared, dry bool) map[string]any {
	list := func(ids []string) []string { return append([]string{}, ids...) }
	refused := []map[string]string{}
	for _, r := range s.Refused {
		refused = append(refused, map[string]string{"id": r.ID, "reason": r.Reason})
	}
	unread := []map[string]string{}
	for _, u := range s.Unread {
		unread = append(unread, map[string]string{"archive": u.Month, "reason": u.Reason})
	}
	summary := map[string]any{
		"schema": 1, "remote": s.Remote, "new": list(s.New), "light": list(s.Light), "updated": list(s.Updated), "merged": list(s.Merged),
		"conflicts": list(s.Conflicts), "refused": refused, "unread": unread, "same": s.Same, "rolled_up": s.RolledUp, "dry_run": dry,
	}
	if s.Address != "" {
		summary["address"] = s.Address
	}
	return summary
}

// remoteError makes an error of the other side one that exits with 6.
func remoteError(err error) error {
	var query *recorder.QueryError
	switch {
	case err == nil, errors.As(err, &query), errors.Is(err, context.Canceled), errors.Is(err, recorder.ErrNoRun):
		return err
	case errors.Is(err, gitstore.ErrNoLFS):
		return &failure{errRemote, err.Error(), "install git-lfs"}
	case errors.Is(err, gitstore.ErrNoRemote):
		return &failure{errUsage, err.Error(), "git remote -v lists the remotes; an address works too"}
	case errors.Is(err, recorder.ErrUnnamed):
		return &failure{errUsage, err.Error(), "git remote add NAME ADDRESS gives it one"}
	case errors.Is(err, recorder.ErrSecret):
		return secretError(err)
	case errors.Is(err, recorder.ErrMirror):
		return &failure{errRefused, err.Error(), "git config --unset it, share with another remote, or say --allow-mirror"}
	case isOwn(err):
		return err
	}
	return &failure{errRemote, err.Error(), remoteHint(err)}
}

// isOwn reports whether it is this machine's disk or configuration that failed,
// and no remote.
func isOwn(err error) bool {
	var path *fs.PathError
	var link *os.LinkError
	return errors.As(err, &path) || errors.As(err, &link) || errors.Is(err, gitstore.ErrSetting)
}

// secretError says what can be done about a run that holds a secret.
func secretError(err error) error {
	if !errors.Is(err, recorder.ErrSecret) {
		return err
	}
	return &failure{errRefused, err.Error(), "exprec delete --purge removes a run; --allow-secrets shares it all the same"}
}
