package views

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// runsState is all that the URL of the runs page says. The zero value is the page
// as it opens: every run that is not archived, newest first.
type runsState struct {
	Query   string
	Archive bool // the archived runs instead of the others
	Earlier bool // also runs that another one goes on from
	Sort    []runsSort
	Group   string   // a key, or several with commas between
	Columns []string // keys in their order; none: as the runs need them
	Page    int      // from 1 on
	Size    int      // rows of a page

	Panel string // "columns" where they are being chosen
	add   string // a column to add
	opens bool   // a saved view opens at /, so that this one is elsewhere

	rows  []string  // on the screen of who asks, where it is to stay as it is
	since time.Time // when that page was made
	done  string    // names what was done just now
}

// runsSort is a key to sort by.
type runsSort struct {
	Key        string
	Descending bool
}

// pageSizes are the numbers of rows that a page can have, the usual one first.
var pageSizes = [...]int{100, 50, 250}

// Bounds of what a URL may ask for.
const (
	maxQueryLength = 8 << 10
	maxSortKeys    = 4
	maxColumns     = 60
	maxGroupKeys   = 4
	maxPageSize    = 250
)

// runsStateOf reads the state out of a URL. What it does not know it leaves out.
func runsStateOf(v url.Values) (runsState, error) {
	s := runsState{
		Query: strings.TrimSpace(v.Get("q")), Archive: v.Get("in") == "archive", Earlier: v.Get("earlier") == "1",
		Columns: splitKeys(v.Get("cols"), maxColumns), Page: 1, Size: pageSizes[0],
	}
	if v.Get("panel") == "columns" {
		s.Panel = "columns"
	}
	if since, err := strconv.ParseInt(v.Get("since"), 10, 64); err == nil {
		s.since = time.UnixMilli(since)
		for _, id := range strings.Split(v.Get("rows"), ",") {
			if isRunID(id) && len(s.rows) < maxPageSize {
				s.rows = append(s.rows, id)
			}
		}
	}
	if added := splitKeys(v.Get("add"), 1); len(added) == 1 {
		s.add = added[0]
	}
	s.Group = joinKeys(splitKeys(v.Get("group"), maxGroupKeys))
	if len(s.Query) > maxQueryLength {
		return s, badRequest("The query is too long: %d bytes, %d are allowed.", len(s.Query), maxQueryLength)
	}
	if n, err := strconv.Atoi(v.Get("page")); err == nil && n > 1 {
		s.Page = n
	}
	if n, err := strconv.Atoi(v.Get("n")); err == nil && slices.Contains(pageSizes[:], n) {
		s.Size = n
	}
	for _, key := range splitKeys(v.Get("sort"), maxSortKeys) {
		name, descending := strings.CutPrefix(key, "-")
		if name != "" {
			s.Sort = append(s.Sort, runsSort{name, descending})
		}
	}
	return s, nil
}

// URL is the address of the page in this state: short, the same for the same
// state, and without what is as usual.
func (s runsState) URL() string { return s.at("/") }

// at is the address of the same runs in another form.
func (s runsState) at(path string) string {
	var parts []string
	add := func(name, value string) {
		if value != "" {
			parts = append(parts, name+"="+escapeQuery(value))
		}
	}
	add("q", s.Query)
	if s.Archive {
		add("in", "archive")
	}
	if s.Earlier {
		add("earlier", "1")
	}
	add("sort", s.sortText())
	add("group", s.Group)
	add("cols", joinKeys(s.Columns))
	if s.Page > 1 {
		add("page", strconv.Itoa(s.Page))
	}
	if s.Size != pageSizes[0] && s.Size != 0 {
		add("n", strconv.Itoa(s.Size))
	}
	add("panel", s.Panel)
	add("done", s.done)
	if len(parts) == 0 && s.opens {
		return path + "?q="
	}
	if len(parts) == 0 {
		return path
	}
	return path + "?" + strings.Join(parts, "&")
}

// exported is the address of all pages of the same runs in a form for programs.
func (s runsState) exported(path string) string {
	return s.with(func(s *runsState) { s.Size, s.Panel, s.Group = pageSizes[0], "", "" }).at(path)
}

func (s runsState) sortText() string {
	keys := make([]string, len(s.Sort))
	for i, by := range s.Sort {
		keys[i] = by.Key
		if by.Descending {
			keys[i] = "-" + by.Key
		}
	}
	return joinKeys(keys)
}

// with changes a copy, and goes to the first page of it.
func (s runsState) with(change func(*runsState)) runsState {
	s.Page = 1
	s.Sort, s.Columns = slices.Clone(s.Sort), slices.Clone(s.Columns)
	change(&s)
	return s
}

func (s runsState) withQuery(q string) runsState {
	return s.with(func(s *runsState) { s.Query = q })
}

// place is the list of all runs that are archived, or that are not, in the columns
// that were chosen.
func (s runsState) place(archive bool) runsState {
	return runsState{Archive: archive, Columns: s.Columns, Page: 1, Size: s.Size, opens: s.opens}
}

func (s runsState) onPage(n int) runsState {
	s.Page = n
	return s
}

// queryEscapes are the escapes of characters that a URL's query may hold as they
// are, and that make ours readable.
var queryEscapes = strings.NewReplacer("%2F", "/", "%3A", ":", "%2C", ",", "%3D", "=", "%28", "(", "%29", ")", "%2A", "*", "%40", "@")

func escapeQuery(s string) string { return queryEscapes.Replace(url.QueryEscape(s)) }

// splitKeys takes a list of keys apart at its commas, but for those within
// quotes or brackets. Keys that come again are left out.
func splitKeys(list string, most int) []string {
	var keys []string
	start, depth, quoted := 0, 0, false
	take := func(end int) {
		key := strings.TrimSpace(list[start:end])
		if key != "" && !slices.Contains(keys, key) && len(keys) < most {
			keys = append(keys, key)
		}
		start = end + 1
	}
	for i := 0; i < len(list); i++ {
		switch c := list[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth <= 0:
			take(i)
		}
	}
	if start <= len(list) && !quoted { // a key whose quotes never end is none
		take(len(list))
	}
	return keys
}

func joinKeys(keys []string) string { return strings.Join(keys, ",") }

// listable is a key as a list of keys can hold it: one with a comma in its name
// is quoted, and one that would read as another thing at its beginning.
func listable(key string) string {
	if strings.HasPrefix(key, `"`) || strings.HasSuffix(key, ")") || !strings.Contains(key, ",") && !strings.HasPrefix(key, "-") && !strings.HasPrefix(key, "~") {
		return key
	}
	return quotedText(key)
}
