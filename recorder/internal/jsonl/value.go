package jsonl

import "encoding/base64"

// A value that JSON has no form for is an object with one of these names and
// nothing else. mapName is for a map that looks like one.
const (
	floatName = "float"
	bytesName = "bytes"
	mapName   = "map"
)

// plain is a parameter's value as record.EncodeParams takes it.
func plain(value any) any {
	switch v := value.(type) {
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
		return v
	case object:
		if special, ok := v.special(); ok {
			return special
		}
		return v.plain()
	}
	return value
}

func (o object) plain() map[string]any {
	m := make(map[string]any, len(o))
	for _, e := range o {
		m[e.name] = plain(e.value)
	}
	return m
}

// special reads a value that JSON has no form for.
func (o object) special() (any, bool) {
	if len(o) != 1 {
		return nil, false
	}
	switch v := o[0].value.(type) {
	case string:
		switch o[0].name {
		case floatName:
			f, ok := notFinite(v)
			return f, ok
		case bytesName:
			data, err := base64.StdEncoding.DecodeString(v)
			return data, err == nil
		}
	case object:
		if o[0].name == mapName {
			return v.plain(), true
		}
	}
	return nil, false
}
