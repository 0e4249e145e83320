package index

import (
	"hash/crc32"
	"io"
	"math"
	"sort"
	"strings"
	"sync"

	"github.com/exprec/exprec/recorder/internal/record"
)

// maxDirectory bounds the directory of a table, in bytes.
const maxDirectory = 256 << 20

// Table is rows in columns. A column is read and checked when it is first asked
// for. It is safe for concurrent use.
type Table struct {
	file io.ReaderAt
	n    int
	keys []byte
	at   map[string]section

	mu      sync.Mutex
	columns map[string]any // what was read
	made    map[string]any // lists and goals that were made of it
	wide    map[int]map[string]Parameter
}

// section is where a column lies.
type section struct {
	offset int64
	length int
	sum    uint32
}

// Empty is a table without rows.
func Empty() *Table {
	return &Table{at: map[string]section{}, columns: map[string]any{}, made: map[string]any{}}
}

// Open reads the directory of a table and the keys of its rows. The error is
// [ErrUnusable].
func Open(file io.ReaderAt, size int64) (*Table, error) {
	head := make([]byte, headLength)
	if size < int64(headLength+sumLength) {
		return nil, errMade("%d bytes", size)
	}
	if _, err := file.ReadAt(head, 0); err != nil {
		return nil, errMade("%v", err)
	}
	rest := head[len(magic):]
	if string(head[:len(magic)]) != magic || uint32At(rest) != version {
		return nil, errMade("it is of another kind or version")
	}
	rows, length := uint32At(rest[4:]), int64(uint32At(rest[8:]))
	if length > maxDirectory || length > size-int64(headLength+sumLength) || rows > math.MaxInt32/keyLength {
		return nil, errMade("a directory of %d bytes for %d rows", length, rows)
	}
	data := make([]byte, int(length)+sumLength)
	if _, err := file.ReadAt(data, int64(headLength)); err != nil {
		return nil, errMade("%v", err)
	}
	directory := data[:length]
	if sum := crc32.Update(crc32.Checksum(head, castagnoli), castagnoli, directory); sum != uint32At(data[length:]) {
		return nil, errMade("the checksum of its beginning is wrong")
	}
	t := &Table{file: file, n: int(rows), at: map[string]section{}, columns: map[string]any{}, made: map[string]any{}}
	if err := t.readDirectory(directory, int64(headLength+sumLength)+length, size); err != nil {
		return nil, err
	}
	return t, t.readKeys()
}

func (t *Table) readDirectory(directory []byte, offset, size int64) error {
	d := decoder{data: directory}
	for range d.count() {
		name := string(d.bytes(d.count()))
		length := d.uvarint()
		sum := d.bytes(4)
		if d.err != nil || length > uint64(size-offset) {
			d.fail("a column of %d bytes at %d", length, offset)
			break
		}
		t.at[name] = section{offset, int(length), uint32At(sum)}
		offset += int64(length)
	}
	if d.err == nil && offset != size {
		d.fail("it has %d bytes and should have %d", size, offset)
	}
	return d.end()
}

func (t *Table) readKeys() (err error) {
	if t.keys, err = t.read(keysColumn); err != nil {
		return err
	}
	if len(t.keys) != t.n*keyLength {
		return errMade("keys of %d bytes for %d rows", len(t.keys), t.n)
	}
	for i := 1; i < t.n; i++ {
		if t.Key(i-1).Compare(t.Key(i)) >= 0 {
			return errMade("its keys are out of order")
		}
	}
	return nil
}

// read gives the bytes of a column, nil of one that is not there.
func (t *Table) read(name string) ([]byte, error) {
	s, ok := t.at[name]
	if !ok {
		return nil, nil
	}
	data := make([]byte, s.length)
	if n, err := t.file.ReadAt(data, s.offset); n < len(data) {
		return nil, errMade("%v", err)
	}
	if crc32.Checksum(data, castagnoli) != s.sum {
		return nil, errMade("the checksum of the column %.40q is wrong", name)
	}
	return data, nil
}

// Len is the number of rows.
func (t *Table) Len() int { return t.n }

// Key names a row.
func (t *Table) Key(row int) (k Key) {
	b := t.keys[row*keyLength:]
	copy(k.ID[:], b)
	copy(k.Tip[:], b[len(k.ID):])
	return k
}

// Find is the first row whose key is not before k, and whether it is k's.
func (t *Table) Find(k Key) (row int, ok bool) {
	row = sort.Search(t.n, func(i int) bool { return t.Key(i).Compare(k) >= 0 })
	return row, row < t.n && t.Key(row) == k
}

