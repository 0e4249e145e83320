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

// styles are joined into exprec.css in this order. What only the list of runs
// needs is list.css, and what only output needs is console.css.
var styles = []string{
	"vendor/uPlot.min.css",
	"base.css",
	"charts.css",
	"content.css",
	"images.css",
	"plot.css",
	"compare.css",
	"run.css",
}

// scripts are joined as well: those of all pages, of the list of runs, which is
// looked at first, and of all others.
var scripts = map[string][]string{
	"exprec.js": {"app.js", "live.js"},
	"list.js":   {"runs.js", "runscomplete.js"},
	"pages.js": {
		"run.js",
		"output.js",
		"chartdata.js",
		"chartaxes.js",
		"chart.js",
		"chartdraw.js",
		"charttip.js",
		"charts.js",
		"images.js",
		"compare.js",
	},
}

// alone are the scripts that are served as they are: htmx, and what script asks
// for when it is needed.
var alone = []string{"vendor/htmx.min.js", "vendor/uPlot.iife.min.js", "liveworker.js"}

// asset is a file that pages need, as it is served.
type asset struct {
	contentType string
	hash        string
	plain, gzip []byte
}

// assets are all files, by the name under which they are served.
var assets = sync.OnceValue(func() map[string]*asset {
	all := map[string]*asset{}
	const style, script = "text/css; charset=utf-8", "text/javascript; charset=utf-8"
	all["exprec.css"] = newAsset(style, joined(styles))
	all["list.css"] = newAsset(style, joined([]string{"runs.css"}))
	all["console.css"] = newAsset(style, []byte(console.Stylesheet()))
	for name, files := range scripts {
		all[name] = newAsset(script, joined(files))
	}
	for _, name := range alone {
		all[path.Base(name)] = newAsset(script, staticFile(name))
	}
	all["icon.svg"] = newAsset("image/svg+xml", staticFile("icon.svg"))
	return all
})

// joined is some files as one, without what only people read: comments that fill
// a line, and the room before code.
func joined(names []string) []byte {
	var b bytes.Buffer
	for _, name := range names {
		for line := range bytes.Lines(staticFile(name)) {
			line = bytes.TrimSpace(line)
			comment := bytes.HasPrefix(line, []byte("//")) || bytes.HasPrefix(line, []byte("/*")) && bytes.HasSuffix(line, []byte("*/"))
			if len(line) > 0 && !comment {
				b.Write(append(line, '\n'))
			}
		}
	}
	return b.Bytes()
}

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
