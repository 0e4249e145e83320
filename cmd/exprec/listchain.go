package main

import (
	"fmt"

	"github.com/exprec/exprec/recorder"
)

// maxChainShown bounds how far back a chain of runs is counted.
const maxChainShown = 1000

// foldChains leaves out the runs that another one in the list goes on from, and
// counts for each run that stays how many came before it.
func foldChains(rows *recorder.Rows) (folded *recorder.Rows, before map[string]int) {
	from := map[string]string{} // by id: the run that it goes on from
	continued := map[string]bool{}
	for i := range rows.Len() {
		if earlier := rows.At(i).Continues(); earlier != "" {
			from[rows.At(i).ID()], continued[earlier] = earlier, true
		}
	}
	if len(from) == 0 {
		return rows, nil
	}
	listed := map[string]bool{}
	for i := range rows.Len() {
		listed[rows.At(i).ID()] = true
	}
	before = map[string]int{}
	folded = rows.Filter(func(r recorder.Row) bool {
		id := r.ID()
		// Runs that go on from each other in a circle cannot come about, but
		// can be made: none of them is hidden then.
		n, circle := chainLength(id, from, listed)
		before[id] = n
		return !continued[id] || circle
	})
	return folded, before
}

// chainLength counts the listed runs before one.
func chainLength(id string, from map[string]string, listed map[string]bool) (n int, circle bool) {
	for at := from[id]; listed[at]; at = from[at] {
		if at == id || n == maxChainShown {
			return n, true
		}
		n++
	}
	return n, false
}

// chainLabel is a run's label with how many runs it went on from.
func chainLabel(label string, before int) string {
	if before == 0 {
		return label
	}
	return fmt.Sprintf("%s (+%d)", label, before)
}
