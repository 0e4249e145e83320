package export

import "github.com/exprec/exprec/recorder"

// OfRun gives a run that was opened as list --json shows it. Parts that cannot
// be read are left empty; what is wrong is in Problem.
func OfRun(r *recorder.Run) *Run {
	info := r.Info()
	j := &Run{
		ID: r.ID(), Alias: info.Alias, Label: r.Label(), Name: info.Name, Title: r.Title(), Group: info.Group,
		Status: string(r.Status()), Started: MomentOf(r.Started()), Ended: MomentOf(r.Ended()),
		Seconds: Number(r.Seconds()), Command: some(info.Command), ExitCode: info.ExitCode,
		Host: info.Host.Name, User: info.User, Author: info.Author, Tags: some(r.Tags()), Archived: r.Archived(),
		Description: r.Description(), Conclusion: r.Conclusion(), Parents: []string{}, Bytes: r.Bytes(),
		Light: r.Light() != "", Remote: r.Light(),
	}
	for _, parent := range info.Parents {
		j.Parents = append(j.Parents, parent.UUID)
	}
	j.fillShared(r.Remotes(), r.Fetched())
	j.fillSigns(r)
	j.fillEnd(info.Error, info.Git)
	params, err := r.Params()
	if err != nil {
		params = nil
	}
	scalars, more := r.Scalars()
	j.fillValues(params, r.Results(), scalars)
	for _, problem := range []error{r.Err(), err, more} {
		if problem != nil {
			j.Problem = problem.Error()
			break
		}
	}
	return j
}

// OfRow gives the same of a run in a list.
func OfRow(r recorder.Row) *Run {
	j := &Run{
		ID: r.ID(), Alias: r.Alias(), Label: r.Label(), Name: r.Name(), Title: r.Title(), Group: r.Group(),
		Status: string(r.Status()), Started: MomentOf(r.Started()), Ended: MomentOf(r.Ended()),
		Seconds: Number(r.Seconds()), Command: some(r.Command()), ExitCode: r.ExitCode(),
		Host: r.Host(), User: r.User(), Author: r.Author(), Tags: some(r.Tags()), Archived: r.Archived(),
		Description: r.Description(), Conclusion: r.Conclusion(), Parents: some(r.Parents()), Bytes: r.Bytes(),
		Light: r.Light() != "", Remote: r.Light(),
	}
	j.fillShared(r.Remotes(), r.Fetched())
	if r.Status() == recorder.Running {
		j.fillSigns(r.Run())
	}
	j.fillEnd(r.Failure(), r.Git())
	j.fillValues(r.Params(), r.Results(), r.Scalars())
	if problem := r.Err(); problem != nil {
		j.Problem = problem.Error()
	}
	return j
}

// fillShared adds who has the run, and where it came from.
func (j *Run) fillShared(remotes []recorder.RemoteState, fetched recorder.Fetched) {
	j.Remotes = []Remote{}
	for _, r := range remotes {
		j.Remotes = append(j.Remotes, Remote{r.Remote, r.Same})
	}
	if fetched.From != "" {
		j.From, j.Fetched = fetched.From, MomentOf(fetched.Time)
	}
}

// fillSigns adds the signs of life of a run that goes on.
func (j *Run) fillSigns(r *recorder.Run) {
	if r.Status() == recorder.Running {
		j.Heard, j.Elsewhere = MomentOf(r.LastHeard()), r.Elsewhere()
	}
}

func (j *Run) fillEnd(failure *recorder.Failure, git *recorder.Git) {
	if failure != nil {
		j.Error = &failure.Message
	}
	if git != nil {
		j.Git = &Git{Commit: git.Commit, Branch: git.Branch, Dirty: git.Dirty}
	}
}

func (j *Run) fillValues(params map[string]any, results []recorder.Result, scalars []recorder.ScalarSummary) {
	j.Params, j.Results, j.Scalars = valueMap(params), map[string]Number{}, map[string]Scalar{}
	for _, result := range results {
		j.Results[result.Name] = Number(result.Value)
	}
	for _, s := range scalars {
		j.Scalars[s.Name] = OfScalar(s)
	}
}

// OfScalar gives the summary of a scalar.
func OfScalar(s recorder.ScalarSummary) Scalar {
	return Scalar{
		Count: s.Count, First: Number(s.First), Last: Number(s.Last),
		Min: Number(s.Min), Max: Number(s.Max),
		MinStep: s.MinStep, MaxStep: s.MaxStep, LastStep: s.LastStep, NaN: s.NaN,
	}
}

// some is never null in JSON.
func some(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
