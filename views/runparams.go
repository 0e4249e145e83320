package views

import (
	"maps"
	"slices"

	"github.com/exprec/exprec/recorder/say"
)

// A fact is a name and what belongs to it.
type fact struct{ Name, Value string }

// parameter is a line of the tree of parameters.
type parameter struct {
	Name  string // its own, below those that it is nested in
	Path  string // with dots
	Value string // empty for one that holds others
	Depth int
	Holds bool
}

// maxDepth is how deep the tree of parameters is drawn; below it names have dots.
const maxDepth = 4

// parameterTree lists parameters sorted, nested ones below the name of what they
// are in.
func parameterTree(params map[string]any) []parameter {
	var tree []parameter
	var walk func(above string, depth int, m map[string]any)
	walk = func(above string, depth int, m map[string]any) {
		for _, name := range slices.Sorted(maps.Keys(m)) {
			p := parameter{Name: name, Path: above + name, Depth: min(depth, maxDepth)}
			if inner, nested := m[name].(map[string]any); nested && len(inner) > 0 {
				p.Holds = true
				tree = append(tree, p)
				walk(p.Path+".", depth+1, inner)
				continue
			}
			p.Value = say.Param(m[name])
			tree = append(tree, p)
		}
	}
	walk("", 0, params)
	return tree
}

// countValues is how many parameters have a value of their own.
func countValues(tree []parameter) int {
	n := 0
	for _, p := range tree {
		if !p.Holds {
			n++
		}
	}
	return n
}
