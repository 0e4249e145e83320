package main

import (
	"slices"

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
	for _, offer := range rows.Complete(o.word, len(o.word), mostOffered).Offers {
		o.add(offer.Text, "")
	}
}
