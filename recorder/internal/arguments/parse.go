package arguments

import (
	"strconv"
	"strings"

	"github.com/exprec/exprec/recorder/internal/lazy"
)

// A Parameter is what one or two words of a command line say.
type Parameter struct {
	Name  string
	Value any // bool, int64, uint64, float64 or string
}

// pair is a word that sets something without a dash, such as lr=0.1, or
// +model.depth=3 as some libraries have it.
var pair = lazy.New(`^\+{0,2}([A-Za-z_][\w.\-/@]*)=`)

// Parse reads the parameters off the words of a command, as it was typed.
func Parse(words []string) []Parameter {
	var found []Parameter
	words = own(words)
	for i := 0; i < len(words); i++ {
		word := words[i]
		if m := pair.FindStringSubmatch(word); m != nil {
			found = append(found, Parameter{m[1], Value(word[len(m[0]):])})
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

// isOption reports whether a word begins an option: it has a dash and is no
// negative number, nor the dash alone that stands for stdin.
func isOption(word string) bool {
	return len(word) > 1 && word[0] == '-' && !number.MatchString(word)
}

// number is how people write numbers. Leading zeros make text: they are ids.
var number = lazy.New(`^[+-]?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][+-]?\d+)?$`)

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
	if !number.MatchString(word) {
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
