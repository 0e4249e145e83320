package views

import (
	"mime"
	"net/http"
	"strings"
	"unicode"
)

// The types that content of runs is sent as. What is not listed is a text, or
// bytes to download: nothing of a run is ever a page, a script or a style.
const (
	textType  = "text/plain; charset=utf-8"
	bytesType = "application/octet-stream"
)

// imageTypes are the images that browsers show, by the end of the name.
var imageTypes = map[string]string{
	".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp",
}

// rawHeaders are those of content that came from a run: whatever it is, it can
// do nothing. A download is kept under the name that is given.
func rawHeaders(h http.Header, name, contentType string, download bool) {
	h.Set("Content-Type", contentType)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "private, no-cache")
	disposition := "inline"
	if download {
		disposition = "attachment"
	}
	if value := mime.FormatMediaType(disposition, map[string]string{"filename": downloadName(name)}); value != "" {
		disposition = value
	}
	h.Set("Content-Disposition", disposition)
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
