package views

import (
	"net/http"
	"net/url"
	"strconv"
)

// outputState is what the URL of an output says.
type outputState struct {
	Stream string // "out", "err", or empty for both
	Page   int64  // from 1; 0: the end
	Line   int64  // the page of this line
	Find   string
	Wrap   bool
	Times  bool
}

func outputStateOf(r *http.Request) (outputState, error) {
	s := outputState{Stream: r.FormValue("stream"), Find: r.FormValue("find"), Wrap: r.FormValue("wrap") == "1", Times: r.FormValue("times") == "1"}
	if s.Stream != "" && s.Stream != "out" && s.Stream != "err" {
		return s, badRequest("There is no stream %q: there are out and err.", s.Stream)
	}
	for name, to := range map[string]*int64{"page": &s.Page, "line": &s.Line} {
		text := r.FormValue(name)
		if text == "" {
			continue
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 1 {
			return s, badRequest("There is no %s %q.", name, text)
		}
		*to = n
	}
	if len(s.Find) > maxFind {
		return s, badRequest("A text of more than %d bytes is not looked for.", maxFind)
	}
	return s, nil
}

// streams are those that are shown.
func (s outputState) streams() []string {
	switch s.Stream {
	case "out":
		return streamNames[:1]
	case "err":
		return streamNames[1:]
	}
	return streamNames[:]
}

// query is the state as a query of a URL, without what is usual.
func (s outputState) query() string {
	q := url.Values{}
	set := func(name, value string, on bool) {
		if on {
			q.Set(name, value)
		}
	}
	set("stream", s.Stream, s.Stream != "")
	set("page", strconv.FormatInt(s.Page, 10), s.Page > 0)
	set("line", strconv.FormatInt(s.Line, 10), s.Line > 0)
	set("find", s.Find, s.Find != "")
	set("wrap", "1", s.Wrap)
	set("times", "1", s.Times)
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}
