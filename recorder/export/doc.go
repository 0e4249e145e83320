// Package export writes lists of runs for other programs: as the JSON of exprec
// list --json, whose schema only ever grows, and as CSV. The command line and the
// dashboard give the same bytes.
package export
