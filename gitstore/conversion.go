package gitstore

import "strings"

// attributeRules is the chain of attribute lists that hold in one folder: the
// repository's info/attributes first, then the folder's own file, those
// above, and at last those outside the repository.
type attributeRules struct {
	table    *attributeTable
	override *attributeList   // info/attributes
	lists    []*attributeList // weakest first
	converts bool             // some list may ask for a conversion
	crlf     bool             // core.autocrlf does where no attribute speaks
	drivers  map[string]bool  // filters that are configured
}

func (r *attributeRules) with(list *attributeList) *attributeRules {
	if list == nil || len(list.lines) == 0 {
		return r
	}
	child := *r
	child.lists = append(r.lists[:len(r.lists):len(r.lists)], list)
	child.converts = true
	return &child
}

// conversion is what git does to a file's bytes on their way into the index.
type conversion uint8

const (
	convertNone conversion = iota
	convertSome            // the index may hold other bytes
	convertLFS             // the index holds a pointer
)

// conversion of the file at a path below the top. It never runs a filter: it
// only says that a clean stat does not mean equal bytes.
func (r *attributeRules) conversion(path string) conversion {
	if !r.converts {
		if r.crlf {
			return convertSome
		}
		return convertNone
	}
	v := r.values(path)
	if v[attrFilter] == "lfs" {
		return convertLFS
	}
	if r.drivers[v[attrFilter]] || v[attrIdent] == attrSet || isEncoding(v[attrEncoding]) || r.convertsLines(v) {
		return convertSome
	}
	return convertNone
}

func isEncoding(value string) bool {
	return value != attrUnknown && value[0] != 0 && !strings.EqualFold(value, "utf-8") && !strings.EqualFold(value, "utf8")
}

// convertsLines follows git: text decides, crlf is its old name, eol implies
// text, and core.autocrlf holds where none of them speaks.
func (r *attributeRules) convertsLines(v [attrCount]string) bool {
	text := v[attrText]
	if text != attrSet && text != attrUnset && text != "auto" && text != "input" {
		text = v[attrCRLF]
	}
	switch text {
	case attrUnset:
		return false
	case attrSet, "auto", "input":
		return true
	}
	return v[attrEOL] == "lf" || v[attrEOL] == "crlf" || r.crlf
}

// values are the attributes of a path: of two lines that decide the same
// attribute the one in the stronger file, and there the later one, counts.
func (r *attributeRules) values(path string) [attrCount]string {
	base := path[strings.LastIndexByte(path, '/')+1:]
	decided := decisions{table: r.table}
	if r.override != nil {
		decided.fill(r.override, path, base)
	}
	for i := len(r.lists) - 1; i >= 0; i-- {
		decided.fill(r.lists[i], path, base)
	}
	return decided.values
}

// decisions collects values, the strongest first.
type decisions struct {
	table  *attributeTable
	values [attrCount]string
	macros map[int]bool // that a line has decided
}

func (d *decisions) fill(list *attributeList, path, base string) {
	relative := path[len(list.base):]
	for i := len(list.lines) - 1; i >= 0; i-- {
		line := &list.lines[i]
		if line.pattern.matches(relative, base, false) {
			d.apply(line.assignments)
		}
	}
}

// apply takes over what is not decided yet; a macro that is set brings what
// it stands for.
func (d *decisions) apply(assignments []assignment) {
	for i := len(assignments) - 1; i >= 0; i-- {
		a := assignments[i]
		if a.attribute < attrCount {
			if d.values[a.attribute] == attrUnknown {
				d.values[a.attribute] = a.value
			}
			continue
		}
		if d.macros[a.attribute] {
			continue
		}
		if d.macros == nil {
			d.macros = map[int]bool{}
		}
		d.macros[a.attribute] = true
		if a.value == attrSet {
			d.apply(d.table.macros[a.attribute])
		}
	}
}
