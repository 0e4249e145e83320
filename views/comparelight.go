package views

import (
	"net/http"
	"strings"
)

// awayLabels names the runs of a comparison that are not here in full.
func (v compareView) awayLabels() string {
	const most = 4
	var labels []string
	for _, run := range v.Away[:min(most, len(v.Away))] {
		labels = append(labels, cutMiddle(run.Label, 40))
	}
	if more := len(v.Away) - most; more > 0 {
		labels = append(labels, count(more, "more run"))
	}
	return strings.Join(labels, ", ")
}

func (v compareView) awayOn() string { return strings.Join(v.AwayOn, ", ") }

// fetchCompared gets all of the runs of a comparison that are not here in full.
func (d *Dashboard) fetchCompared(w http.ResponseWriter, r *http.Request) error {
	state, err := compareStateOf(r.URL.Query())
	if err != nil {
		return err
	}
	p, err := d.project(r.Context())
	if err != nil {
		return err
	}
	to := state.URL() // finding the runs writes their ids into the state
	found, err := findCompared(r.Context(), p, &state)
	if err != nil {
		return err
	}
	if err := fetchWhole(r.Context(), p, found.runs...); err != nil {
		return err
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}
