package views

import (
	"io/fs"
	"strconv"

	"github.com/exprec/exprec/recorder"
)

// A runTab is one of the pages of a run. Its URL is /runs/<id>/<Name>.
type runTab struct {
	Name  string // empty: the overview, at /runs/<id>
	Title string
	// Count says how much there is behind the tab, in a word; empty for nothing
	// to say. It must cost next to nothing: every tab of every page asks.
	Count func(*recorder.Run) string
}

// runTabs are the tabs in their order; key n opens the n-th. A tab has a route of
// its own in routes.go, whose handler hands its content to [Dashboard.runTab]:
//
//	"GET /runs/{run}/charts": d.runCharts,
//
//	func (d *Dashboard) runCharts(w http.ResponseWriter, r *http.Request) error {
//		return d.runTab(w, r, "charts", func(ctx context.Context, p *recorder.Project, run *recorder.Run) (templ.Component, error) {
//			…
//		})
//	}
func runTabs() []runTab {
	return []runTab{
		{Name: "", Title: "Overview", Count: nothingToCount},
		{Name: "charts", Title: "Charts", Count: countScalars},
		{Name: "images", Title: "Images", Count: countImages},
		{Name: "output", Title: "Output", Count: nothingToCount},
		{Name: "source", Title: "Source", Count: countSource},
		{Name: "packages", Title: "Packages", Count: countPackages},
		{Name: "files", Title: "Files", Count: countFiles},
		{Name: "environment", Title: "Environment", Count: nothingToCount},
	}
}

func nothingToCount(*recorder.Run) string { return "" }

// countWord is a count as a tab shows it: nothing for none.
func countWord(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// countScalars is how many charts a run has. What cannot be read is said behind
// the tab, not on it.
func countScalars(r *recorder.Run) string {
	scalars, _ := r.Scalars()
	return countWord(len(scalars))
}

func countImages(r *recorder.Run) string {
	images, _ := r.Images()
	return countWord(len(images))
}

func countSource(r *recorder.Run) string {
	if source := r.Info().Source; source != nil {
		return countWord(source.Files)
	}
	return ""
}

func countPackages(r *recorder.Run) string { return countWord(r.Info().Packages) }

// countedFiles is up to how many files of a run are counted for its tab.
const countedFiles = 200

func countFiles(r *recorder.Run) string {
	files, err := r.Files()
	if err != nil || files == nil {
		return ""
	}
	n := 0
	_ = fs.WalkDir(files, ".", func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || n > countedFiles {
			return fs.SkipAll
		}
		if !entry.IsDir() {
			n++
		}
		return nil
	})
	if n > countedFiles {
		return strconv.Itoa(countedFiles) + "+"
	}
	return countWord(n)
}
