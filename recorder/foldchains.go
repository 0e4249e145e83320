package recorder

// maxChainShown bounds how far back a chain of runs is counted.
const maxChainShown = 1000

// FoldChains leaves out the runs that another one in the list goes on from, and
// counts for each run that stays how many of the list came before it; before has
// only those that go on from another.
func (r *Rows) FoldChains() (folded *Rows, before map[string]int) {
	continues := r.of.texts("continues")
	if continues.cached.Codes() == 0 && continues.fresh.Codes() == 0 {
		return r, nil
	}
	from := map[string]string{} // by id: the run that it goes on from
	continued := map[string]bool{}
	for i, row := range r.rows {
		half, at := continues.in(row)
		if earlier := half.Text(at); earlier != "" {
			from[r.At(i).ID()], continued[earlier] = earlier, true
		}
	}
	if len(from) == 0 {
		return r, nil
	}
	listed := make(map[string]bool, len(r.rows))
	for i := range r.rows {
		listed[r.At(i).ID()] = true
	}
	before = map[string]int{}
	folded = r.Filter(func(row Row) bool {
		id := row.ID()
		// Runs that go on from each other in a circle cannot come about, but
		// can be made: none of them is hidden then.
		n, circle := chainLength(id, from, listed)
		if n > 0 {
			before[id] = n
		}
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
