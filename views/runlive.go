package views

import (
	"net/url"
	"strings"

	"github.com/a-h/templ"
)

// headLive makes the head follow the run, unless somebody is writing in it.
func (v *runView) headLive() templ.Attributes {
	if v.Form.edits("title") || v.Form.edits("tags") {
		return nil
	}
	return liveRegion(v.run, "status scalars notes", "run-head", v.here())
}

// notesLive makes the notes follow what others write, unless somebody is writing
// here.
func (v *runView) notesLive() templ.Attributes {
	if v.Form.edits("description") || v.Form.edits("conclusion") {
		return templ.Attributes{"hx-morph-skip": true}
	}
	return liveRegion(v.run, "notes", "run-notes", v.here())
}

// focused begins a form at its field. Where script puts the form into the page,
// it does that itself.
func (v *runView) focused() templ.Attributes {
	if v.Region != "" {
		return nil
	}
	return templ.Attributes{"autofocus": true}
}

// noteInPlace makes a form of the notes change its region alone.
func (v *runView) noteInPlace(region string) templ.Attributes {
	return templ.Attributes{"hx-post": runURL(v.run.Address(), "notes"), "hx-target": region, "hx-select": region, "hx-swap": "outerHTML", "hx-replace-url": v.here()}
}

// queryURL is the list of the runs that match a query.
func queryURL(query string) string { return "/?" + url.Values{"q": {query}}.Encode() }

// queryWord is a value as a query has it: quoted where it has to be.
func queryWord(s string) string {
	if s != "" && !strings.ContainsAny(s, " \t\"'()*<>=:,\\") {
		return s
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
