package main

import (
	"context"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/recorder/export"
)

func (a *app) listJSON(ctx context.Context, rows *recorder.Rows) error {
	document := export.List{Schema: export.Schema, Runs: []*export.Run{}}
	for i := range rows.Len() {
		if err := ctx.Err(); err != nil {
			return err
		}
		document.Runs = append(document.Runs, export.OfRow(rows.At(i)))
	}
	return encode(a.out, document, "  ")
}

func (a *app) listLines(ctx context.Context, rows *recorder.Rows) error {
	for i := range rows.Len() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := encode(a.out, export.OfRow(rows.At(i)), ""); err != nil {
			return err
		}
	}
	return nil
}
