package index

import (
	"encoding/binary"
	"hash/crc32"
	"maps"
	"slices"
	"strings"

	"github.com/exprec/exprec/recorder/internal/record"
)

// The file: magic, version, rows and length of the directory (each 32 bits),
// the directory, a checksum of all of that, and the columns one after the
// other. The directory holds of each column its name, length and checksum.
const (
	magic      = "exprecI\n"
	version    = 2
	headLength = len(magic) + 3*4
	sumLength  = 4
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Beginnings of the names of columns; the name of a parameter, scalar or
// result follows.
const (
	paramColumn  = "p:"
	resultColumn = "r:"
	lastColumn   = "last:"
	minColumn    = "min:"
	maxColumn    = "max:"
	restColumn   = "rest:"
)

// Builder collects the columns of a table, row by row. The zero value is ready.
type Builder struct {
	n       int
	keys    []byte
	texts   map[string]*words
	numbers map[string]*numbers
	params  map[string]*words
	results map[string]*floats
	scalars map[string]*scalar
}

// Encode gives the bytes of a table. The rows are sorted by key, and no two
// have the same one.
func Encode(rows []Row) []byte {
	b := &Builder{}
	for i := range rows {
		b.Add(&rows[i])
	}
	return b.Bytes()
}

// Add adds a row, whose key comes after that of the one before. It keeps
// nothing of the row but its texts.
func (b *Builder) Add(r *Row) {
	if b.texts == nil {
		b.texts, b.numbers, b.params = map[string]*words{}, map[string]*numbers{}, map[string]*words{}
		b.results, b.scalars = map[string]*floats{}, map[string]*scalar{}
	}
	b.keys = append(append(b.keys, r.ID[:]...), r.Tip[:]...)
	b.add(b.n, r)
	b.n++
}

// Len is the number of rows so far, and so that of the next one.
func (b *Builder) Len() int { return b.n }

// Bytes is the table. Nothing is added after that.
func (b *Builder) Bytes() []byte {
	columns := b.columns()
	columns[keysColumn] = b.keys
	return assemble(b.n, columns)
}

const (
	keysColumn = "keys"
	keyLength  = 16 + 20
)

// entry is that of a name, making it first where there is none.
func entry[T any](m map[string]*T, name string) *T {
	e := m[name]
	if e == nil {
		e = new(T)
		m[name] = e
	}
	return e
}

func (b *Builder) add(row int, r *Row) {
	text := func(name, s string) {
		if s != "" {
			entry(b.texts, name).add(row, s)
		}
	}
	for i, s := range r.texts() {
		text(textNames[i], *s)
	}
	for i, list := range r.lists() {
		text(listNames[i], packList(*list))
	}
	for i, v := range r.numbers() {
		if *v != numberZeros[i] {
			entry(b.numbers, numberNames[i]).add(row, *v)
		}
	}
	text("goals", packGoals(r.Goals))
	text("params", string(r.Params))
	if flat := flattenRaw(r.Params); len(flat) > maxWide {
		entry(b.numbers, "wide").add(row, 1)
	} else {
		for _, p := range flat {
			w := entry(b.params, p.name)
			if len(w.rows) == 0 || w.rows[len(w.rows)-1] != uint32(row) { // a.b may be there in two ways
				w.add(row, p.value.pack())
			}
		}
	}
	b.addResults(row, r, text)
	b.addScalars(row, r, text)
}

func (b *Builder) addResults(row int, r *Row, text func(string, string)) {
	var names []string
	for _, result := range r.Results {
		if c := entry(b.results, result.Name); len(c.rows) == 0 || c.rows[len(c.rows)-1] != uint32(row) {
			c.add(row, result.Value)
			names = append(names, result.Name)
		}
	}
	text("results", packList(names))
}

func (b *Builder) addScalars(row int, r *Row, text func(string, string)) {
	var names []string
	for i := range r.Scalars {
		name := r.Scalars[i].Name
		if c := entry(b.scalars, name); len(c.rows) == 0 || c.rows[len(c.rows)-1] != uint32(row) {
			c.add(row, &r.Scalars[i])
			names = append(names, name)
		}
	}
	text("scalars", packList(names))
}

func (b *Builder) columns() map[string][]byte {
	columns := map[string][]byte{}
	for name, c := range b.texts {
		columns[name] = c.encode(b.n)
	}
	for name, c := range b.numbers {
		columns[name] = c.encode(b.n)
	}
	for name, c := range b.params {
		columns[paramColumn+name] = c.encode(b.n)
	}
	for name, c := range b.results {
		columns[resultColumn+name] = c.encode(b.n)
	}
	for name, c := range b.scalars {
		columns[lastColumn+name] = c.last.encode(b.n)
		columns[minColumn+name] = c.min.encode(b.n)
		columns[maxColumn+name] = c.max.encode(b.n)
		columns[restColumn+name] = c.encodeRest(b.n)
	}
	return columns
}

// assemble puts the file together.
func assemble(rows int, columns map[string][]byte) []byte {
	names := slices.SortedFunc(maps.Keys(columns), strings.Compare)
	directory := binary.AppendUvarint(nil, uint64(len(names)))
	size := 0
	for _, name := range names {
		data := columns[name]
		directory = binary.AppendUvarint(directory, uint64(len(name)))
		directory = append(directory, name...)
		directory = binary.AppendUvarint(directory, uint64(len(data)))
		directory = appendUint32(directory, crc32.Checksum(data, castagnoli))
		size += len(data)
	}
	file := make([]byte, 0, headLength+len(directory)+sumLength+size)
	file = append(file, magic...)
	file = appendUint32(file, version)
	file = appendUint32(file, uint32(rows))
	file = appendUint32(file, uint32(len(directory)))
	file = append(file, directory...)
	file = appendUint32(file, crc32.Checksum(file, castagnoli))
	for _, name := range names {
		file = append(file, columns[name]...)
	}
	return file
}

// packGoals is a list of goals as one text.
func packGoals(goals []record.NamedGoal) string {
	list := make([]string, len(goals))
	for i, g := range goals {
		list[i] = string(rune('1'+g.Goal)) + g.Name // '0', '1' or '2'
	}
	return packList(list)
}

func unpackGoals(packed string) ([]record.NamedGoal, error) {
	list, err := unpackList(packed)
	goals := make([]record.NamedGoal, 0, len(list))
	for _, s := range list {
		if s == "" || s[0] < '0' || s[0] > '2' {
			return nil, errMade("the goal %.40q", s)
		}
		goals = append(goals, record.NamedGoal{Name: s[1:], Goal: record.Goal(s[0]) - '1'})
	}
	return goals, err
}