// column decodes a column once. The zero T stands for one that is not there.
func column[T any](t *Table, name string, decode func([]byte) (T, error)) (T, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var none T
	if known, ok := t.columns[name]; ok {
		return known.(T), nil
	}
	if _, ok := t.at[name]; !ok {
		return none, nil
	}
	data, err := t.read(name)
	if err != nil {
		return none, err
	}
	c, err := decode(data)
	if err != nil {
		return none, err
	}
	t.columns[name] = c
	return c, nil
}

// Texts is a column of texts, nil where no row has any.
func (t *Table) Texts(name string) (*Texts, error) {
	return column(t, name, func(data []byte) (*Texts, error) { return decodeTexts(data, t.n) })
}

// Numbers is a column of whole numbers.
func (t *Table) Numbers(name string) (*Numbers, error) {
	zero := int64(0)
	for i, known := range numberNames {
		if known == name {
			zero = numberZeros[i]
		}
	}
	c, err := column(t, name, func(data []byte) (*Numbers, error) { return decodeNumbers(data, t.n, zero) })
	if c == nil && err == nil {
		c = &Numbers{zero: zero}
	}
	return c, err
}

// The values of a scalar that have columns of their own.
const (
	Last = lastColumn
	Min  = minColumn
	Max  = maxColumn
)

// Scalar is the last, least or greatest value of a scalar in each row, nil
// where no row has it.
func (t *Table) Scalar(of, name string) (*Floats, error) { return t.floats(of + name) }

// Result is a result in each row, nil where no row has it.
func (t *Table) Result(name string) (*Floats, error) { return t.floats(resultColumn + name) }

func (t *Table) floats(name string) (*Floats, error) {
	return column(t, name, func(data []byte) (*Floats, error) { return decodeFloats(data, t.n) })
}

// Summaries is the rest of what is known of a scalar, nil where no row has it.
func (t *Table) Summaries(name string) (*Scalars, error) {
	return column(t, restColumn+name, func(data []byte) (*Scalars, error) { return decodeScalars(data, t.n) })
}

// ScalarNames are the scalars that some row has, in no order.
func (t *Table) ScalarNames() []string { return t.names(lastColumn) }

// ResultNames are the results that some row has, in no order.
func (t *Table) ResultNames() []string { return t.names(resultColumn) }

func (t *Table) names(prefix string) []string {
	var names []string
	for column := range t.at {
		if name, ok := strings.CutPrefix(column, prefix); ok {
			names = append(names, name)
		}
	}
	return names
}

// Row gives all that is known of a row.
func (t *Table) Row(row int) (r Row, err error) {
	keep := func(e error) {
		if err == nil {
			err = e
		}
	}
	text := func(name string) string {
		c, e := t.Texts(name)
		keep(e)
		return c.Text(row)
	}
	list := func(name string) []string {
		l, e := unpackList(text(name))
		keep(e)
		return l
	}
	r.Key = t.Key(row)
	for i, s := range r.texts() {
		*s = text(textNames[i])
	}
	for i, l := range r.lists() {
		*l = list(listNames[i])
	}
	for i, v := range r.numbers() {
		c, e := t.Numbers(numberNames[i])
		if keep(e); e == nil {
			*v = c.Number(row)
		}
	}
	if params := text("params"); params != "" {
		r.Params = []byte(params)
	}
	goals, e := unpackGoals(text("goals"))
	keep(e)
	r.Goals = goals
	for _, name := range list("results") {
		c, e := t.Result(name)
		if keep(e); c != nil {
			v, _ := c.Float(row)
			r.Results = append(r.Results, record.Result{Name: name, Value: v})
		}
	}
	for _, name := range list("scalars") {
		s, e := t.scalar(name, row)
		keep(e)
		r.Scalars = append(r.Scalars, s)
	}
	return r, err
}

// scalar puts the summary of a scalar together.
func (t *Table) scalar(name string, row int) (s record.ScalarSummary, err error) {
	rest, err := t.Summaries(name)
	if rest != nil {
		s, _ = rest.Summary(row)
	}
	s.Name = name
	for of, v := range map[string]*float64{Last: &s.Last, Min: &s.Min, Max: &s.Max} {
		c, e := t.Scalar(of, name)
		if err == nil {
			err = e
		}
		if c != nil {
			*v, _ = c.Float(row)
		}
	}
	return s, err
}
