package record

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/vmihailenco/msgpack/v5"
)

// formatText is FORMAT.md: what others write readers by.
func formatText(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "FORMAT.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var (
	rowForm  = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| `([^`]+)` \\|$")
	pairForm = regexp.MustCompile("(?m)^\\| `([^`]+)`, then `([^`]+)` \\| `([^`]+)`, then `([^`]+)` \\|$")
)

// The table of names in FORMAT.md is what the code does.
func TestNamesAsWritten(t *testing.T) {
	_, text, _ := strings.Cut(formatText(t), "| name | segment |")
	rows := rowForm.FindAllStringSubmatch(text, -1)
	if len(rows) < 10 {
		t.Fatalf("the table has %d rows", len(rows))
	}
	for _, row := range rows {
		if got := EncodeName(row[1]); got != row[2] {
			t.Errorf("%q becomes %q, FORMAT.md says %q", row[1], got, row[2])
		}
	}
	pair := pairForm.FindStringSubmatch(text)
	if pair == nil {
		t.Fatal("the table has no row of two names that differ in case")
	}
	var names Names
	if one, two := names.Encode(pair[1]), names.Encode(pair[2]); one != pair[3] || two != pair[4] {
		t.Errorf("%q and %q become %q and %q", pair[1], pair[2], one, two)
	}
}

// Every field that is written stands in FORMAT.md, in the section of its file.
func TestFieldsAsWritten(t *testing.T) {
	sections := map[string]string{"scalars-0000.msgpack": "scalars/NNNN.msgpack: columns", "marks.msgpack": "output/marks.msgpack"}
	for name, data := range goldenFiles() {
		if name == "params.msgpack" {
			continue // its fields are the user's
		}
		heading := name
		if other, ok := sections[name]; ok {
			heading = other
		}
		_, section, found := strings.Cut(formatText(t), "\n## "+heading+"\n")
		if !found {
			t.Errorf("no section %q", heading)
			continue
		}
		section, _, _ = strings.Cut(section, "\n## ")
		var content any
		if err := msgpack.Unmarshal(data, &content); err != nil {
			t.Fatal(err)
		}
		for key := range keys(content) {
			if !strings.Contains(section, "`"+key+"`") {
				t.Errorf("%s: the field %q is not described", name, key)
			}
		}
	}
}

// keys gives the keys of all maps in v.
func keys(v any) map[string]bool {
	found := map[string]bool{}
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			found[key] = true
			for k := range keys(inner) {
				found[k] = true
			}
		}
	case []any:
		for _, inner := range v {
			for k := range keys(inner) {
				found[k] = true
			}
		}
	}
	return found
}
