package recorder

import "github.com/exprec/exprec/recorder/internal/record"

// Format is the version of the written form of runs, which FORMAT.md
// describes. Runs of this version and all earlier ones can be read.
const Format = record.Format
