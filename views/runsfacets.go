package views

import (
	"slices"

	"github.com/exprec/exprec/recorder"
)

// Bounds of what the rail shows.
const (
	maxFacetValues = 1000 // values of a built-in key that are counted
	facetShown     = 8    // of them are shown at once
	facetMore      = 60   // and so many when more are asked for
	maxParamValues = 12   // a parameter with more values is no filter
	maxParamFacets = 12
)

// facetKeys are the built-in keys by which the rail filters, and what they are
// called there.
var facetKeys = []struct{ key, title string }{
	{"status", "Status"}, {"tag", "Tags"}, {"group", "Group"}, {"branch", "Branch"}, {"host", "Host"}, {"user", "User"}, {"author", "Author"}, {"fetched", "Fetched from"}, {"shared", "Shared"}, {"fingerprint", "Error"},
}

// runsFacet is a key with the values by which runs can be filtered.
type runsFacet struct {
	Key, Title string
	Param      bool
	Values     []facetValue
	More       []facetValue // behind those, folded
	Uncounted  int          // and so many that are not shown
}

// facetValue is a value as a filter.
type facetValue struct {
	Text, Title string
	Status      string // of the key status
	Rows        int    // that match it and all other filters
	Chosen      bool
	URL         string // with the filter added, or taken away
}

// findFacets makes the rail: for each key its values, each with how many runs match
// it under all filters but those of the key itself.
func (l *runsList) findFacets() ([]runsFacet, error) {
	terms, err := recorder.ParseTerms(l.state.Query)
	if err != nil {
		return nil, err
	}
	f := &facetMaker{list: l, terms: terms, base: l.base}
	var facets []runsFacet
	for _, k := range facetKeys {
		column, err := l.rows.Column(k.key)
		if err != nil {
			continue
		}
		facet, err := f.facet(column, maxFacetValues)
		if err != nil {
			return nil, err
		}
		facet.Title = k.title
		if k.key == "fingerprint" {
			f.nameErrors(&facet)
		}
		facets = appendFacet(facets, facet)
	}
	params, err := f.params()
	return append(facets, params...), err
}

// appendFacet leaves out a facet that would change nothing.
func appendFacet(facets []runsFacet, f runsFacet) []runsFacet {
	chosen := slices.ContainsFunc(f.Values, func(v facetValue) bool { return v.Chosen })
	if len(f.Values) == 0 || len(f.Values) == 1 && !chosen && f.Key != "tag" && f.Key != "fingerprint" {
		return facets
	}
	return append(facets, f)
}

// sorts reports whether a value stands for more than one run, or is filtered by:
// else each filter would be the name of a run.
func (f *runsFacet) sorts() bool {
	return slices.ContainsFunc(f.Values, func(v facetValue) bool { return v.Rows > 1 || v.Chosen })
}

type facetMaker struct {
	list  *runsList
	terms recorder.Terms
	base  *recorder.Rows // under all filters
}

// under are the runs under all filters but those of a column.
func (f *facetMaker) under(column *recorder.Column) (*recorder.Rows, []string, error) {
	chosen := f.terms.Chosen(column)
	if len(chosen) == 0 {
		return f.base, nil, nil
	}
	rows, err := f.list.all.Match(f.terms.WithoutColumn(column).Query())
	if err != nil {
		return nil, nil, err
	}
	return inPlace(rows, f.list.state), chosen, nil
}

// facet counts the values of a column. It has none where there are too many.
func (f *facetMaker) facet(column *recorder.Column, most int) (runsFacet, error) {
	facet := runsFacet{Key: column.Key(), Title: column.Name()}
	rows, chosen, err := f.under(column)
	if err != nil {
		return facet, err
	}
	counts := rows.Tally(column, most).Counts
	if !column.BuiltIn() {
		recorder.SortCounts(counts)
	}
	for _, c := range counts {
		v := facetValue{Text: wordsOf(c.Value), Rows: c.Rows, Chosen: slices.Contains(chosen, c.Value.Same())}
		switch facet.Key {
		case "status":
			v.Status = v.Text
		case "shared":
			v.Text = sharedWords(c.Value)
		}
		v.URL = f.list.state.withQuery(f.terms.Toggle(column, c.Value).Query()).URL()
		facet.add(v)
	}
	for _, same := range chosen { // one that no run has under the other filters can be dropped too
		if !slices.ContainsFunc(counts, func(c recorder.ValueCount) bool { return c.Value.Same() == same }) {
			v := recorder.Value{Kind: recorder.TextValue, Text: same}
			facet.add(facetValue{Text: wordsOf(v), Chosen: true, URL: f.list.state.withQuery(f.terms.Toggle(column, v).Query()).URL()})
			facet.Uncounted--
		}
	}
	facet.Uncounted += len(counts) - len(facet.Values) - len(facet.More)
	return facet, nil
}

// add adds a value: a chosen one is never folded away.
func (f *runsFacet) add(v facetValue) {
	switch {
	case len(f.Values) < facetShown || v.Chosen:
		f.Values = append(f.Values, v)
	case len(f.More) < facetMore:
		f.More = append(f.More, v)
	}
}

// params are the facets of parameters: those with few values that differ, or that
// are filtered by.
func (f *facetMaker) params() ([]runsFacet, error) {
	var facets []runsFacet
	var names []string
	for _, s := range f.list.spreads {
		if s.Distinct <= maxParamValues {
			names = append(names, s.Name)
		}
	}
	all, _, _ := f.base.Names()
	for _, name := range all {
		if f.terms.Len() == 0 || slices.Contains(names, name) {
			continue
		}
		if column, err := f.base.Column(f.base.ParamKey(name)); err == nil && len(f.terms.Chosen(column)) > 0 {
			names = append(names, name)
		}
	}
	for _, name := range names {
		if len(facets) == maxParamFacets {
			break
		}
		column, err := f.base.Column(f.base.ParamKey(name))
		if err != nil {
			continue
		}
		facet, err := f.facet(column, maxParamValues)
		if err != nil {
			return nil, err
		}
		if !facet.sorts() {
			continue
		}
		facet.Param = true
		facet.Values, facet.More = append(facet.Values, facet.More...), nil
		facets = appendFacet(facets, facet)
	}
	return facets, nil
}

// nameErrors says what the errors are whose fingerprints are the values.
func (f *facetMaker) nameErrors(facet *runsFacet) {
	wanted := map[string]*facetValue{}
	for _, list := range [][]facetValue{facet.Values, facet.More} {
		for i := range list {
			wanted[list[i].Text] = &list[i]
		}
	}
	column, err := f.list.all.Column("fingerprint")
	if err != nil {
		return
	}
	for i := 0; i < f.list.all.Len() && len(wanted) > 0; i++ {
		row := f.list.all.At(i)
		v, ok := wanted[column.Value(row).Text]
		if !ok {
			continue
		}
		delete(wanted, v.Text)
		v.Text = errorWords(row.Failure())
		v.Title = v.Text
	}
}

func errorWords(f *recorder.Failure) string {
	switch {
	case f.Type == "":
		return f.Message
	case f.Message == "":
		return f.Type
	}
	return f.Type + ": " + f.Message
}
