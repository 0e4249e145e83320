package record

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Commits that are made by a rule, so that each clone makes the same one:
// their author and messages are part of format 1 and never change.
const (
	FixedAuthor      = "exprec"
	FixedEmail       = "exprec@localhost"
	RecoveredMessage = "exprec: recovered from the journal\n"
	NotesMessage     = "exprec: notes\n"
)

const (
	messageLines = 20 // parameters, results or scalars a message lists at most
	messageWidth = 60 // characters of a name or value in a message
)

// StartMessage is the message of a run's first commit.
func StartMessage(run *Run) string {
	m := &message{}
	m.line("%s: started", plain(run.Label()))
	m.command(run)
	return m.String()
}

// RecordMessage is the message of the commit that seals a run: what a person
// who reads git log wants to know of it.
func RecordMessage(run *Run, params map[string]any, scalars []ScalarSummary) string {
	m := &message{}
	m.line("%s: %s%s", plain(run.Label()), run.Status, took(run))
	m.command(run)
	if run.Error != nil {
		m.line("")
		m.line("Error: %s", plain(run.Error.Message))
	}
	m.table("Parameters", paramRows(params))
	rows := make([][2]string, 0, len(run.Results))
	for _, r := range run.Results {
		rows = append(rows, [2]string{r.Name, number(r.Value)})
	}
	m.table("Results", rows)
	rows = nil
	for _, s := range mainFirst(scalars, run.Goals) {
		if IsSystem(s.Name) {
			continue
		}
		rows = append(rows, [2]string{s.Name, summaryText(s)})
	}
	m.table("Scalars", rows)
	return m.String()
}

func took(run *Run) string {
	if run.Started.IsZero() || run.Ended.Before(run.Started) {
		return ""
	}
	d := run.Ended.Sub(run.Started)
	switch {
	case d < time.Second:
		d = d.Round(time.Millisecond)
	case d < time.Minute:
		d = d.Round(100 * time.Millisecond)
	default:
		d = d.Round(time.Second)
	}
	return " after " + d.String()
}

func summaryText(s ScalarSummary) string {
	text := fmt.Sprintf("%s at step %d", number(s.Last), s.LastStep)
	if s.Count > 1 {
		text += fmt.Sprintf(", min %s, max %s", number(s.Min), number(s.Max))
	}
	return text
}

// mainFirst puts scalars with a goal first, in the order of their goals.
func mainFirst(scalars []ScalarSummary, goals []NamedGoal) []ScalarSummary {
	place := func(name string) int {
		if i := slices.IndexFunc(goals, func(g NamedGoal) bool { return g.Name == name }); i >= 0 {
			return i
		}
		return len(goals)
	}
	sorted := slices.Clone(scalars)
	slices.SortStableFunc(sorted, func(a, b ScalarSummary) int { return place(a.Name) - place(b.Name) })
	return sorted
}

// paramRows flattens nested parameters to dotted names.
func paramRows(params map[string]any) [][2]string {
	var rows [][2]string
	for _, key := range slices.Sorted(maps.Keys(params)) {
		inner, ok := params[key].(map[string]any)
		if !ok {
			rows = append(rows, [2]string{key, valueText(params[key])})
			continue
		}
		for _, row := range paramRows(inner) {
			rows = append(rows, [2]string{key + "." + row[0], row[1]})
		}
	}
	return rows
}

func valueText(value any) string {
	switch v := value.(type) {
	case float64:
		return number(v)
	case float32:
		return strconv.FormatFloat(float64(v), 'g', -1, 32)
	case string:
		return v
	case []byte:
		return fmt.Sprintf("%d bytes", len(v))
	case []any:
		return listText(v)
	case nil:
		return "none"
	}
	return fmt.Sprint(value)
}

// listText shows the items of a short list.
func listText(list []any) string {
	if len(list) > 8 {
		return fmt.Sprintf("%d values", len(list))
	}
	items := make([]string, len(list))
	for i, item := range list {
		items[i] = valueText(item)
	}
	return "[" + strings.Join(items, " ") + "]"
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }

// message collects the lines of a commit message.
type message struct{ strings.Builder }

func (m *message) line(format string, args ...any) { fmt.Fprintf(m, format+"\n", args...) }

func (m *message) command(run *Run) {
	if len(run.Command) > 0 {
		m.line("")
		m.line("%s", plain(strings.Join(run.Command, " ")))
	}
}

func (m *message) table(title string, rows [][2]string) {
	if len(rows) == 0 {
		return
	}
	m.line("")
	m.line("%s", title)
	shown := rows[:min(len(rows), messageLines)]
	width := 0
	for i, row := range shown {
		shown[i] = [2]string{plain(row[0]), plain(row[1])}
		width = max(width, utf8.RuneCountInString(shown[i][0]))
	}
	for _, row := range shown {
		m.line("  %s%s  %s", row[0], strings.Repeat(" ", width-utf8.RuneCountInString(row[0])), row[1])
	}
	if more := len(rows) - len(shown); more > 0 {
		m.line("  and %d more", more)
	}
}

// plain makes one short line of s, without a byte that a terminal or git would
// take for more than text.
func plain(s string) string {
	s = s[:min(len(s), 8*messageWidth)]
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return utf8.RuneError
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > messageWidth {
		s = string([]rune(s)[:messageWidth-1]) + "…"
	}
	return s
}
