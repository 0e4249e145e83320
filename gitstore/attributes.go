package gitstore

import (
	"strconv"
	"strings"
)

// maxAttributeLine is the length in bytes beyond which git passes a line of
// an attribute file over.
const maxAttributeLine = 2048

// The attributes that decide whether a file's bytes may differ from those in
// the index.
const (
	attrText = iota
	attrCRLF
	attrEOL
	attrIdent
	attrEncoding
	attrFilter
	attrCount
)

// attrNames in the order of the constants; a macro has a number above them.
func attrNames() []string {
	return []string{"text", "crlf", "eol", "ident", "working-tree-encoding", "filter"}
}

// Values of an attribute; any other text is a value that was given.
const (
	attrUnknown = ""            // no line has decided it
	attrSet     = "\x00set"     // name
	attrUnset   = "\x00unset"   // -name
	attrNone    = "\x00nothing" // !name
)

// An assignment gives one attribute a value.
type assignment struct {
	attribute int
	value     string
}

type attributeLine struct {
	pattern     pathPattern
	assignments []assignment
}

// attributeList is the lines of one attribute file that matter here.
type attributeList struct {
	base  string // folder of the file below the top, "" or ending in a slash
	lines []attributeLine
}

// attributeTable knows the attributes and macros by name, and what macros
// stand for. Macros may be defined at the top and outside the work tree only,
// so that the table is complete before folders are walked side by side.
type attributeTable struct {
	numbers map[string]int
	macros  map[int][]assignment
	fold    bool
}

func newAttributeTable(fold bool) *attributeTable {
	t := &attributeTable{numbers: map[string]int{}, macros: map[int][]assignment{}, fold: fold}
	for i, name := range attrNames() {
		t.numbers[name] = i
	}
	t.macros[t.number("binary")] = []assignment{{attrText, attrUnset}}
	return t
}

func (t *attributeTable) number(name string) int {
	n, known := t.numbers[name]
	if !known {
		n = len(t.numbers)
		t.numbers[name] = n
	}
	return n
}

// parse reads an attribute file. With macros, it may define some.
func (t *attributeTable) parse(data []byte, base string, macros bool) *attributeList {
	list := &attributeList{base: base}
	for text := range patternLines(data) {
		if len(text) >= maxAttributeLine {
			continue
		}
		name, rest, ok := splitAttributeLine(text)
		if !ok {
			continue
		}
		if macro, is := strings.CutPrefix(name, "[attr]"); is {
			if macros && macro != "" {
				number := t.number(macro)
				t.macros[number] = t.assignments(rest, true)
			}
			continue
		}
		line := attributeLine{pattern: parsePathPattern(name, t.fold), assignments: t.assignments(rest, macros)}
		if !line.pattern.negative && len(line.assignments) > 0 {
			list.lines = append(list.lines, line)
		}
	}
	return list
}

const attributeBlanks = " \t\r\n"

// splitAttributeLine parts the pattern, which may be quoted as in C, from the
// attributes.
func splitAttributeLine(line string) (name, rest string, ok bool) {
	line = strings.TrimLeft(line, attributeBlanks)
	if line == "" || line[0] == '#' {
		return "", "", false
	}
	if line[0] == '"' {
		if name, rest, ok := unquoteC(line); ok {
			return name, rest, true
		}
	}
	end := strings.IndexAny(line, attributeBlanks)
	if end < 0 {
		return line, "", true
	}
	return line[:end], line[end:], true
}

// unquoteC reads a name in double quotes with C escapes.
func unquoteC(text string) (name, rest string, ok bool) {
	var out []byte
	for i := 1; i < len(text); i++ {
		switch c := text[i]; c {
		case '"':
			return string(out), text[i+1:], true
		case '\\':
			c, used, ok := unescapeC(text[i+1:])
			if !ok {
				return "", "", false
			}
			out = append(out, c)
			i += used
		default:
			out = append(out, c)
		}
	}
	return "", "", false
}

func unescapeC(text string) (c byte, used int, ok bool) {
	if text == "" {
		return 0, 0, false
	}
	if at := strings.IndexByte(`abfnrtv"\`, text[0]); at >= 0 {
		return "\a\b\f\n\r\t\v\"\\"[at], 1, true
	}
	if len(text) >= 3 && '0' <= text[0] && text[0] <= '3' {
		n, err := strconv.ParseUint(text[:3], 8, 8)
		return byte(n), 3, err == nil
	}
	return 0, 0, false
}

// assignments reads "text -eol filter=lfs !ident". Attributes nobody asks for
// are dropped, unless a macro could be of that name.
func (t *attributeTable) assignments(text string, keepUnknown bool) []assignment {
	var out []assignment
	for _, field := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(attributeBlanks, r) }) {
		name, value, given := strings.Cut(field, "=")
		switch {
		case field[0] == '-':
			name, value = field[1:], attrUnset
		case field[0] == '!':
			name, value = field[1:], attrNone
		case !given:
			value = attrSet
		}
		number, known := t.numbers[name]
		if !known && keepUnknown {
			number, known = t.number(name), true
		}
		if known {
			out = append(out, assignment{number, value})
		}
	}
	return out
}
