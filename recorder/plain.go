package recorder

import (
	"encoding"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// maxDepth bounds how deep a parameter may nest; a cycle ends there.
const maxDepth = 32

// plainValue turns any Go value into what a parameter may hold: nil, bool,
// int64, uint64, float32, float64, string, []byte, []any and map[string]any.
// The notes say what became text and why.
func plainValue(value any) (plain any, notes []string) {
	p := plainer{}
	defer func() {
		// A method of the value, such as MarshalText, may panic.
		if r := recover(); r != nil {
			plain = fmt.Sprintf("%T", value)
			notes = append(p.notes, fmt.Sprintf("reading it panicked: %v", r))
		}
	}()
	return p.value(reflect.ValueOf(value), 0), p.notes
}

type plainer struct{ notes []string }

// text keeps a value as what fmt prints of it.
func (p *plainer) text(v reflect.Value, why string) any {
	p.notes = append(p.notes, why)
	return p.string(fmt.Sprint(safe(v)))
}

// safe keeps fmt from walking into a cycle.
func safe(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Map, reflect.Slice, reflect.Pointer, reflect.Struct, reflect.Array, reflect.Interface:
		return v.Type().String()
	}
	if v.CanInterface() {
		return v.Interface()
	}
	return v.Type().String()
}

// string keeps text as it is when it is UTF-8, else quoted as Go would.
func (p *plainer) string(s string) any {
	if utf8.ValidString(s) {
		return s
	}
	p.notes = append(p.notes, "its text is not UTF-8 and was quoted")
	return fmt.Sprintf("%q", s)
}

func (p *plainer) value(v reflect.Value, depth int) any {
	if !v.IsValid() {
		return nil
	}
	if depth > maxDepth {
		return p.text(v, fmt.Sprintf("it nests deeper than %d levels", maxDepth))
	}
	if text, ok := p.wellKnown(v); ok {
		return text
	}
	switch v.Kind() {
	case reflect.Bool:
		return v.Bool()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int()
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return unsigned(v.Uint())
	case reflect.Float32:
		return float32(v.Float())
	case reflect.Float64:
		return v.Float()
	case reflect.Complex64, reflect.Complex128:
		return fmt.Sprint(v.Complex())
	case reflect.String:
		return p.string(v.String())
	case reflect.Pointer, reflect.Interface:
		return p.value(v.Elem(), depth+1)
	case reflect.Slice, reflect.Array:
		return p.list(v, depth)
	case reflect.Map:
		return p.entries(v, depth)
	case reflect.Struct:
		return p.fields(v, depth)
	}
	return p.text(v, fmt.Sprintf("a %s has no value to store", v.Type()))
}

func unsigned(u uint64) any {
	if u <= math.MaxInt64 {
		return int64(u)
	}
	return u
}

// wellKnown are the types whose text says more than their fields.
func (p *plainer) wellKnown(v reflect.Value) (any, bool) {
	if !v.CanInterface() || nilPointer(v) {
		return nil, false
	}
	switch x := v.Interface().(type) {
	case time.Time:
		return x.Format(time.RFC3339Nano), true
	case time.Duration:
		return x.String(), true
	case json.Number:
		return number(x), true
	case error:
		return p.string(x.Error()), true
	case encoding.TextMarshaler:
		if text, err := x.MarshalText(); err == nil {
			return p.string(string(text)), true
		}
	}
	return nil, false
}

// number keeps the digits of a JSON number that no Go number holds.
func number(n json.Number) any {
	if i, err := n.Int64(); err == nil {
		return i
	}
	if f, err := n.Float64(); err == nil {
		return f
	}
	return n.String()
}

func nilPointer(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan:
		return v.IsNil()
	}
	return false
}

func (p *plainer) list(v reflect.Value, depth int) any {
	if v.Kind() == reflect.Slice && v.IsNil() {
		return nil
	}
	if v.Type().Elem().Kind() == reflect.Uint8 && v.Kind() == reflect.Slice {
		return slices.Clone(v.Bytes())
	}
	list := make([]any, v.Len())
	for i := range list {
		list[i] = p.value(v.Index(i), depth+1)
	}
	return list
}

func (p *plainer) entries(v reflect.Value, depth int) any {
	if v.IsNil() {
		return nil
	}
	named := make(map[string]any, v.Len())
	for key, value := range v.Seq2() {
		named[p.key(key)] = p.value(value, depth+1)
	}
	return named
}

// key is the text of a map's key.
func (p *plainer) key(key reflect.Value) string {
	if plain := p.value(key, maxDepth); plain != nil {
		return fmt.Sprint(plain)
	}
	return "null"
}

// fields are those encoding/json would write: exported, by their json names,
// embedded structs inlined. omitempty is not obeyed: a zero is what ran.
func (p *plainer) fields(v reflect.Value, depth int) any {
	named := map[string]any{}
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "-" && options == "" {
			continue
		}
		if field.Anonymous && name == "" {
			if inner, ok := p.embedded(v.Field(i), depth); ok {
				mergeUnder(named, inner)
				continue
			}
		}
		if !field.IsExported() {
			continue
		}
		if name == "" {
			name = field.Name
		}
		named[name] = p.value(v.Field(i), depth+1)
	}
	return named
}

func (p *plainer) embedded(v reflect.Value, depth int) (map[string]any, bool) {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil, true
		}
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct || depth > maxDepth {
		return nil, false
	}
	if _, ok := p.wellKnown(v); ok {
		return nil, false
	}
	inner, ok := p.fields(v, depth+1).(map[string]any)
	return inner, ok
}

// mergeUnder adds the fields of an embedded struct; the outer ones win.
func mergeUnder(outer, inner map[string]any) {
	for name, value := range inner {
		if _, taken := outer[name]; !taken {
			outer[name] = value
		}
	}
}

func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
