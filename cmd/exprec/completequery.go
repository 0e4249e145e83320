package main

import (
	"slices"
	"strings"

	"github.com/exprec/exprec/recorder"
)

// allKeys are the keys that a query can ask for: the built-in ones, and the
// names of parameters, scalars and results.
func allKeys(rows *recorder.Rows) []string {
	params, scalars, results := rows.Names()
	keys := slices.Concat(recorder.QueryKeys(), params, scalars, results)
	slices.Sort(keys)
	return slices.Compact(keys)
}

// offerQuery offers a key with what follows it, or a value of the key that the
// word has already.
func offerQuery(rows *recorder.Rows, o *offers) {
	at := strings.IndexAny(o.word, "=:")
	if at < 0 {
		for _, key := range allKeys(rows) {
			o.add(key+"=", "")
		}
		for _, word := range []string{"has:", "missing:", "changed:"} {
			o.add(word, "")
		}
		return
	}
	key, before := o.word[:at], o.word[:at+1]
	switch key {
	case "has", "missing":
		for _, name := range slices.Concat(recorder.QueryContents(), allKeys(rows)) {
			o.add(before+name, "")
		}
		return
	case "status":
		for _, status := range recorder.QueryStatuses() {
			o.add(before+status, "")
		}
		return
	}
	column, err := rows.Column(key)
	if err != nil {
		return
	}
	for i := 0; i < rows.Len() && !o.full(); i++ {
		switch v := column.Value(rows.At(i)); v.Kind {
		case recorder.AbsentValue, recorder.TimeValue, recorder.DurationValue, recorder.SizeValue:
		case recorder.TextsValue:
			for _, s := range v.List {
				o.add(before+s, "")
			}
		default:
			o.add(before+v.String(), "")
		}
	}
}
