package views

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"strings"
	"sync"

	"github.com/exprec/exprec/views/console"
)

//go:embed static
var staticFiles embed.FS

// styles are joined into exprec.css in this order.
var styles = []string{
	"vendor/uPlot.min.css",
	"base.css",
	"charts.css",
	"content.css",
	"images.css",
	"plot.css",
	"compare.css",
	"run.css",
	"runs.css",
}

// asset is a file that pages need, as it is served.
type asset struct {
	contentType string
	hash        string
	plain, gzip []byte
}

// assets are all files, by the name under which they are served.
var assets = sync.OnceValue(func() map[string]*asset {
	all := map[string]*asset{}
	var css []byte
	for _, name := range styles {
		css = append(append(css, staticFile(name)...), '\n')
	}
	css = append(css, console.Stylesheet()...)
	all["exprec.css"] = newAsset("text/css; charset=utf-8", css)
	for _, folder := range []string{"static", "static/vendor"} {
		entries, err := staticFiles.ReadDir(folder)
		if err != nil {
			panic(err) // embedded: cannot fail
		}
		for _, e := range entries {
			if strings.HasSuffix(e.Name(), ".js") {
				all[e.Name()] = newAsset("text/javascript; charset=utf-8", staticFile(strings.TrimPrefix(path.Join(folder, e.Name()), "static/")))
			}
		}
	}
	all["icon.svg"] = newAsset("image/svg+xml", staticFile("icon.svg"))
	return all
})

func staticFile(name string) []byte {
	data, err := staticFiles.ReadFile("static/" + name)
	if err != nil {
		panic(err) // embedded: cannot fail
	}
	return data
}

func newAsset(contentType string, data []byte) *asset {
	sum := sha256.Sum256(data)
	var packed bytes.Buffer
	w, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	_, _ = w.Write(data)
	_ = w.Close()
	return &asset{contentType: contentType, hash: hex.EncodeToString(sum[:6]), plain: data, gzip: packed.Bytes()}
}

// assetURL is where a file is served: another content has another URL, so that
// browsers keep it for good.
func assetURL(name string) string { return "/static/" + assets()[name].hash + "/" + name }

// static serves a file. A URL with the hash of another version gives the file as
// it is now, and is not kept.
func (d *Dashboard) static(w http.ResponseWriter, r *http.Request) error {
	a := assets()[r.PathValue("name")]
	if a == nil {
		return notFound("There is no file %s.", r.URL.Path)
	}
	h := w.Header()
	h.Set("Cache-Control", "no-cache")
	if r.PathValue("hash") == a.hash {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	h.Set("Vary", "Accept-Encoding")
	data := a.plain
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		data = a.gzip
	}
	return send(w, http.StatusOK, a.contentType, data)
}

// icon answers browsers that ask for an icon without looking at the page.
func (d *Dashboard) icon(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, assetURL("icon.svg"), http.StatusFound)
	return nil
}
