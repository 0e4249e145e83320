package main

import (
	"strings"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/recorder/export"
	"github.com/exprec/exprec/recorder/say"
)

// showShared says where the run came from, and which remotes have it.
func (a *app) showShared(r *recorder.Run) {
	for _, line := range say.Shared(r) {
		a.out.line(styled(dimStyle, "  %s", sanitizeLine(line)))
	}
	a.showRecords(r)
}

// showRecords names all records of a run that has several, with the commands
// that show the others.
func (a *app) showRecords(r *recorder.Run) {
	records, err := r.Records()
	if err != nil || len(records) < 2 { // what cannot be read here, exprec check says
		return
	}
	a.out.line(styled(yellow, "  conflict: this run was recorded %d times with different content; all are kept", len(records)))
	for i, record := range records {
		which := "another record"
		if i == 0 {
			which = "the one that counts"
		}
		words := []string{which, say.Whose(record), string(record.Status())}
		if at := moment(a.out, record.Started()); at != "" {
			words = append(words, at)
		}
		line := strings.Join(words, ", ")
		switch {
		case record.Commit() == r.Commit():
			line += " (shown here)"
		default:
			line += ": exprec show " + record.Short()
		}
		a.out.line(styled(yellow, "    %s", sanitizeLine(line)))
	}
	for _, record := range records[1:] {
		a.out.line(styled(yellow, "    what differs: exprec diff %s %s", records[0].Short(), record.Short()))
	}
}

// showNotes says who said what about the run, and when.
func (a *app) showNotes(r *recorder.Run) {
	said := r.Said()
	if len(said) == 0 {
		return
	}
	a.heading("Notes")
	t := &table{columns: []column{{title: "WHAT"}, {title: "WORDS"}, {title: "WHO"}, {title: "WHEN", fixed: true}}}
	for _, s := range said {
		t.add(text{words: say.Saying(s)}, text{words: shorten(sanitizeLine(s.Text), cellMost)}, text{words: s.By.String()}, text{words: moment(a.out, s.Time)})
	}
	t.print(a.out)
}

// sayingJSON is a word of the notes.
type sayingJSON struct {
	Field   string         `json:"field"`
	Text    string         `json:"text"`
	Gone    bool           `json:"gone"`
	Earlier bool           `json:"earlier"`
	By      string         `json:"by"`
	Clone   string         `json:"clone"`
	Time    *export.Moment `json:"time"`
}

// recordJSON is one of several records of a run.
type recordJSON struct {
	Address string         `json:"address"`
	Commit  string         `json:"commit"`
	Counts  bool           `json:"counts"`
	User    string         `json:"user"`
	Host    string         `json:"host"`
	Status  string         `json:"status"`
	Started *export.Moment `json:"started"`
}

func jsonSaid(r *recorder.Run) []sayingJSON {
	said := []sayingJSON{}
	for _, s := range r.Said() {
		said = append(said, sayingJSON{s.Field, s.Text, s.Gone, s.Earlier, s.By.Name, s.By.Clone, export.MomentOf(s.Time)})
	}
	return said
}

// jsonRecords are the records of a run that has several.
func jsonRecords(r *recorder.Run) []recordJSON {
	list := []recordJSON{}
	records, err := r.Records()
	if err != nil || len(records) < 2 {
		return list
	}
	for i, record := range records {
		info := record.Info()
		list = append(list, recordJSON{record.Address(), record.Record().String(), i == 0, info.User, info.Host.Name, string(record.Status()), export.MomentOf(record.Started())})
	}
	return list
}
