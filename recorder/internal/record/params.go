package record

import (
	"fmt"
	"maps"
	"math"
	"slices"
)

// MaxParams bounds the bytes of params.msgpack that are decoded.
const MaxParams = 64 << 20

// EncodeParams gives the bytes of params.msgpack. Values are nil, bool, int,
// int64, uint64, float32, float64, string, []byte, []any, []string and
// map[string]any, nested at most 64 deep; any other is [ErrInvalid]. Keys are
// sorted at every level. A string that is not UTF-8 is stored as bytes.
func EncodeParams(params map[string]any) ([]byte, error) {
	data, err := appendValue(nil, params, maxDepth)
	if err != nil {
		return nil, fmt.Errorf("parameters: %w", err)
	}
	return data, nil
}

// DecodeParams reads params.msgpack. Integers come back as int64, those beyond
// it as uint64; the other types as they were given to [EncodeParams].
func DecodeParams(data []byte) (map[string]any, error) {
	if len(data) > MaxParams {
		return nil, fmt.Errorf("params.msgpack: %w", tooLarge("%d bytes, at most %d are read", len(data), MaxParams))
	}
	r := &reader{data: data}
	value, err := readValue(r, maxDepth)
	if err == nil {
		err = r.end()
	}
	if err != nil {
		return nil, fmt.Errorf("params.msgpack: %w", err)
	}
	params, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("params.msgpack: %w", corrupt("not a map"))
	}
	return params, nil
}

func appendValue(b []byte, value any, depth int) ([]byte, error) {
	switch v := value.(type) {
	case nil:
		return appendNil(b), nil
	case bool:
		return appendBool(b, v), nil
	case int:
		return appendInt(b, int64(v)), nil
	case int64:
		return appendInt(b, v), nil
	case uint64:
		return appendUint(b, v), nil
	case float32:
		return appendFloat32(b, v), nil
	case float64:
		return appendFloat(b, v), nil
	case string:
		return appendString(b, v), nil
	case []byte:
		return appendBin(b, v), nil
	}
	if depth == 0 {
		return nil, invalid("values nest more than %d deep", maxDepth)
	}
	switch v := value.(type) {
	case []string:
		b = appendArrayHead(b, len(v))
		for _, s := range v {
			b = appendString(b, s)
		}
		return b, nil
	case []any:
		return appendSlice(b, v, depth)
	case map[string]any:
		return appendSorted(b, v, depth)
	}
	return nil, invalid("a value of type %T", value)
}

func appendSlice(b []byte, v []any, depth int) ([]byte, error) {
	b = appendArrayHead(b, len(v))
	for i, item := range v {
		var err error
		if b, err = appendValue(b, item, depth-1); err != nil {
			return nil, fmt.Errorf("[%d]: %w", i, err)
		}
	}
	return b, nil
}

func appendSorted(b []byte, v map[string]any, depth int) ([]byte, error) {
	b = appendMapHead(b, len(v))
	for _, key := range slices.Sorted(maps.Keys(v)) {
		var err error
		b = appendString(b, key)
		if b, err = appendValue(b, v[key], depth-1); err != nil {
			return nil, fmt.Errorf("%q: %w", key, err)
		}
	}
	return b, nil
}

func readValue(r *reader, depth int) (any, error) {
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
	if depth == 0 {
		return nil, tooLarge("values nest more than %d deep", maxDepth)
	}
	if h.kind == kindArray {
		return readSlice(r, h.n, depth)
	}
	return readMap(r, h.n, depth)
}

func readSlice(r *reader, n, depth int) (any, error) {
	items := make([]any, 0, min(n, 64))
	for range n {
		item, err := readValue(r, depth-1)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

func readMap(r *reader, n, depth int) (any, error) {
	items := make(map[string]any, min(n, 64))
	for range n {
		key, err := r.text()
		if err != nil {
			return nil, fmt.Errorf("name of a parameter: %w", err)
		}
		if _, twice := items[string(key)]; twice {
			return nil, corrupt("the parameter %q comes twice", key)
		}
		if items[string(key)], err = readValue(r, depth-1); err != nil {
			return nil, fmt.Errorf("%q: %w", key, err)
		}
	}
	return items, nil
}
