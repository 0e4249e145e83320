package training

import (
	"embed"
	"io/fs"
)

// source is this package as it was built.
//
//go:embed *.go NOTICE digits.csv.gz
var source embed.FS

// Source gives the files of this package, its tests and its data included, so
// that a demonstration can put them where it records: the source that a run
// keeps is then the one that ran.
func Source() fs.FS { return source }
