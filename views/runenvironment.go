package views

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/recorder/say"
)

// factList is a card of facts.
type factList struct {
	ID, Title string
	Facts     []fact
}

// runEnvironment shows where and how a run ran.
func (d *Dashboard) runEnvironment(w http.ResponseWriter, r *http.Request) error {
	return d.runTab(w, r, "environment", func(_ context.Context, _ *recorder.Project, run *recorder.Run) (templ.Component, error) {
		return environmentPage(environmentOf(run)), nil
	})
}

func environmentOf(run *recorder.Run) []factList {
	info := run.Info()
	lists := []factList{
		{"program", "Program", programFacts(info)},
		{"machine", "Machine", machineFacts(info)},
		{"git", "Git", gitFacts(info.Git)},
		{"used", "Used at most", systemFacts(run)},
		{"variables", "Variables", variableFacts(info)},
		{"recording", "Recording", recordingFacts(run)},
	}
	var filled []factList
	for _, l := range lists {
		if len(l.Facts) > 0 {
			filled = append(filled, l)
		}
	}
	return filled
}

// factsOf drops the facts without a value.
func factsOf(all ...fact) []fact {
	var known []fact
	for _, f := range all {
		if strings.TrimSpace(f.Value) != "" {
			known = append(known, f)
		}
	}
	return known
}

func programFacts(info *recorder.Info) []fact {
	facts := []fact{{"Command", commandLine(info.Command)}, {"Folder", info.Directory}, {"Runtime", info.Runtime}}
	if x := info.Executable; x != nil {
		facts = append(facts, fact{"Executable", x.Path}, fact{"SHA-256", x.SHA256}, fact{"Built", isoOrNothing(x.Modified)}, fact{"Revision", x.Revision})
		if x.Changed {
			facts = append(facts, fact{"Built from", "uncommitted changes"})
		}
		facts = append(facts, fact{"Source may differ", x.SourceMayDiffer})
	}
	if info.Process.PID > 0 {
		facts = append(facts, fact{"Process", strconv.Itoa(info.Process.PID)})
	}
	if info.Rank > 0 {
		facts = append(facts, fact{"Rank", strconv.Itoa(info.Rank)})
	}
	return factsOf(facts...)
}

func isoOrNothing(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return iso(t)
}

func machineFacts(info *recorder.Info) []fact {
	h := info.Host
	facts := []fact{{"Host", h.Name}, {"User", info.User}, {"Author", info.Author}, {"System", strings.Trim(h.OS+"/"+h.Arch, "/")}, {"Processor", h.CPU}}
	if h.CPUs > 0 {
		facts = append(facts, fact{"CPUs", strconv.Itoa(h.CPUs)})
	}
	if h.Memory > 0 {
		facts = append(facts, fact{"Memory", size(int64(h.Memory))})
	}
	for _, line := range say.GPUs(h.GPUs) {
		facts = append(facts, fact{"GPU", line})
	}
	return factsOf(facts...)
}

func gitFacts(g *recorder.Git) []fact {
	if g == nil {
		return nil
	}
	facts := []fact{{"Commit", g.Commit}, {"Branch", g.Branch}, {"Remote", g.Remote}}
	if g.Dirty {
		facts = append(facts, fact{"Work tree", "with uncommitted changes"})
	} else {
		facts = append(facts, fact{"Work tree", "as committed"})
	}
	return factsOf(facts...)
}

func variableFacts(info *recorder.Info) []fact {
	var facts []fact
	for _, v := range info.Environment {
		facts = append(facts, fact{v.Name, v.Value})
	}
	return facts
}

// recordingFacts say how the run was recorded, and what went wrong with that.
func recordingFacts(run *recorder.Run) []fact {
	info := run.Info()
	facts := []fact{{"Run", run.ID()}, {"Alias", info.Alias}, {"Started", isoOrNothing(run.Started())}, {"Ended", isoOrNothing(run.Ended())}}
	if commit := run.Commit(); !commit.IsZero() {
		facts = append(facts, fact{"Git", "refs/exprec/" + run.ID()}, fact{"Git commit", commit.String()})
	}
	if run.Bytes() > 0 {
		facts = append(facts, fact{"Size", size(run.Bytes())})
	}
	if info.Recovered {
		facts = append(facts, fact{"Recovered", "its process died without a word"})
	}
	if info.Dropped > 0 {
		facts = append(facts, fact{"Dropped", wholeNumber(int64(info.Dropped)) + " values lost to a full disk"})
	}
	for _, w := range info.Warnings {
		facts = append(facts, fact{"Warning", w})
	}
	return factsOf(facts...)
}
