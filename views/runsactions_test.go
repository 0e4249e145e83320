package views

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/exprec/exprec/recorder"
)

// act posts a form of the list and gives the address that the answer leads to.
func (b *bench) act(path string, form url.Values, status int) (to, body string) {
	b.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.PostForm(b.url+path, form)
	if err != nil {
		b.Fatal(err)
	}
	return answer.Header.Get("Location"), b.body(answer, path, status)
}

// rows are the runs of a query, by their names.
func (b *bench) rows(query string) []string {
	b.Helper()
	p, err := recorder.Open(b.dir)
	if err != nil {
		b.Fatal(err)
	}
	defer p.Close()
	rows, err := p.Rows(b.Context(), query)
	if err != nil {
		b.Fatal(err)
	}
	var names []string
	for i := range rows.Len() {
		names = append(names, rows.At(i).Name())
	}
	slices.Sort(names)
	return names
}

// undone takes back what was done, by the button of the page that the answer
// leads to.
func (b *bench) undone(to string) {
	b.Helper()
	page := b.get(to, http.StatusOK)
	token := regexp.MustCompile(`name="undo" value="([0-9a-f]+)"`).FindStringSubmatch(page)
	action := regexp.MustCompile(`class="message done" method="post" action="([^"]+)"`).FindStringSubmatch(page)
	if token == nil || action == nil {
		b.Fatalf("%s offers nothing to undo:\n%s", to, page)
	}
	b.act(strings.ReplaceAll(action[1], "&amp;", "&"), url.Values{"undo": {token[1]}}, http.StatusSeeOther)
	b.act(strings.ReplaceAll(action[1], "&amp;", "&"), url.Values{"undo": {token[1]}}, http.StatusBadRequest) // once
}

// What is done to runs is done to those that were meant and no others, leads back
// to the list, and can be taken back.
func TestActionsOnRuns(t *testing.T) {
	b := newBench(t)
	ids := map[string]string{}
	for i, name := range []string{"a", "b", "c", "d"} {
		ids[name] = b.record(recorder.Options{Name: name, Tags: []string{"old"}[:i%2]}, func(e *recorder.Experiment) { e.SetParameter("lr", i) })
	}
	two := url.Values{"run": {ids["b"][:8], ids["c"], ids["b"][:8]}}
	for _, c := range []struct {
		name, path, query string
		form              url.Values
		before, after     []string // that match the query
	}{
		{"archive", "/runs/actions?sort=-lr", "archived=true", url.Values{"action": {"archive"}}, nil, []string{"b", "c"}},
		{"tag", "/runs/actions", "tag=new", url.Values{"action": {"tag"}, "tag": {"new, -old"}}, nil, []string{"b", "c"}},
		{"untag", "/runs/actions", "tag=old", url.Values{"action": {"tag"}, "tag": {"-old"}}, []string{"b", "d"}, []string{"d"}},
		{"delete", "/runs/actions", "", url.Values{"action": {"delete"}}, []string{"a", "b", "c", "d"}, []string{"a", "d"}},
		{"all that match", "/runs/actions?q=lr=2..", "archived=true", url.Values{"action": {"archive"}, "all": {"1"}}, nil, []string{"c", "d"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			form := url.Values{"run": two["run"]}
			for name, values := range c.form {
				form[name] = values
			}
			if got := b.rows(c.query); !slices.Equal(got, c.before) {
				t.Fatalf("%q matches %v before, want %v", c.query, got, c.before)
			}
			to, _ := b.act(c.path, form, http.StatusSeeOther)
			if want := strings.Replace(c.path, "/runs/actions", "/", 1); !strings.HasPrefix(to, want) || !strings.Contains(to, "done=") {
				t.Errorf("it leads to %s, want the list as it was: %s", to, want)
			}
			if got := b.rows(c.query); !slices.Equal(got, c.after) {
				t.Errorf("%q matches %v after, want %v", c.query, got, c.after)
			}
			b.undone(to)
			if got := b.rows(c.query); !slices.Equal(got, c.before) {
				t.Errorf("%q matches %v when it was taken back, want %v", c.query, got, c.before)
			}
		})
	}
}

// What cannot be understood changes nothing, and no answer leads elsewhere.
func TestActionsThatAreRefused(t *testing.T) {
	b := newBench(t)
	id := b.record(recorder.Options{Name: "a"}, func(*recorder.Experiment) {})
	for _, form := range []url.Values{
		{}, {"action": {"archive"}}, {"action": {"purge"}, "run": {id}}, {"action": {"tag"}, "run": {id}}, {"action": {"archive"}, "run": {"../../etc"}},
		{"undo": {"zz"}}, {"action": {"archive"}, "all": {"1"}, "run": {id}, "undo": {"1"}},
	} {
		b.act("/runs/actions", form, http.StatusBadRequest)
	}
	b.act("/runs/actions?q=lr%3D", url.Values{"action": {"archive"}, "all": {"1"}}, http.StatusBadRequest)
	if got := b.rows("archived=false"); len(got) != 1 {
		t.Error("a form that was refused archived a run")
	}
	to, _ := b.act("/runs/actions?next=//example.org&done=x&q=%2F%2Fexample.org", url.Values{"action": {"tag"}, "tag": {"UPPER"}, "run": {id, "00000000"}}, http.StatusSeeOther)
	if !strings.HasPrefix(to, "/?q=//example.org&done=") {
		t.Errorf("it leads to %s", to)
	}
	if page := b.get(to, http.StatusOK); !strings.Contains(page, "2 runs could not be changed") {
		t.Error("the page does not say what could not be done")
	}
}

// Names that are markup are text, wherever the list shows them.
func TestRunsPageShowsNamesAsText(t *testing.T) {
	b := newBench(t)
	const bad = `<script>alert(1)</script>"onload='x`
	for i := range 3 {
		b.record(recorder.Options{Name: bad, Group: bad}, func(e *recorder.Experiment) {
			e.SetParameter(bad, bad)
			e.SetParameter("n", i)
			e.AddScalar(bad, float64(i), 1)
			e.SetResult(`a,b "c" (d)`, float64(i))
		})
	}
	quoted := url.QueryEscape(`"` + strings.ReplaceAll(bad, `"`, `\"`) + `"`)
	for _, path := range []string{
		"/", "/?group=" + quoted, "/?panel=columns", "/?q=" + url.QueryEscape(bad), "/?q=" + quoted + "=1", "/?sort=-" + quoted, "/?cols=" + quoted + ",min(" + quoted + ")",
		"/api/complete?q=" + url.QueryEscape("<scr"), "/?add=" + quoted + "&panel=columns",
	} {
		status := http.StatusOK
		if strings.HasPrefix(path, "/?q="+url.QueryEscape(bad)) {
			status = http.StatusBadRequest
		}
		page := b.get(path, status)
		if strings.Contains(page, "<script>alert") || strings.Contains(page, `"onload='x"`) {
			t.Errorf("%s holds a name as markup", path)
		}
	}
	page := b.get("/", http.StatusOK)
	for _, link := range internalLink.FindAllStringSubmatch(page, 400) {
		if u, err := url.Parse(strings.ReplaceAll(strings.ReplaceAll(link[1], "&amp;", "&"), "&#34;", `"`)); err != nil || u.Host != "" {
			t.Errorf("the link %s: %v", link[1], err)
		}
	}
}
