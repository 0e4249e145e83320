package recorder

import (
	"iter"
	"slices"

	"github.com/exprec/exprec/gitstore"
)

// sideBySide goes through the runs of lists that are sorted by UUID, and gives
// what each list has of a run. To look each run up takes longer than all else
// where there are many and nothing is new.
func sideBySide(lists ...[]archived) iter.Seq2[string, [][]archived] {
	return func(yield func(string, [][]archived) bool) {
		rest, of := slices.Clone(lists), make([][]archived, len(lists))
		for {
			uuid := ""
			for _, list := range rest {
				if len(list) > 0 && (uuid == "" || list[0].uuid < uuid) {
					uuid = list[0].uuid
				}
			}
			for i, list := range rest {
				n := 0
				for n < len(list) && list[n].uuid == uuid {
					n++
				}
				of[i], rest[i] = list[:n], list[n:]
			}
			if uuid == "" || !yield(uuid, of) {
				return
			}
		}
	}
}

// tipsOf are the runs among refs, in their order.
func tipsOf(refs []gitstore.Ref) []archived {
	runs := make([]archived, 0, len(refs))
	for _, ref := range refs {
		if uuid, ok := runOf(ref); ok {
			runs = append(runs, archived{uuid, ref.Hash})
		}
	}
	return runs
}

// differing are the runs that are wanted and that one side has otherwise than
// the other, or alone: each with its commit here, zero for none. It counts those
// that both have alike.
func (s *sharing) differing(here []gitstore.Ref) (runs []archived, alike int) {
	for uuid, of := range sideBySide(tipsOf(here), tipsOf(s.listing.Refs), s.stored) {
		other := func(r archived) bool { return len(of[0]) == 0 || r.tip != of[0][0].tip }
		switch {
		case !s.wants(uuid):
		case len(of[1])+len(of[2]) > 0 && !slices.ContainsFunc(of[1], other) && !slices.ContainsFunc(of[2], other):
			alike++
		case len(of[0]) > 0:
			runs = append(runs, of[0][0])
		default:
			runs = append(runs, archived{uuid: uuid})
		}
	}
	return runs, alike
}
