package views

import (
	"strconv"

	"github.com/a-h/templ"
	"github.com/dustin/go-humanize"
)

// comma is a number with commas: 2,000.
func comma(n int) string { return humanize.Comma(int64(n)) }

// here is the address of a state, as a link has it.
func here(s runsState) templ.SafeURL { return templ.SafeURL(s.URL()) }

// titled is a title, where there is one.
func titled(title string) templ.Attributes {
	if title == "" {
		return nil
	}
	return templ.Attributes{"title": title}
}

func sortOrder(c runsColumn) templ.Attributes {
	if c.Order == "" {
		return nil
	}
	return templ.Attributes{"aria-sort": c.Order}
}

// orderMark shows how the table is sorted by a column.
func orderMark(c runsColumn) string {
	mark := "↑"
	if c.Order == "descending" {
		mark = "↓"
	}
	if c.Rank > 0 {
		mark += strconv.Itoa(c.Rank)
	}
	return mark
}

func headTitle(c runsColumn) string {
	title := "Sort by " + c.Title
	if c.Goal != "" {
		title += " (" + c.Goal + ")"
	}
	return title
}

// share is the class of a cell whose value lies so far in its column's range: the
// length of its bar, in steps of 5 %.
func share(percent int) string {
	if percent < 0 {
		return ""
	}
	return "w" + strconv.Itoa((percent+2)/5)
}

// otherPanel opens the panel of columns, or closes it.
func otherPanel(panel string) string {
	if panel == "" {
		return "columns"
	}
	return ""
}

// sinceText is when the page was made, in milliseconds, for the next look at it.
func sinceText(s runsState) string { return strconv.FormatInt(s.since.UnixMilli(), 10) }

// shownView is the saved view that the page shows, if it is one.
func shownView(v runsView) savedView {
	for _, view := range v.Views {
		if view.Shown {
			return view
		}
	}
	return savedView{}
}

func saveWords(v runsView) string {
	if shownView(v).Name != "" {
		return "Change this view…"
	}
	return "Save this view…"
}

// wideOnly marks a cell of a column that small screens do without.
func wideOnly(c runsColumn) templ.Attributes {
	if !c.WideOnly {
		return nil
	}
	return templ.Attributes{"class": "wide-only"}
}
