package views

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/a-h/templ"

	"github.com/exprec/exprec/recorder"
)

// Bounds of showing a file as text.
const (
	shownText      = 1 << 20 // bytes
	shownTextLines = 20_000
	shownTextLine  = 2000 // characters of a line
	sniffedText    = 8000 // bytes that tell text from something else
)

// preview is a file of a run as a page shows it.
type preview struct {
	Path     string // as it is shown
	Size     string
	Hash     string // of the git object, empty where unknown
	Program  bool   // it may be executed
	Kind     string // text, image, binary, link, submodule, missing
	Note     string
	Lines    string // HTML, of a text
	Count    int    // lines that are shown
	Target   string // of a link
	TargetAt string // URL of what it leads to, empty where that is no part of the run
	Raw      string // URL of its bytes
}

// previewOf shows a file. The URL is that of its page.
func (d *Dashboard) previewOf(fsys fs.FS, name, base string) (*preview, error) {
	v := &preview{Path: visible(name), Raw: rawURL(base, name)}
	if links, ok := fsys.(fs.ReadLinkFS); ok {
		if info, err := links.Lstat(name); err == nil && info.Mode()&fs.ModeSymlink != 0 {
			return v.link(links, fsys, name, base)
		}
	}
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, notFound("There is no file %s.", visible(name))
	}
	v.Size, v.Hash, v.Program = size(info.Size()), recorder.HashOf(info), info.Mode()&0o111 != 0
	switch {
	case info.Mode()&fs.ModeIrregular != 0 && info.IsDir():
		v.Kind, v.Size, v.Raw, v.Program = "submodule", "", "", false
		return v, nil
	case !info.Mode().IsRegular():
		v.Kind, v.Note, v.Raw = "binary", "This is no ordinary file: nothing of it is kept.", ""
		return v, nil
	case isImage(name):
		v.Kind = "image"
		return v, nil
	}
	return v, d.previewText(v, fsys, name, info)
}

// link names what a symbolic link leads to.
func (v *preview) link(links fs.ReadLinkFS, fsys fs.FS, name, base string) (*preview, error) {
	target, err := links.ReadLink(name)
	if err != nil {
		return nil, notFound("There is no file %s.", visible(name))
	}
	v.Kind, v.Target, v.Raw = "link", visible(target), ""
	if at := path.Join(path.Dir(name), target); !path.IsAbs(target) && fs.ValidPath(at) {
		if _, err := fs.Stat(fsys, at); err == nil {
			v.TargetAt = fileURL(base, at)
		}
	}
	return v, nil
}

// previewText reads the beginning of a file and shows it, if it is a text.
func (d *Dashboard) previewText(v *preview, fsys fs.FS, name string, info fs.FileInfo) error {
	f, err := fsys.Open(name)
	if err != nil {
		v.Kind, v.Note, v.Raw = "missing", "The content is not here: "+sentence(err.Error()), ""
		return nil
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, shownText+1))
	if err != nil {
		return err
	}
	if !isText(data) {
		v.Kind, v.Note = "binary", "This is no text, so it is not shown here."
		return nil
	}
	v.Kind = "text"
	whole := len(data) <= shownText
	if !whole {
		data = data[:bytes.LastIndexByte(data[:shownText], '\n')+1]
		if len(data) == 0 {
			v.Kind, v.Note = "binary", "This text has a line that is too long to be shown."
			return nil
		}
	}
	var lines []string
	if whole {
		lines = d.coloured(v.Hash, name, data)
	}
	if lines == nil {
		lines = plainLines(data)
	}
	if len(lines) > shownTextLines {
		lines, whole = lines[:shownTextLines], false
	}
	if !whole {
		v.Note = "The first " + count(len(lines), "line") + " of " + size(info.Size()) + " are shown."
	}
	v.Count, v.Lines = len(lines), numberedLines(lines)
	return nil
}

// isText reports whether data is a text: what is none has a zero byte, or many
// that are no UTF-8.
func isText(data []byte) bool {
	data = data[:min(len(data), sniffedText)]
	if bytes.IndexByte(data, 0) >= 0 {
		return false
	}
	odd := 0
	for p := data; len(p) > 0; {
		r, n := utf8.DecodeRune(p)
		if r == utf8.RuneError && n == 1 {
			odd++
		}
		p = p[n:]
	}
	return odd*10 <= len(data)
}

// plainLines are the lines of a text as HTML.
func plainLines(data []byte) []string {
	text := strings.TrimSuffix(string(data), "\n")
	if text == "" {
		return nil
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		line, left := shortened(strings.TrimSuffix(line, "\r"), shownTextLine)
		lines[i] = escapedText(line)
		if left > 0 {
			lines[i] += `<span class="dim"> … ` + size(int64(left)) + ` more</span>`
		}
	}
	return lines
}

// escapedText is text as HTML. What would hide or turn others around is shown.
func escapedText(s string) string {
	if isVisible(s) {
		return templ.EscapeString(s)
	}
	return templ.EscapeString(visible(s))
}

// numberedLines puts numbers, which are links, before lines of HTML.
func numberedLines(lines []string) string {
	var b strings.Builder
	for i, line := range lines {
		n := strconv.Itoa(i + 1)
		b.WriteString(`<div class="l" id="L` + n + `"><a class="n" href="#L` + n + `">` + n + `</a><code>` + line + "</code></div>\n")
	}
	return b.String()
}

// rawFile sends a file of a run.
func rawFile(w http.ResponseWriter, r *http.Request, fsys fs.FS, name string) error {
	info, err := fs.Stat(fsys, name)
	if err != nil || !info.Mode().IsRegular() { // a FIFO would wait for ever
		return notFound("There is no file %s.", visible(name))
	}
	f, err := fsys.Open(name)
	if err != nil {
		return notFound("The content of %s is not here: %v.", visible(name), err)
	}
	defer f.Close()
	first := make([]byte, sniffedText)
	n, err := io.ReadFull(f, first)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	fileHeaders(w, name, isText(first[:n]), r.FormValue("download") == "1")
	w.Header().Set("Content-Length", strconv.FormatInt(info.Size(), 10))
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return nil
	}
	// It may be written to meanwhile: no more than was said is sent.
	if _, err := io.CopyN(w, io.MultiReader(bytes.NewReader(first[:n]), f), info.Size()); err != nil {
		panic(http.ErrAbortHandler) // a part is sent: it must not look like the whole
	}
	return nil
}
