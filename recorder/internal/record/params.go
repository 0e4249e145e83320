package record

import "fmt"

// Limits of params.msgpack.
const (
	MaxParams      = 64 << 20 // bytes
	MaxParamValues = 1 << 20  // values at all levels
)

// EncodeParams gives the bytes of params.msgpack. Values are nil, bool, int,
// int64, uint64, float32, float64, string, []byte, []any, []string and
// map[string]any, nested at most 64 deep; any other is [ErrInvalid], and more
// than the limits is [ErrTooLarge]. Keys are sorted at every level. A string
// that is not UTF-8 is stored as bytes.
func EncodeParams(params map[string]any) ([]byte, error) {
	w := &valueWriter{}
	err := w.value(params, maxDepth)
	if err == nil && (len(w.buf) > MaxParams || w.values > MaxParamValues) {
		err = tooLarge("%d values in %d bytes, at most %d in %d are allowed", w.values, len(w.buf), MaxParamValues, MaxParams)
	}
	if err != nil {
		return nil, fmt.Errorf("parameters: %w", err)
	}
	return w.buf, nil
}

// DecodeParams reads params.msgpack. Integers come back as int64, those beyond
// it as uint64; the other types as they were given to [EncodeParams].
func DecodeParams(data []byte) (map[string]any, error) {
	if len(data) > MaxParams {
		return nil, fmt.Errorf("params.msgpack: %w", tooLarge("%d bytes, at most %d are read", len(data), MaxParams))
	}
	r := &valueReader{reader: reader{data: data}}
	value, err := r.value(maxDepth)
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
