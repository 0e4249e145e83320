package main

import (
	"maps"
	"slices"
)

// parameter is a parameter with its dotted name.
type parameter struct {
	name  string
	value any
}

// flatten lists parameters by dotted names, sorted. Empty maps stay as values.
func flatten(params map[string]any) []parameter {
	var flat []parameter
	var walk func(prefix string, m map[string]any)
	walk = func(prefix string, m map[string]any) {
		for _, name := range slices.Sorted(maps.Keys(m)) {
			inner, nested := m[name].(map[string]any)
			if nested && len(inner) > 0 {
				walk(prefix+name+".", inner)
				continue
			}
			flat = append(flat, parameter{prefix + name, m[name]})
		}
	}
	walk("", params)
	return flat
}
