package arguments

import (
	"strconv"
	"strings"
)

// A Parameter is what one or two words of a command line say.
type Parameter struct {
	Name  string
	Value any // bool, int64, uint64, float64 or string
}

// Parse reads the parameters off the words of a command, as it was typed.
func Parse(words []string) []Parameter {
	var found []Parameter
	words = own(words)
	for i := 0; i < len(words); i++ {
		word := words[i]
		if name, value, ok := pair(word); ok {
			found = append(found, Parameter{name, Value(value)})
			continue
		}
		if !isOption(word) {
			continue
		}
		name, value, given := strings.Cut(strings.TrimLeft(word, "-"), "=")
		switch {
		case name == "":
		case given:
			found = append(found, Parameter{name, Value(value)})
		case i+1 < len(words) && !isOption(words[i+1]):
			i++
			found = append(found, Parameter{name, Value(words[i])})
		default:
			found = append(found, Parameter{name, true})
		}
	}
	return found
}

// pair reads a word that sets something without a dash, such as lr=0.1, or
// +model.depth=3 as some libraries have it.
func pair(word string) (name, value string, ok bool) {
	word = strings.TrimPrefix(strings.TrimPrefix(word, "+"), "+")
	name, value, ok = strings.Cut(word, "=")
	if !ok || name == "" || !isLetter(rune(name[0])) {
		return "", "", false
	}
	rest := strings.IndexFunc(name, func(r rune) bool { return !isLetter(r) && !strings.ContainsRune("0123456789.-/@", r) })
	return name, value, rest < 0
}

func isLetter(r rune) bool { return r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

// isOption reports whether a word begins an option: it has a dash and is no
// negative number, nor the dash alone that stands for stdin.
func isOption(word string) bool {
	return len(word) > 1 && word[0] == '-' && !isNumber(word)
}

// Value is what a word means: a bool, a whole number, another number, or text.
func Value(word string) any {
	switch strings.ToLower(word) {
	case "true":
		return true
	case "false":
		return false
	case "nan", "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity":
		f, _ := strconv.ParseFloat(word, 64)
		return f
	}
	if !isNumber(word) {
		return word
	}
	if i, err := strconv.ParseInt(word, 10, 64); err == nil {
		return i
	}
	if u, err := strconv.ParseUint(word, 10, 64); err == nil {
		return u
	}
	if f, err := strconv.ParseFloat(word, 64); err == nil && strings.ContainsAny(word, ".eE") {
		return f
	}
	return word // a whole number that no type holds
}

// isNumber reports whether a word is how people write numbers: 3, -0.5, .5 or
// 1e-3. Leading zeros make text: they are ids.
func isNumber(word string) bool {
	digits := strings.TrimLeft(word, "+-")
	if len(word)-len(digits) > 1 || strings.Trim(digits, "0123456789.eE+-") != "" {
		return false
	}
	if len(digits) > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9' {
		return false
	}
	_, err := strconv.ParseFloat(word, 64)
	return err == nil
}
