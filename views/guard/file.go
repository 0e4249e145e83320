package guard

import (
	"mime"
	"net/http"
	"path"
	"strings"
)

// filePolicy is for what a run holds: shown, but with no script, no form, no
// request, and an origin of its own.
const filePolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"

// pictures are shown as what they are. The table is ours: that of package mime
// differs from machine to machine.
var pictures = map[string]string{
	".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg",
	".gif": "image/gif", ".webp": "image/webp", ".svg": "image/svg+xml",
}

// texts are shown as plain text, whatever a browser would make of them.
const texts = " .txt .log .text .md .rst .tex .bib .csv .tsv .json .jsonl .ndjson .ipynb .xml .html .htm .xhtml .css .js .mjs .ts .tsx .jsx" +
	" .yaml .yml .toml .ini .cfg .conf .env .properties .lock .sum .mod .diff .patch .go .py .pyi .r .jl .c .h .cc .cpp .hpp .cu .cuh .rs" +
	" .java .kt .scala .swift .rb .pl .lua .m .sh .bash .zsh .fish .ps1 .bat .sql .proto .cmake .gradle .vue .templ .gitignore .gitattributes "

// File sets the headers of a file of a run by its name: its type, the policy that
// makes it harmless, and that it is kept instead of shown where no type is known.
// It reports whether it is shown. It is called before the answer's status.
func File(w http.ResponseWriter, name string) (shown bool) {
	h := w.Header()
	h.Set("Content-Security-Policy", filePolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	ext := strings.ToLower(path.Ext(name))
	if picture := pictures[ext]; picture != "" {
		h.Set("Content-Type", picture)
		return true
	}
	if ext != "" && strings.Contains(texts, " "+ext+" ") {
		Text(w)
		return true
	}
	h.Set("Content-Type", "application/octet-stream")
	Attach(w, name)
	return false
}

// Text sets the headers of a text of a run, such as its output.
func Text(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Security-Policy", filePolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Del("Content-Disposition")
}

// Attach has the browser keep an answer as a file of this name.
func Attach(w http.ResponseWriter, name string) {
	w.Header().Set("Content-Disposition", disposition(path.Base(name)))
}

// disposition writes a name so that it cannot end the header or leave the folder
// for downloads.
func disposition(name string) string {
	name = strings.ToValidUTF8(strings.NewReplacer("/", "_", `\`, "_", "\x00", "_").Replace(name), "_")
	if name == "" || name == "." || name == ".." {
		name = "file"
	}
	if d := mime.FormatMediaType("attachment", map[string]string{"filename": name}); d != "" {
		return d
	}
	return "attachment"
}
