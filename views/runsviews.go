package views

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/exprec/exprec/recorder"
)

// savedView is a view of the list that somebody saved, as the rail shows it.
type savedView struct {
	Name    string
	URL     string
	Default bool
	Shown   bool // it is what the page shows
}

// saved is the state as a saved view keeps it: without what belongs to a moment.
func (s runsState) saved() string {
	s.Page, s.Panel, s.done, s.opens = 1, "", "", false
	return strings.TrimPrefix(s.at(""), "?")
}

// viewState is the state of a saved view.
func viewState(v recorder.SavedView) (runsState, error) {
	values, err := url.ParseQuery(v.Query)
	if err != nil {
		return runsState{}, badRequest("The view %q cannot be read: %v.", v.Name, err)
	}
	return runsStateOf(values)
}

// savedViews are the project's views, and the state of the one that opens where
// nothing else is asked for.
func savedViews(ctx context.Context, p *recorder.Project, shown runsState) (list []savedView, opens *runsState, err error) {
	known, err := p.SavedViews(ctx)
	if err != nil {
		return nil, nil, err
	}
	standard := false
	for _, v := range known {
		standard = standard || v.Default
	}
	for _, v := range known {
		state, err := viewState(v)
		if err != nil {
			continue
		}
		state.opens = standard
		list = append(list, savedView{Name: v.Name, URL: state.URL(), Default: v.Default, Shown: state.saved() == shown.saved()})
		if v.Default {
			opens = &state
		}
	}
	return list, opens, nil
}

// changeViews saves what the list shows under a name, or forgets a view.
func (d *Dashboard) changeViews(w http.ResponseWriter, r *http.Request) error {
	state, p, err := d.runsForm(w, r)
	if err != nil {
		return err
	}
	name := strings.Join(strings.Fields(r.PostForm.Get("name")), " ")
	switch r.PostForm.Get("action") {
	case "save":
		err = p.SaveView(r.Context(), recorder.SavedView{Name: name, Query: state.saved(), Default: r.PostForm.Get("default") == "1"})
	case "delete":
		err = p.DeleteView(r.Context(), name)
	default:
		err = badRequest("There is no action %q.", r.PostForm.Get("action"))
	}
	if err != nil {
		return err
	}
	state.opens = true // so that it does not lead to another view
	http.Redirect(w, r, state.URL(), http.StatusSeeOther)
	return nil
}
