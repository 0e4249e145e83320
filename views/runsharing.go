package views

import (
	"context"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/recorder/say"
)

// sharedFact says something of where a run is.
type sharedFact struct {
	Words, Title string
	Behind       bool // a push would bring something
}

// sharedFacts say where a run came from, and which remotes have it.
func sharedFacts(run *recorder.Run) (facts []sharedFact) {
	f := run.Fetched()
	if f.From != "" {
		facts = append(facts, sharedFact{Words: "fetched from " + visible(f.From), Title: "On " + f.Time.Local().Format(time.DateTime) + ranBy(run, ", run by ")})
	}
	for _, r := range run.Remotes() {
		if r.Same && r.Remote == f.From {
			continue // it has been said
		}
		if r.Same {
			facts = append(facts, sharedFact{Words: "on " + visible(r.Remote), Title: "As the remote was when it was last pushed to or fetched from"})
			continue
		}
		facts = append(facts, sharedFact{Words: "changed since " + visible(r.Remote) + " got it", Title: "exprec push " + visible(r.Remote) + " brings it up to date there", Behind: true})
	}
	if run.Unshared() {
		facts = append(facts, sharedFact{Words: "on this machine only", Title: "exprec push gives it to a remote, for others to fetch"})
	}
	return facts
}

// ranBy says who ran a run, where that is known.
func ranBy(run *recorder.Run, how string) string {
	if whose := visible(say.Whose(run)); whose != "" {
		return how + whose
	}
	return ""
}

// sharedWords say whether a remote has a run as it is here. A value that is of
// the run's own parameter of that name is said as it is.
func sharedWords(v recorder.Value) string {
	switch {
	case v.Kind != recorder.FlagValue:
		return wordsOf(v)
	case v.Num != 0:
		return "as here"
	}
	return "not yet"
}

// recordedTimes counts the records of a run.
func recordedTimes(n int) string {
	if n == 2 {
		return "twice"
	}
	return count(n, "time")
}

// recordWords tells the records of a run apart: the first one is what lists show.
func recordWords(i int) string { return "Record " + strconv.Itoa(i+1) }

// runRecord is a record of a run that has several.
type runRecord struct {
	*recorder.Run
	Differs string // in what, from the first one
}

// comparedRecords is how many records of a run are compared with the first one on
// its page.
const comparedRecords = 4

// recordsOf are the records of a run that has several, with what differs. What
// cannot be read here, exprec check says.
func recordsOf(ctx context.Context, p *recorder.Project, run *recorder.Run) []runRecord {
	all, err := run.Records()
	if err != nil || len(all) < 2 {
		return nil
	}
	records := make([]runRecord, len(all))
	for i, record := range all {
		records[i].Run = record
		if i == 0 || i > comparedRecords {
			continue
		}
		if d, err := p.Compare(ctx, all[0], record); err == nil {
			records[i].Differs = differsIn(d)
		}
	}
	return records
}

// differsIn says in a line in what two records differ.
func differsIn(d *recorder.Difference) string {
	var parts []string
	add := func(what string, n int, names []string) {
		if n == 0 {
			return
		}
		words := count(n, what)
		if len(names) > 0 && len(names) <= maxNamedChanges {
			words += " (" + visible(strings.Join(names, ", ")) + ")"
		}
		parts = append(parts, words)
	}
	add("parameter", len(d.Params), namesOfChanges(d.Params))
	add("result", len(d.Results), nil)
	add("scalar", len(d.Scalars), nil)
	add("source file", len(d.Source.Files)+d.Source.More, nil)
	add("package", len(d.Packages), namesOfChanges(d.Packages))
	add("input", len(d.Inputs), namesOfChanges(d.Inputs))
	add("fact of where it ran", len(d.Environment), namesOfChanges(d.Environment))
	switch {
	case len(parts) > 0:
		return "Differs from record 1 in " + strings.Join(parts, ", ") + "."
	case len(d.Problems) > 0:
		return ""
	}
	return "Differs from record 1 only in points, images, files or output."
}

// maxNamedChanges is up to how many changes are named where a line says what differs.
const maxNamedChanges = 4

func namesOfChanges(changes []recorder.Change) []string {
	names := make([]string, len(changes))
	for i, c := range changes {
		names[i] = c.Name
	}
	return names
}

// twoWrote says who wrote a field at the same time, and whose words are shown.
func (v *runView) twoWrote(e recorder.EarlierNote) string {
	other := visible(e.By.String())
	s, ok := v.said(e.Field)
	if !ok {
		return sentenceStart(other) + " wrote another " + e.Field + "."
	}
	shown := visible(s.By.String())
	if shown == other {
		return "Two " + e.Field + "s were written at the same time; the newer one is shown."
	}
	return sentenceStart(shown) + " and " + other + " wrote the " + e.Field + " at the same time; the newer one, of " + shown + ", is shown."
}

// saidLength is how many characters of a note the list of who said what shows.
const saidLength = 80

// said is the word that counts for a field.
func (v *runView) said(field string) (recorder.Saying, bool) {
	for _, s := range v.Said {
		if s.Field == field && !s.Earlier && !s.Gone {
			return s, true
		}
	}
	return recorder.Saying{}, false
}

// tagBy says who added a tag; of one that the program gave nothing.
func (v *runView) tagBy(tag string) string {
	for _, s := range v.Said {
		if s.Field == "tag" && s.Text == tag {
			return "added by " + visible(s.By.String()) + ", " + s.Time.Local().Format(time.DateTime)
		}
	}
	return ""
}

// sentenceStart begins with an upper-case letter where the words are our own and
// no name.
func sentenceStart(words string) string {
	if !strings.HasPrefix(words, "another clone") && !strings.HasPrefix(words, "this clone") {
		return words
	}
	first, n := utf8.DecodeRuneInString(words)
	return string(unicode.ToUpper(first)) + words[n:]
}
