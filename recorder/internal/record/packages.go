package record

import (
	"slices"
	"strings"
)

// EncodePackages gives the text of packages.txt: one package a line, sorted,
// each once. Line breaks within one become spaces; empty ones are left out.
func EncodePackages(packages []string) []byte {
	lines := make([]string, 0, len(packages))
	for _, p := range packages {
		p = strings.TrimSpace(strings.NewReplacer("\r", " ", "\n", " ").Replace(p))
		if p != "" {
			lines = append(lines, p)
		}
	}
	slices.Sort(lines)
	lines = slices.Compact(lines)
	if len(lines) == 0 {
		return nil
	}
	return []byte(strings.Join(lines, "\n") + "\n")
}

// DecodePackages gives the lines of packages.txt that are not empty.
func DecodePackages(text []byte) []string {
	var packages []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" {
			packages = append(packages, line)
		}
	}
	return packages
}
