package views

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// value shows a parameter, which may be nested, on one line.
func value(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		if v == "" {
			return `""`
		}
		return v
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case float32:
		return strconv.FormatFloat(float64(v), 'g', -1, 32)
	case []byte:
		return count(len(v), "byte")
	case map[string]any, []any:
		var text bytes.Buffer
		e := json.NewEncoder(&text)
		e.SetEscapeHTML(false)
		if e.Encode(v) == nil { // it fails on NaN and infinities
			return string(bytes.TrimSpace(text.Bytes()))
		}
	}
	return fmt.Sprint(v)
}
