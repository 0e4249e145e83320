package main

import (
	"context"

	"github.com/exprec/exprec/recorder"
)

func (a *app) listJSON(ctx context.Context, rows *recorder.Rows) error {
	document := listJSON{Schema: schema, Runs: []*runJSON{}}
	for i := range rows.Len() {
		if err := ctx.Err(); err != nil {
			return err
		}
		document.Runs = append(document.Runs, jsonRow(rows.At(i)))
	}
	return encode(a.out, document, "  ")
}

func (a *app) listLines(ctx context.Context, rows *recorder.Rows) error {
	for i := range rows.Len() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := encode(a.out, jsonRow(rows.At(i)), ""); err != nil {
			return err
		}
	}
	return nil
}
