package views

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/views/guard"
)

// maxImage is how large an image may be that is served, in bytes. The recorder
// takes no larger one.
const maxImage = 64 << 20

// imageURL is where an image of a run is.
func imageURL(run *recorder.Run, name string, step int64) string {
	return "/runs/" + run.Address() + "/image?" + url.Values{"name": {name}, "step": {strconv.FormatInt(step, 10)}}.Encode()
}

// image answers with an image as it was recorded. What it is, its bytes say: the
// name of its file does not count.
func (d *Dashboard) image(w http.ResponseWriter, r *http.Request) error {
	name := r.URL.Query().Get("name")
	step, err := strconv.ParseInt(r.URL.Query().Get("step"), 10, 64)
	if name == "" || err != nil {
		return badRequest("An image has a name and a whole number as its step.")
	}
	_, run, err := d.run(r)
	if err != nil {
		return err
	}
	if d.unchanged(w, r, run) {
		return nil
	}
	data, err := readImage(run, name, step)
	if err != nil {
		return err
	}
	kind := imageType(data)
	if kind == "" {
		return &fault{status: http.StatusUnsupportedMediaType, text: fmt.Sprintf("The image %q at step %d is no PNG, JPEG, GIF or WebP.", name, step)}
	}
	h := w.Header()
	if !sealed(run) && sameContent(h, r, data) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	file := fileName(name) + "-" + strconv.FormatInt(step, 10) + "." + strings.TrimPrefix(kind, "image/")
	// Nothing in an image may act, whoever opens it and however.
	guard.File(w, file)
	h.Set("Content-Disposition", `inline; filename="`+file+`"`)
	return send(w, http.StatusOK, kind, data)
}

// sameContent names the content of an image that may be logged anew, and reports
// whether the reader has it already.
func sameContent(h http.Header, r *http.Request, data []byte) bool {
	sum := sha256.Sum256(data)
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	h.Set("ETag", tag)
	h.Set("Cache-Control", "private, no-cache")
	return strings.Contains(r.Header.Get("If-None-Match"), tag)
}

func readImage(run *recorder.Run, name string, step int64) ([]byte, error) {
	file, err := run.OpenImage(name, step)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxImage+1))
	if err != nil {
		return nil, fmt.Errorf("read the image %q of the run %s: %w", name, run.Short(), err)
	}
	if len(data) > maxImage {
		return nil, &fault{status: http.StatusRequestEntityTooLarge, text: fmt.Sprintf("The image %q at step %d has more than %s.", name, step, size(maxImage))}
	}
	return data, nil
}

// imageType tells the kind of an image by its first bytes; empty for what is none
// that a run may hold.
func imageType(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png"
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return "image/jpeg"
	case bytes.HasPrefix(data, []byte("GIF87a")), bytes.HasPrefix(data, []byte("GIF89a")):
		return "image/gif"
	case len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP":
		return "image/webp"
	}
	return ""
}
