package export

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/exprec/exprec/recorder"
)

// csvKeys are the columns of list --csv, before the parameters, results and
// scalars.
var csvKeys = []string{"id", "label", "name", "title", "group", "status", "started", "ended", "duration", "exit", "error",
	"command", "host", "user", "commit", "branch", "dirty", "tag", "archived", "size"}

// csvColumn is a column of values for programs.
type csvColumn struct {
	title  string
	values *recorder.Column
}

// CSV writes the keys that were asked for, else everything: parameters as
// param.x, results as result.x, the last values of scalars as scalar.x. Texts go
// through clean first, nil leaves them as they are.
func CSV(ctx context.Context, out io.Writer, rows *recorder.Rows, keys []string, clean func(string) string) error {
	text := func(s string) string {
		if clean != nil {
			s = clean(s)
		}
		return CSVText(s)
	}
	everything := len(keys) == 0
	if everything {
		keys = csvKeys
	}
	var columns []csvColumn
	for _, key := range keys {
		values, err := rows.Column(key)
		if err != nil {
			return err
		}
		columns = append(columns, csvColumn{key, values})
	}
	if everything {
		columns = append(columns, measured(rows)...)
	}
	w := csv.NewWriter(out)
	line := make([]string, len(columns))
	for i, c := range columns {
		line[i] = text(c.title)
	}
	if err := w.Write(line); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	for i := range rows.Len() {
		if err := ctx.Err(); err != nil {
			return err
		}
		for j, c := range columns {
			line[j] = text(Words(c.values.Value(rows.At(i))))
		}
		if err := w.Write(line); err != nil {
			return fmt.Errorf("write CSV: %w", err)
		}
	}
	w.Flush()
	return w.Error()
}

// measured are the parameters, results and scalars that some row has.
func measured(rows *recorder.Rows) []csvColumn {
	var columns []csvColumn
	params, scalars, results := rows.Names()
	add := func(kind string, names []string, column func(string) *recorder.Column) {
		for _, name := range names {
			c := csvColumn{kind + "." + name, column(name)}
			for i := range rows.Len() {
				if c.values.Value(rows.At(i)).Kind != recorder.AbsentValue {
					columns = append(columns, c)
					break
				}
			}
		}
	}
	add("param", params, rows.Param)
	add("result", results, rows.Result)
	add("scalar", scalars, rows.Scalar)
	return columns
}

// CSVText makes text harmless for spreadsheets that take some texts for formulas:
// those get a ' in front.
func CSVText(s string) string {
	if s == "" || !strings.ContainsRune("=+-@", rune(s[0])) {
		return s
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil || s == "-Infinity" {
		return s
	}
	return "'" + s
}
