package views

import (
	"net/http"
	"strings"
)

// A handler answers a request; an error it gives becomes a page.
type handler func(w http.ResponseWriter, r *http.Request) error

// table is everything that is served. What changes something is a POST.
func (d *Dashboard) table() map[string]handler {
	return map[string]handler{
		"GET /api/complete":                d.completeQuery,
		"POST /runs/actions":               d.changeRuns,
		"GET /{$}":                         d.runsPage,
		"GET /events":                      d.events,
		"GET /compare":                     d.comparePage,
		"GET /compare.csv":                 d.compareCSV,
		"POST /compare/fetch":              d.fetchCompared,
		"GET /runs.csv":                    d.runsCSV,
		"GET /runs.json":                   d.runsJSON,
		"POST /runs/views":                 d.changeViews,
		"GET /runs/{run}":                  d.runOverview,
		"GET /runs/{run}/chart.svg":        d.chartSVG,
		"GET /runs/{run}/charts":           d.runCharts,
		"GET /runs/{run}/environment":      d.runEnvironment,
		"GET /runs/{run}/image":            d.image,
		"GET /runs/{run}/images":           d.runImages,
		"GET /runs/{run}/output":           d.runOutput,
		"GET /runs/{run}/output/lines":     d.outputLines,
		"GET /runs/{run}/output/raw":       d.rawOutput,
		"GET /runs/{run}/files":            d.runFiles,
		"GET /runs/{run}/files/{path...}":  d.runFiles,
		"GET /runs/{run}/source":           d.runSource,
		"GET /runs/{run}/source/{path...}": d.runSource,
		"GET /runs/{run}/source.tar.gz":    d.sourceArchive,
		"GET /runs/{run}/packages":         d.runPackages,
		"GET /runs/{run}/points":           d.chartPoints,
		"GET /runs/{run}/points.csv":       d.chartCSV,
		"POST /runs/{run}/delete":          d.deleteRun,
		"POST /runs/{run}/fetch":           d.fetchRun,
		"POST /runs/{run}/files/{path...}": d.fetchFile,
		"POST /runs/{run}/notes":           d.editNotes,
		"POST /runs/{run}/undelete":        d.undeleteRun,
		"GET /static/{hash}/{name}":        d.static,
		"GET /favicon.ico":                 d.icon,
		"GET /":                            d.noPage,
	}
}

// routes is the table as a handler.
func (d *Dashboard) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for pattern, h := range d.table() {
		mux.Handle(pattern, d.answer(h))
	}
	return mux
}

// answer makes an http.Handler of a handler.
func (d *Dashboard) answer(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			d.fault(w, r, err)
		}
	})
}

func (d *Dashboard) noPage(_ http.ResponseWriter, r *http.Request) error {
	return notFound("There is no page %s.", strings.TrimSpace(r.URL.Path))
}
