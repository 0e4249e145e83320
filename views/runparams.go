package views

import (
	"maps"
	"slices"
)

// flatten lists parameters under dotted names, sorted. Empty maps stay as values.
func flatten(params map[string]any) []fact {
	var flat []fact
	var walk func(prefix string, m map[string]any)
	walk = func(prefix string, m map[string]any) {
		for _, name := range slices.Sorted(maps.Keys(m)) {
			if inner, nested := m[name].(map[string]any); nested && len(inner) > 0 {
				walk(prefix+name+".", inner)
				continue
			}
			flat = append(flat, fact{prefix + name, value(m[name])})
		}
	}
	walk("", params)
	return flat
}
