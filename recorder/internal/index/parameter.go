package index

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/exprec/exprec/recorder/internal/record"
)

// Kind is what a parameter is.
type Kind byte

// The kinds of parameters. Lists and maps are text: their JSON.
const (
	None Kind = iota
	Text
	Number
	Bool
)

// Parameter is a parameter as lists show it and queries compare it.
type Parameter struct {
	Kind Kind
	Text string // as it is shown; of a whole number all its digits
	Num  float64
}

// maxWide is how many parameters of a run are in columns. A run with more has
// all of its own in none: they are looked up in its params.
const maxWide = 256

// named is a parameter with its dotted name.
type named struct {
	name  string
	value Parameter
}

// flatten gives parameters by dotted names, sorted. Empty maps stay.
func flatten(params map[string]any) []named {
	var flat []named
	var walk func(prefix string, m map[string]any)
	walk = func(prefix string, m map[string]any) {
		for _, name := range slices.Sorted(maps.Keys(m)) {
			if inner, ok := m[name].(map[string]any); ok && len(inner) > 0 {
				walk(prefix+name+".", inner)
				continue
			}
			flat = append(flat, named{prefix + name, ParameterOf(m[name])})
		}
	}
	walk("", params)
	return flat
}

// flattenRaw is flatten for what params.msgpack holds.
func flattenRaw(raw []byte) []named {
	if len(raw) == 0 {
		return nil
	}
	params, err := record.DecodeParams(raw)
	if err != nil {
		return nil
	}
	return flatten(params)
}

// ParameterOf makes a value of a run's parameters fit for lists.
func ParameterOf(v any) Parameter {
	switch v := v.(type) {
	case nil:
		return Parameter{Kind: Text, Text: "null"}
	case bool:
		p := Parameter{Kind: Bool, Text: strconv.FormatBool(v)}
		if v {
			p.Num = 1
		}
		return p
	case string:
		return Parameter{Kind: Text, Text: v}
	case int64:
		return Parameter{Kind: Number, Text: strconv.FormatInt(v, 10), Num: float64(v)}
	case uint64:
		return Parameter{Kind: Number, Text: strconv.FormatUint(v, 10), Num: float64(v)}
	case float64:
		return Parameter{Kind: Number, Text: strconv.FormatFloat(v, 'g', -1, 64), Num: v}
	case float32:
		// 0.1 as a float32 is meant as 0.1.
		text := strconv.FormatFloat(float64(v), 'g', -1, 32)
		num, _ := strconv.ParseFloat(text, 64)
		return Parameter{Kind: Number, Text: text, Num: num}
	case []byte:
		return Parameter{Kind: Text, Text: fmt.Sprintf("%d bytes", len(v))}
	}
	var b strings.Builder
	appendJSON(&b, v)
	return Parameter{Kind: Text, Text: b.String()}
}

// appendJSON writes lists and maps; numbers that JSON has no word for are texts.
func appendJSON(b *strings.Builder, v any) {
	switch v := v.(type) {
	case []any:
		b.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			appendJSON(b, item)
		}
		b.WriteByte(']')
	case map[string]any:
		b.WriteByte('{')
		for i, name := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				b.WriteByte(',')
			}
			appendJSON(b, name)
			b.WriteByte(':')
			appendJSON(b, v[name])
		}
		b.WriteByte('}')
	case nil, string:
		text, _ := json.Marshal(v) // neither can fail
		b.Write(text)
	default:
		p := ParameterOf(v)
		if p.Kind == Text || p.Kind == Number && (math.IsNaN(p.Num) || math.IsInf(p.Num, 0)) {
			p.Text = strconv.Quote(p.Text)
		}
		b.WriteString(p.Text)
	}
}

// pack is a parameter as a column's dictionary holds it.
func (p Parameter) pack() string {
	b := []byte{byte(p.Kind)}
	if p.Kind != Text {
		b = appendUint64(b, math.Float64bits(p.Num))
	}
	return string(append(b, p.Text...))
}

func unpackParameter(s string) (Parameter, error) {
	if s == "" {
		return Parameter{}, errMade("an empty parameter")
	}
	p := Parameter{Kind: Kind(s[0])}
	s = s[1:]
	switch p.Kind {
	case Text:
	case Number, Bool:
		if len(s) < 8 {
			return Parameter{}, errMade("a parameter of %d bytes", len(s))
		}
		p.Num = math.Float64frombits(uint64At([]byte(s[:8])))
		s = s[8:]
	default:
		return Parameter{}, errMade("a parameter of kind %d", p.Kind)
	}
	p.Text = s
	return p, nil
}
