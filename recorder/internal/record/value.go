package record

import (
	"fmt"
	"maps"
	"math"
	"slices"
)

// valueWriter appends values of any kind that parameters may have.
type valueWriter struct {
	buf    []byte
	values int // within lists and maps
}

func (w *valueWriter) value(value any, depth int) error {
	switch v := value.(type) {
	case nil:
		w.buf = appendNil(w.buf)
	case bool:
		w.buf = appendBool(w.buf, v)
	case int:
		w.buf = appendInt(w.buf, int64(v))
	case int64:
		w.buf = appendInt(w.buf, v)
	case uint64:
		w.buf = appendUint(w.buf, v)
	case float32:
		w.buf = appendFloat32(w.buf, v)
	case float64:
		w.buf = appendFloat(w.buf, v)
	case string:
		w.buf = appendString(w.buf, v)
	case []byte:
		w.buf = appendBin(w.buf, v)
	default:
		return w.nested(value, depth)
	}
	return nil
}

func (w *valueWriter) nested(value any, depth int) error {
	if depth == 0 {
		return invalid("values nest more than %d deep", maxDepth)
	}
	switch v := value.(type) {
	case []string:
		w.values += len(v)
		w.buf = appendArrayHead(w.buf, len(v))
		for _, s := range v {
			w.buf = appendString(w.buf, s)
		}
		return nil
	case []any:
		return w.list(v, depth)
	case map[string]any:
		return w.mapping(v, depth)
	}
	return invalid("a value of type %T", value)
}

func (w *valueWriter) list(v []any, depth int) error {
	w.values += len(v)
	w.buf = appendArrayHead(w.buf, len(v))
	for i, item := range v {
		if err := w.value(item, depth-1); err != nil {
			return fmt.Errorf("[%d]: %w", i, err)
		}
	}
	return nil
}

func (w *valueWriter) mapping(v map[string]any, depth int) error {
	w.values += len(v)
	w.buf = appendMapHead(w.buf, len(v))
	for _, key := range slices.Sorted(maps.Keys(v)) {
		w.buf = appendString(w.buf, key)
		if err := w.value(v[key], depth-1); err != nil {
			return fmt.Errorf("%q: %w", key, err)
		}
	}
	return nil
}

// valueReader reads values of any kind, and no more than MaxParamValues.
type valueReader struct {
	reader
	values int // within lists and maps
}

func (r *valueReader) value(depth int) (any, error) {
	h, err := r.head()
	if err != nil {
		return nil, err
	}
	switch h.kind {
	case kindNil:
		return nil, nil
	case kindBool:
		return h.bits == 1, nil
	case kindInt:
		return int64(h.bits), nil
	case kindUint:
		if h.bits > math.MaxInt64 {
			return h.bits, nil
		}
		return int64(h.bits), nil
	case kindFloat32:
		return math.Float32frombits(uint32(h.bits)), nil
	case kindFloat:
		return math.Float64frombits(h.bits), nil
	case kindString:
		return string(r.bytes(h.n)), nil
	case kindBin:
		return slices.Clone(r.bytes(h.n)), nil
	case kindExt:
		return nil, corrupt("an extension type, which no version writes")
	}
	return r.nested(h, depth)
}

func (r *valueReader) nested(h head, depth int) (any, error) {
	if depth == 0 {
		return nil, tooLarge("values nest more than %d deep", maxDepth)
	}
	if r.values += h.n; r.values > MaxParamValues {
		return nil, tooLarge("more than %d values", MaxParamValues)
	}
	if h.kind == kindArray {
		return r.list(h.n, depth)
	}
	return r.mapping(h.n, depth)
}

func (r *valueReader) list(n, depth int) (any, error) {
	items := make([]any, 0, min(n, 64))
	for range n {
		item, err := r.value(depth - 1)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

func (r *valueReader) mapping(n, depth int) (any, error) {
	items := make(map[string]any, min(n, 64))
	for range n {
		key, err := r.text()
		if err != nil {
			return nil, fmt.Errorf("name of a parameter: %w", err)
		}
		if _, twice := items[string(key)]; twice {
			return nil, corrupt("the parameter %q comes twice", key)
		}
		if items[string(key)], err = r.value(depth - 1); err != nil {
			return nil, fmt.Errorf("%q: %w", key, err)
		}
	}
	return items, nil
}
