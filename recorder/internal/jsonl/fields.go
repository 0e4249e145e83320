package jsonl

import (
	"fmt"
	"math"
)

// fields are the entries of an object, found by name: the last one of a name
// counts.
type fields struct{ object }

func (f fields) get(name string) (any, bool) {
	for i := len(f.object) - 1; i >= 0; i-- {
		if f.object[i].name == name {
			return f.object[i].value, true
		}
	}
	return nil, false
}

func (f fields) text(name string) (string, bool) {
	value, _ := f.get(name)
	text, ok := value.(string)
	return text, ok
}

// int is a whole number, also one that is written as 3.0.
func (f fields) int(name string) (int64, bool) {
	value, _ := f.get(name)
	return whole(value)
}

func whole(value any) (int64, bool) {
	switch n := value.(type) {
	case int64:
		return n, true
	case float64:
		if n == math.Trunc(n) && math.Abs(n) < 1<<63 {
			return int64(n), true
		}
	}
	return 0, false
}

// number is a value of a scalar or a result.
func number(value any) (float64, error) {
	switch n := value.(type) {
	case int64:
		return float64(n), nil
	case uint64:
		return float64(n), nil
	case float64:
		return n, nil
	case bool:
		if n {
			return 1, nil
		}
		return 0, nil
	case string:
		if f, ok := notFinite(n); ok {
			return f, nil
		}
	}
	return 0, fmt.Errorf("its value is no number")
}
