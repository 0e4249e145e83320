package views

import (
	"slices"
	"strings"

	"github.com/exprec/exprec/recorder"
)

// columnChoice is the panel in which columns are chosen: all of it is links.
type columnChoice struct {
	Shown  []shownColumn
	Kinds  []columnKind
	UsualL string // back to the columns that the runs need
	CloseL string
}

// shownColumn is a column of the table, and where it can go.
type shownColumn struct {
	Title, Kind         string
	Left, Right, Remove string // URLs; empty at an edge
}

// columnKind is some columns of a kind that are not shown.
type columnKind struct {
	Title string
	Items []choiceItem
	More  int // that are not offered; a key can be typed
}

// choiceItem is a column that can be added; a scalar has several values.
type choiceItem struct {
	Title string
	Adds  []choiceAdd
}

type choiceAdd struct{ Title, URL string }

// maxChoices bounds how many columns of a kind are offered.
const maxChoices = 120

// choice makes the panel.
func (l *runsList) choice(keys []string) *columnChoice {
	to := func(keys []string) string {
		return l.state.with(func(s *runsState) { s.Columns = keys }).URL()
	}
	c := &columnChoice{UsualL: to(nil), CloseL: l.state.with(func(s *runsState) { s.Panel = "" }).URL()}
	for i, key := range keys {
		column, ok := columnOf(l.rows, key)
		if !ok {
			continue
		}
		s := shownColumn{Title: column.Title, Kind: column.Kind, Remove: to(slices.Delete(slices.Clone(keys), i, i+1))}
		if column.Kind == "spark" {
			s.Title += " chart"
		}
		if len(keys) == 1 {
			s.Remove = ""
		}
		if i > 0 {
			s.Left = to(swapped(keys, i-1))
		}
		if i < len(keys)-1 {
			s.Right = to(swapped(keys, i))
		}
		c.Shown = append(c.Shown, s)
	}
	add := func(key string) string {
		if slices.Contains(keys, key) || len(keys) == maxColumns {
			return ""
		}
		return to(append(slices.Clone(keys), key))
	}
	c.Kinds = l.columnKinds(add)
	return c
}

// swapped exchanges a key with the next one.
func swapped(keys []string, i int) []string {
	keys = slices.Clone(keys)
	keys[i], keys[i+1] = keys[i+1], keys[i]
	return keys
}

// columnKinds are the columns that are not shown; add gives the URL that adds a
// key, and an empty one where it is there.
func (l *runsList) columnKinds(add func(key string) string) []columnKind {
	params, scalars, results := l.rows.Names()
	kinds := []columnKind{{Title: "Runs"}, {Title: "Parameters"}, {Title: "Results"}, {Title: "Scalars"}, {Title: "System"}}
	for _, key := range recorder.QueryKeys() {
		kinds[0].add(key, choiceAdd{key, add(key)})
	}
	for _, name := range params {
		kinds[1].add(name, choiceAdd{name, add(listable(l.rows.ParamKey(name)))})
	}
	for _, name := range results {
		if _, ok := slices.BinarySearch(scalars, name); !ok {
			kinds[2].add(name, choiceAdd{name, add(listable(l.rows.ScalarKey(name)))})
		}
	}
	for _, name := range scalars {
		key, kind := listable(l.rows.ScalarKey(name)), &kinds[3]
		if strings.HasPrefix(name, "system/") {
			kind = &kinds[4]
		}
		kind.add(name, choiceAdd{"last", add(key)}, choiceAdd{"min", add(functionKey("min", name))},
			choiceAdd{"max", add(functionKey("max", name))}, choiceAdd{"chart", add(sparkKey + quotedName(name))})
	}
	return slices.DeleteFunc(kinds, func(k columnKind) bool { return len(k.Items) == 0 })
}

func (k *columnKind) add(title string, adds ...choiceAdd) {
	adds = slices.DeleteFunc(adds, func(a choiceAdd) bool { return a.URL == "" })
	switch {
	case len(adds) == 0:
	case len(k.Items) == maxChoices:
		k.More++
	default:
		k.Items = append(k.Items, choiceItem{title, adds})
	}
}

// functionKey is the key of the least or greatest value of a scalar.
func functionKey(of, name string) string {
	if strings.ContainsAny(name, `"()`) || strings.TrimSpace(name) != name {
		name = quotedText(name)
	}
	return of + "(" + name + ")"
}

// quotedName quotes a name that a list of keys would take apart.
func quotedName(name string) string {
	if strings.ContainsAny(name, `",()`) || strings.TrimSpace(name) != name {
		return quotedText(name)
	}
	return name
}

func quotedText(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
