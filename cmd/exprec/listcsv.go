package main

import (
	"context"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/recorder/export"
)

// listCSV writes the keys that were asked for, else everything.
func (a *app) listCSV(ctx context.Context, rows *recorder.Rows, keys []string) error {
	return export.CSV(ctx, a.out, rows, keys, sanitizeLine)
}

// csvText makes text harmless for terminals, and for spreadsheets.
func csvText(s string) string { return export.CSVText(sanitizeLine(s)) }
