package views

import (
	"net/http"
	"path"
	"strings"
	"unicode"

	"github.com/exprec/exprec/views/guard"
)

// imageNames are the ends of the names of files that are shown as images. Nothing
// that is in one runs.
const imageNames = " .png .jpg .jpeg .gif .webp .svg "

func isImage(name string) bool {
	ext := strings.ToLower(path.Ext(name))
	return ext != "" && strings.Contains(imageNames, " "+ext+" ")
}

// fileHeaders are those of a file of a run: what its name says, plain text for
// another text, and bytes to keep for all else. A download is kept, too.
func fileHeaders(w http.ResponseWriter, name string, text, download bool) {
	if !guard.File(w, name) && text {
		guard.Text(w)
	}
	if download {
		guard.Attach(w, downloadName(name))
	}
	w.Header().Set("Cache-Control", "private, no-cache")
}

// downloadName is the last part of a path as the name of a file on any system.
func downloadName(path string) string {
	name := path[strings.LastIndexByte(path, '/')+1:]
	name = strings.Map(func(r rune) rune {
		if hidden(r) || r == unicode.ReplacementChar || strings.ContainsRune(`\/:*?"<>|`+"\t", r) {
			return '_'
		}
		return r
	}, name)
	if name, _ = shortened(strings.Trim(name, " ."), 100); name == "" {
		return "file"
	}
	return name
}
