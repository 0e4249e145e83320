package views

import (
	"bytes"
	"context"
	"net/http"
	"path/filepath"
	"strconv"

	"github.com/a-h/templ"
)

// head is what a page says of itself.
type head struct {
	Title   string // before the project's name in the title of the window
	Section string // "runs" or "compare": the place in the navigation
	Wide    bool   // the page has a rail of its own at the left
	List    bool   // the page is the list of runs
}

// frame is what all pages have around their content.
type frame struct {
	head
	Project string
	Path    string
	Theme   string // "", "light" or "dark"
	Here    string // the page's own URL
	Mark    string // the moment before anything of the page was read, see live.Hub
}

// themeCookie holds the colours that were chosen. No style depends on script.
const themeCookie = "exprec-theme"

// frame fills the frame of a page.
func (d *Dashboard) frame(r *http.Request, h head) frame {
	f := frame{head: h, Project: d.name(), Path: filepath.ToSlash(d.options.Path), Here: r.URL.RequestURI(), Mark: markOf(r)}
	if c, err := r.Cookie(themeCookie); err == nil && (c.Value == "light" || c.Value == "dark") {
		f.Theme = c.Value
	}
	return f
}

// render answers with a page. It is rendered whole before a byte is sent: an
// error half-way is an error, not half a page.
func (d *Dashboard) render(w http.ResponseWriter, r *http.Request, status int, h head, body templ.Component) error {
	var page bytes.Buffer
	ctx := templ.WithChildren(r.Context(), body)
	if err := layout(d.frame(r, h)).Render(ctx, &page); err != nil {
		return err
	}
	return send(w, status, "text/html; charset=utf-8", page.Bytes())
}

// part answers with a part of a page alone.
func part(ctx context.Context, w http.ResponseWriter, body templ.Component) error {
	var page bytes.Buffer
	if err := body.Render(ctx, &page); err != nil {
		return err
	}
	return send(w, http.StatusOK, "text/html; charset=utf-8", page.Bytes())
}

// send answers with bytes of a type. A reader that has gone is no error.
func send(w http.ResponseWriter, status int, contentType string, data []byte) error {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	_, _ = w.Write(data)
	return nil
}
