package views

import (
	"context"
	"net/http"
	"time"

	"github.com/exprec/exprec/recorder"
)

const (
	// lookEvery is how often the project is looked at while somebody watches.
	lookEvery = 500 * time.Millisecond
	// waitEvery is the same for a project in which nothing was recorded yet.
	waitEvery = time.Second
)

// events is the stream of notices to open pages.
func (d *Dashboard) events(w http.ResponseWriter, r *http.Request) error {
	d.live.ServeHTTP(w, r)
	return nil
}

// watch tells of changes in the project until ctx ends. Topics are runs/<kind>
// for the list of runs, and run/<id>/<kind>.
func (d *Dashboard) watch(ctx context.Context, told func(...string)) error {
	p, err := d.project(ctx)
	waited := nothingYet(err)
	if waited {
		told()
	}
	for ; nothingYet(err); p, err = d.project(ctx) {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(waitEvery):
		}
	}
	if err != nil {
		return err
	}
	if waited {
		told(topicsOf([]recorder.RunChange{{Kinds: []string{recorder.StatusChanged}}})...)
	}
	return p.Watch(ctx, lookEvery, func(changes []recorder.RunChange) { told(topicsOf(changes)...) })
}

func topicsOf(changes []recorder.RunChange) []string {
	var topics []string
	for _, c := range changes {
		of := "runs/"
		if c.Run != "" {
			of = "run/" + c.Run + "/"
		}
		for _, kind := range c.Kinds {
			topics = append(topics, of+kind)
		}
	}
	return topics
}

// markKey is where a request has its mark.
type markKey struct{}

// withMark notes the moment before anything is read for a request, so that its
// page hears of what changes from then on.
func (d *Dashboard) withMark(r *http.Request) *http.Request {
	if r.Method != http.MethodGet {
		return r
	}
	return r.WithContext(context.WithValue(r.Context(), markKey{}, d.live.Mark()))
}

func markOf(r *http.Request) string {
	mark, _ := r.Context().Value(markKey{}).(string)
	return mark
}
