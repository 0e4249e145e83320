package say

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/exprec/exprec/recorder/export"
)

// Param shows a parameter, which may be nested, on one line.
func Param(v any) string {
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
		return Count(len(v), "byte")
	case map[string]any, []any:
		var text bytes.Buffer
		e := json.NewEncoder(&text)
		e.SetEscapeHTML(false)
		if e.Encode(export.Value(v)) == nil {
			return string(bytes.TrimSpace(text.Bytes()))
		}
	}
	return fmt.Sprint(v)
}
