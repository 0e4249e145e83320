package recorder

import (
	"fmt"
	"strings"
	"testing"

	"github.com/exprec/exprec/recorder/internal/record"
)

// Parameters that no file may hold cost themselves, not the record.
func TestTooLargeParameters(t *testing.T) {
	f := &folded{params: map[string]any{"lr": 0.1}}
	for i := range 9 {
		f.params[fmt.Sprint("huge ", i)] = strings.Repeat("x", record.MaxParams/8)
	}
	run := &record.Run{}
	params, err := record.DecodeParams(f.encodeParams(run))
	if err != nil || params["lr"] != 0.1 || len(params) < 2 || len(params) >= len(f.params) {
		t.Errorf("%d parameters are kept, %v", len(params), err)
	}
	if len(run.Warnings) != 1 {
		t.Errorf("warnings %q", run.Warnings)
	}
}
