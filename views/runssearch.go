package views

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/exprec/exprec/recorder"
)

// runsNotes are what the page says about the query.
type runsNotes struct {
	Error   *queryFault
	Unknown []unknownKey
	Nothing *noMatch
}

// queryFault shows where a query goes wrong.
type queryFault struct {
	What  string
	Query string
	Caret string // below the query, in a type of equal widths
}

// unknownKey is a key of the query that no run has.
type unknownKey struct {
	Key, Meant string
	URL        string // with the key that was meant
}

// noMatch takes a query apart that matches nothing.
type noMatch struct {
	Terms []termCount
	Other int // runs that match in the other place: the archive, or the inbox
	URL   string
}

type termCount struct {
	Text string
	Rows int    // that match this term alone
	URL  string // without it
	Left int    // that match without it
}

// queryErrorOf shows what is wrong with a query, nil where it is another error.
func queryErrorOf(err error) *queryFault {
	var wrong *recorder.QueryError
	if !errors.As(err, &wrong) {
		return nil
	}
	const width = 72
	text, at, length := wrong.Place(width)
	f := &queryFault{What: wrong.What, Query: text, Caret: strings.Repeat(" ", at) + strings.Repeat("^", length)}
	if wrong.Instead != "" {
		f.What += "; did you mean " + wrong.Instead + "?"
	}
	f.What = sentence(f.What)
	return f
}

// maxTerms bounds of how many terms a query that matches nothing is taken apart.
const maxTerms = 12

// findNotes says what is strange about the query.
func (l *runsList) findNotes() error {
	keys, meant := l.matching.Unknown()
	for i, key := range keys {
		note := unknownKey{Key: key, Meant: meant[i]}
		if meant[i] != "" && strings.Contains(l.state.Query, key) {
			note.URL = l.state.withQuery(strings.Replace(l.state.Query, key, meant[i], 1)).URL()
		}
		l.notes.Unknown = append(l.notes.Unknown, note)
	}
	if l.rows.Len() > 0 || l.state.Query == "" {
		return nil
	}
	terms, err := recorder.ParseTerms(l.state.Query)
	if err != nil {
		return err
	}
	nothing := &noMatch{Other: l.matching.Len(), URL: l.state.with(func(s *runsState) { s.Archive = !s.Archive }).URL()}
	for i := range min(terms.Len(), maxTerms) {
		alone, err := l.all.Match(terms.Text(i))
		if err != nil {
			return err
		}
		without := terms.Without(i).Query()
		left, err := l.all.Match(without)
		if err != nil {
			return err
		}
		nothing.Terms = append(nothing.Terms, termCount{
			Text: terms.Text(i), Rows: inPlace(alone, l.state).Len(),
			URL: l.state.withQuery(without).URL(), Left: inPlace(left, l.state).Len(),
		})
	}
	l.notes.Nothing = nothing
	return nil
}

// Bounds of completion.
const maxOffers = 20

// completion is what /api/complete answers. Places count UTF-16 units, as
// browsers do.
type completion struct {
	From   int     `json:"from"`
	To     int     `json:"to"`
	Offers []offer `json:"offers"`
}

type offer struct {
	Text  string `json:"text"`
	About string `json:"about,omitempty"`
}

// completeQuery offers what may stand at a place of a query.
func (d *Dashboard) completeQuery(w http.ResponseWriter, r *http.Request) error {
	text := r.FormValue("q")
	if len(text) > maxQueryLength {
		return badRequest("The query is too long.")
	}
	at := unitsIn(text)
	if n, err := strconv.Atoi(r.FormValue("at")); err == nil && n >= 0 && n < at {
		at = n
	}
	answer := completion{Offers: []offer{}}
	p, err := d.project(r.Context())
	if err == nil {
		var rows *recorder.Rows
		if rows, err = p.Rows(r.Context(), ""); err == nil {
			found := rows.Complete(text, byteOf(text, at), maxOffers)
			answer.From, answer.To = unitsIn(text[:found.From]), unitsIn(text[:found.To])
			for _, o := range found.Offers {
				answer.Offers = append(answer.Offers, offer{o.Text, o.About})
			}
		}
	}
	if err != nil && !nothingYet(err) {
		return err
	}
	data, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	return send(w, http.StatusOK, "application/json", data)
}

// byteOf is the byte of a text at which a UTF-16 unit begins.
func byteOf(text string, unit int) int {
	seen := 0
	for i, c := range text {
		if seen >= unit {
			return i
		}
		seen += unitsOf(c)
	}
	return len(text)
}

func unitsIn(text string) int {
	n := 0
	for _, c := range text {
		n += unitsOf(c)
	}
	return n
}

func unitsOf(c rune) int {
	if c > 0xffff {
		return 2
	}
	return 1
}
