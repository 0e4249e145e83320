package main

import "strings"

// override gives a command line with other options: each of overrides takes the
// place of the option of its name, and comes at the end where there is none.
// Options are written --name value, --name=value, -name … or name=value.
func override(command, overrides []string) []string {
	result := append([]string(nil), command...)
	for i := 0; i < len(overrides); i++ {
		o := parseOption(overrides, i)
		if o.name == "" {
			result = append(result, overrides[i])
			continue
		}
		result = o.replace(result)
		i += len(o.words) - 1
	}
	return result
}

// option is one of a command line.
type option struct {
	name  string   // without hyphens, empty for a word that is none
	words []string // as they stand: one, or two with the value behind
}

// parseOption reads the option that begins at a word. A word behind that does
// not begin with a hyphen counts as its value, unless it is one itself.
func parseOption(words []string, at int) option {
	word := words[at]
	name, _, assigned := strings.Cut(word, "=")
	bare := strings.TrimLeft(name, "-")
	switch {
	case bare == "" || strings.ContainsAny(bare, " /"):
		return option{words: words[at : at+1]}
	case assigned:
		return option{bare, words[at : at+1]}
	case bare == name:
		return option{words: words[at : at+1]}
	case at+1 < len(words) && isValue(words[at+1]):
		return option{bare, words[at : at+2]}
	}
	return option{bare, words[at : at+1]}
}

// isValue tells a value, negative numbers too, from the next option.
func isValue(word string) bool {
	if !strings.HasPrefix(word, "-") {
		return true
	}
	return len(word) > 1 && strings.ContainsRune("0123456789.", rune(word[1]))
}

// replace puts the option where one of its name stands: the last one counts for
// most programs, so that one is replaced.
func (o option) replace(command []string) []string {
	for at := len(command) - 1; at > 0; at-- {
		there := parseOption(command, at)
		if there.name != o.name || strings.HasPrefix(there.words[0], "-") != strings.HasPrefix(o.words[0], "-") {
			continue
		}
		after := append([]string(nil), command[at+len(there.words):]...)
		return append(append(command[:at:at], o.words...), after...)
	}
	return append(command, o.words...)
}
