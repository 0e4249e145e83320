package recorder

import "github.com/exprec/exprec/recorder/internal/redact"

// withoutSecrets masks what a parameter holds of secrets: the texts below a
// name that says so, as on the command line, and what looks like a key of a
// known service or the password of a URL anywhere. It reports whether anything
// was masked. The value is one of plainValue, and not changed.
func withoutSecrets(name string, value any) (masked any, hidden bool) {
	switch v := value.(type) {
	case string:
		if v != "" && v != redact.Mask && redact.Name(name) {
			return redact.Mask, true
		}
		text := redact.Text(v)
		return text, text != v
	case []byte:
		if len(v) > 0 && redact.Name(name) {
			return redact.Mask, true
		}
	case []any:
		list := make([]any, len(v))
		for i, entry := range v {
			entry, found := withoutSecrets(name, entry)
			list[i], hidden = entry, hidden || found
		}
		return list, hidden
	case map[string]any:
		entries := make(map[string]any, len(v))
		for key, entry := range v {
			inner := key
			if redact.Name(name) {
				inner = name // all below it are secrets
			}
			entry, found := withoutSecrets(inner, entry)
			entries[key], hidden = entry, hidden || found
		}
		return entries, hidden
	}
	return value, false
}
