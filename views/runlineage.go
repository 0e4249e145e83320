package views

import (
	"context"
	"path"
	"strings"

	"github.com/exprec/exprec/recorder"
)

// lineage is where a run stands among the others of the project.
type lineage struct {
	Older, Newer string // ids of the runs before and after it in the list
	Previous     string // id of the run that it is compared with, empty for none
	Because      string // why that one
	Relations    []relation
	Earlier      []runChoice // runs that it can be compared with, the newest first
}

// relation says how another run belongs to this one.
type relation struct {
	How string // "continues", "goes on in", …
	runChoice
	Note string
}

// runChoice names a run. Label is empty for one that is not here.
type runChoice struct{ ID, Label string }

// maxEarlier is how many runs are offered to compare with.
const maxEarlier = 60

// lineageOf finds a run's place. A list that cannot be read is no reason not to
// show the run: then nothing is known of the others.
func lineageOf(ctx context.Context, p *recorder.Project, run *recorder.Run) *lineage {
	l := &lineage{}
	rows, err := p.Rows(ctx, "")
	if err != nil {
		return l
	}
	at := -1
	for i := range rows.Len() {
		if rows.At(i).ID() == run.ID() {
			at = i
			break
		}
	}
	l.relate(rows, run)
	if at < 0 {
		return l
	}
	l.neighbours(rows, at)
	l.compareWith(rows, at)
	return l
}

// neighbours are the runs that lists show before and after this one.
func (l *lineage) neighbours(rows *recorder.Rows, at int) {
	for i := at - 1; i >= 0 && l.Newer == ""; i-- {
		if row := rows.At(i); !row.Archived() {
			l.Newer = row.ID()
		}
	}
	for i := at + 1; i < rows.Len() && l.Older == ""; i++ {
		if row := rows.At(i); !row.Archived() {
			l.Older = row.ID()
		}
	}
}

// compareWith finds the run that this one is compared with: the latest earlier
// one of the same program, else of the same branch.
func (l *lineage) compareWith(rows *recorder.Rows, at int) {
	this := rows.At(at)
	program, branch := programOf(this.Command()), branchOf(this)
	ofBranch := ""
	for i := at + 1; i < rows.Len(); i++ {
		row := rows.At(i)
		if l.Previous == "" && program != "" && programOf(row.Command()) == program && !endedAtOnce(row) {
			l.Previous, l.Because = row.ID(), "the run before of the same program"
		}
		if ofBranch == "" && branch != "" && branchOf(row) == branch && !endedAtOnce(row) {
			ofBranch = row.ID()
		}
		if len(l.Earlier) < maxEarlier {
			l.Earlier = append(l.Earlier, runChoice{row.ID(), row.Label()})
		} else if l.Previous != "" {
			break
		}
	}
	if l.Previous == "" && ofBranch != "" {
		l.Previous, l.Because = ofBranch, "the run before on the branch "+branch
	}
}

// endedAtOnce reports whether a run broke before there was anything to compare
// with.
func endedAtOnce(row recorder.Row) bool {
	return row.Status() != recorder.Succeeded && row.Status() != recorder.Running && len(row.ScalarNames()) == 0 && len(row.ResultNames()) == 0
}

func branchOf(row recorder.Row) string {
	if g := row.Git(); g != nil {
		return g.Branch
	}
	return ""
}

// programOf is what a command runs, without what it is told: its words up to the
// first option or value. Where a program lies does not matter, it may be built
// anew each time.
func programOf(command []string) string {
	if len(command) == 0 {
		return ""
	}
	words := []string{path.Base(strings.ReplaceAll(command[0], `\`, "/"))}
	for i, w := range command[1:] {
		if w == "-m" && i+2 < len(command) {
			return strings.Join(append(words, w, command[i+2]), " ")
		}
		if strings.HasPrefix(w, "-") || strings.Contains(w, "=") {
			break
		}
		words = append(words, w)
	}
	return strings.Join(words, " ")
}

// relate finds the runs that this one comes from and those that come from it.
func (l *lineage) relate(rows *recorder.Rows, run *recorder.Run) {
	info := run.Info()
	parents := map[string]string{}
	for _, parent := range info.Parents {
		parents[parent.UUID] = strings.Join(parent.Files, ", ")
	}
	labels := map[string]string{}
	var later []relation
	rerun, err := rows.Column("rerun")
	for i := rows.Len() - 1; i >= 0; i-- {
		row := rows.At(i)
		id := row.ID()
		if id == info.Continues || id == info.RerunOf || parents[id] != "" {
			labels[id] = row.Label()
		}
		if row.Continues() == run.ID() {
			later = append(later, relation{How: "goes on in", runChoice: runChoice{id, row.Label()}})
		}
		if err == nil && rerun.Value(row).Text == run.ID() {
			later = append(later, relation{How: "run again as", runChoice: runChoice{id, row.Label()}})
		}
	}
	before := func(how, id, note string) {
		if id != "" {
			l.Relations = append(l.Relations, relation{How: how, runChoice: runChoice{id, labels[id]}, Note: note})
		}
	}
	before("continues", info.Continues, "")
	before("rerun of", info.RerunOf, "")
	for _, parent := range info.Parents {
		before("reads from", parent.UUID, parents[parent.UUID])
	}
	l.Relations = append(l.Relations, later...)
}
