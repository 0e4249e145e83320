package recorder

import "github.com/exprec/exprec/gitstore"

// Commit is what the run's ref points to in the list; zero for a run that is not
// in git.
func (r Row) Commit() gitstore.Hash {
	return runCopy{hash: r.of.key(r.n).Tip, remote: r.Light()}.key()
}

// Preview gives up to 40 values of a scalar, spread evenly over its points, and
// none where the run has no such scalar. It opens the run: of one whose
// [Row.Commit] is the same it is the same.
func (r Row) Preview(name string) []float64 {
	if _, ok := r.Scalar(name); !ok {
		return nil
	}
	scalars, err := r.Run().content().scalars()
	if err != nil {
		return nil
	}
	for _, s := range scalars {
		if s.Name == name {
			return s.Preview
		}
	}
	return nil
}
