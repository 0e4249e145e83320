package views

import (
	"strconv"

	"github.com/a-h/templ"

	"github.com/exprec/exprec/recorder"
)

// stripImages is how many images a strip shows.
const stripImages = 6

// imageStrip is the last image of each of the first names, for the overview of a
// run. A page embeds it so:
//
//	strip, err := imageStripOf(run)
//	…
//	@imageStripView(strip)      // nothing where the run has no images
type imageStrip struct {
	Run    *recorder.Run
	URL    string // the tab with all images
	Images []shownImage
	More   int // names that are not shown
}

// imageStripOf reads which images a run has, not the images.
func imageStripOf(run *recorder.Run) (imageStrip, error) {
	s := imageStrip{Run: run, URL: runURL(run.Address(), "images")}
	images, err := run.Images()
	if err != nil {
		return s, err
	}
	v := imagesView{Run: run, URL: s.URL}
	rows := rowsOfImages(images)
	for _, row := range rows[:min(len(rows), stripImages)] {
		s.Images = append(s.Images, v.shown(row[len(row)-1]))
	}
	s.More = len(rows) - len(s.Images)
	return s, nil
}

// stepWord is a step as it is read.
func stepWord(step int64) string { return strconv.FormatInt(step, 10) }

// stepHref is the target of a link to a step. A link without one is disabled.
func stepHref(url string) templ.Attributes {
	if url == "" {
		return templ.Attributes{"role": "link", "aria-disabled": "true"}
	}
	return templ.Attributes{"href": url}
}

// marked is an attribute without a value, by which script finds an element.
func marked(name string) templ.Attributes { return templ.Attributes{name: true} }

// liveImages makes the tab follow a run that goes on.
func liveImages(v imagesView) templ.Attributes {
	if sealed(v.Run) {
		return nil
	}
	return templ.Attributes{"data-live": "run/" + v.Run.Address() + "/images"}
}
