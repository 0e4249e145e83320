package jsonl

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

const (
	// maxDepth bounds how deep a line may nest.
	maxDepth = 60
	// maxValues bounds how many values a line may have.
	maxValues = 1 << 20
)

// object is a JSON object with its entries in their order.
type object []entry

type entry struct {
	name  string
	value any
}

// parser reads JSON: nil, bool, int64, uint64, float64, string, []any and
// object. Beyond the standard it takes NaN, Infinity and -Infinity, as Python
// writes them.
type parser struct {
	text   []byte
	at     int
	values int
}

// parseLine reads a line that is one object.
func parseLine(line []byte) (object, error) {
	p := &parser{text: line}
	value, err := p.value(0)
	if err != nil {
		return nil, err
	}
	if p.space(); p.at < len(p.text) {
		return nil, p.errorf("there is more after the end of the object")
	}
	o, ok := value.(object)
	if !ok {
		return nil, errors.New("it is no object {…}")
	}
	return o, nil
}

func (p *parser) errorf(format string, args ...any) error {
	return fmt.Errorf("column %d: "+format, append([]any{p.at + 1}, args...)...)
}

func (p *parser) space() {
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case ' ', '\t', '\r', '\n':
			p.at++
		default:
			return
		}
	}
}

// next skips blanks and gives the byte that follows, 0 at the end.
func (p *parser) next() byte {
	p.space()
	if p.at >= len(p.text) {
		return 0
	}
	return p.text[p.at]
}

func (p *parser) value(depth int) (any, error) {
	if depth > maxDepth {
		return nil, p.errorf("it nests deeper than %d levels", maxDepth)
	}
	if p.values++; p.values > maxValues {
		return nil, p.errorf("it has more than %d values", maxValues)
	}
	switch c := p.next(); c {
	case '{':
		return p.object(depth)
	case '[':
		return p.list(depth)
	case '"':
		return p.string()
	case 0:
		return nil, p.errorf("it ends too early")
	default:
		return p.word()
	}
}

func (p *parser) object(depth int) (any, error) {
	p.at++
	o := object{}
	for first := true; ; first = false {
		c := p.next()
		if c == '}' && first {
			break
		}
		if c != '"' {
			return nil, p.errorf("a name in quotes is missing")
		}
		name, err := p.string()
		if err != nil {
			return nil, err
		}
		if p.next() != ':' {
			return nil, p.errorf("a : is missing after a name")
		}
		p.at++
		value, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		o = append(o, entry{name, value})
		if c = p.next(); c == '}' {
			break
		}
		if c != ',' {
			return nil, p.errorf("a , or } is missing")
		}
		p.at++
	}
	p.at++
	return o, nil
}

func (p *parser) list(depth int) (any, error) {
	p.at++
	list := []any{}
	if p.next() == ']' {
		p.at++
		return list, nil
	}
	for {
		value, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
		switch p.next() {
		case ',':
			p.at++
		case ']':
			p.at++
			return list, nil
		default:
			return nil, p.errorf("a , or ] is missing")
		}
	}
}

// word reads what has no quotes: a number, or one of a few words.
func (p *parser) word() (any, error) {
	from := p.at
	for p.at < len(p.text) && !endsWord(p.text[p.at]) {
		p.at++
	}
	word := string(p.text[from:p.at])
	switch word {
	case "null":
		return nil, nil
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	if number, ok := parseNumber(word); ok {
		return number, nil
	}
	p.at = from
	return nil, p.errorf("%.40q is no value", word)
}

func endsWord(c byte) bool {
	switch c {
	case ' ', '\t', '\r', '\n', ',', ':', '{', '}', '[', ']', '"':
		return true
	}
	return false
}

// parseNumber reads a number: whole ones that 64 bits hold stay whole.
func parseNumber(word string) (any, bool) {
	if f, ok := notFinite(word); ok {
		return f, true
	}
	digits := strings.TrimPrefix(word, "-")
	if digits == "" || digits[0] < '0' || digits[0] > '9' || strings.ContainsAny(word, "xXpP_") {
		return nil, false
	}
	if !strings.ContainsAny(word, ".eE") {
		if i, err := strconv.ParseInt(word, 10, 64); err == nil {
			return i, true
		}
		if u, err := strconv.ParseUint(word, 10, 64); err == nil {
			return u, true
		}
	}
	f, err := strconv.ParseFloat(word, 64)
	return f, err == nil || errors.Is(err, strconv.ErrRange)
}

// notFinite are the numbers that JSON has no word for.
func notFinite(word string) (float64, bool) {
	switch word {
	case "NaN":
		return math.NaN(), true
	case "Infinity":
		return math.Inf(1), true
	case "-Infinity":
		return math.Inf(-1), true
	}
	return 0, false
}
