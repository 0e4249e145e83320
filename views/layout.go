package views

import "github.com/a-h/templ"

// scripts are those of a page, in this order. What draws charts comes when one is
// about to be seen.
func (h head) scripts() []string {
	if h.List {
		return []string{"htmx.min.js", "exprec.js", "list.js"}
	}
	return []string{"htmx.min.js", "exprec.js", "pages.js"}
}

// styles are the style sheets of a page. That of output comes with it.
func (h head) styles() []string {
	if h.List {
		return []string{"exprec.css", "list.css"}
	}
	return []string{"exprec.css"}
}

// key is what a key does.
type key struct {
	Keys []string
	Does string
}

// keys are all that app.js knows. None of them works while something is typed.
var keys = []key{
	{[]string{"/"}, "search"},
	{[]string{"j", "k"}, "next and previous run of the list"},
	{[]string{"x"}, "select it"},
	{[]string{"Enter"}, "open it"},
	{[]string{"c"}, "compare the selected runs"},
	{[]string{"g", "r"}, "all runs"},
	{[]string{"[", "]"}, "previous and next run"},
	{[]string{"1", "…", "8"}, "tabs of a run"},
	{[]string{"s"}, "smoothing of the charts"},
	{[]string{"l"}, "logarithmic charts"},
	{[]string{"t"}, "colours"},
	{[]string{"?"}, "these keys"},
}

// themeAttribute fixes the colours where some were chosen.
func themeAttribute(theme string) templ.Attributes {
	if theme == "" {
		return nil
	}
	return templ.Attributes{"data-theme": theme}
}

func windowTitle(f frame) string {
	if f.Title == "" {
		return f.Project + " – Exprec"
	}
	return f.Title + " – " + f.Project + " – Exprec"
}

// current marks the link to the page that is shown. An attribute without a value
// would say that it is not.
func current(here bool) templ.Attributes {
	if !here {
		return nil
	}
	return templ.Attributes{"aria-current": "page"}
}
