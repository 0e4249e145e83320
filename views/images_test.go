package views

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/exprec/exprec/recorder"
)

// square is a picture of one colour.
func square(side int, c color.Color) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range side * side {
		img.Set(i%side, i/side, c)
	}
	return img
}

func TestImages(t *testing.T) {
	b := newBench(t)
	hostile := `a/../"<b>\` + "\u00fc"
	id := b.record(recorder.Options{}, func(e *recorder.Experiment) {
		for step := range 20 {
			e.AddImage("small", square(8, color.White), step*10)
		}
		e.AddImage("large", square(100, color.Black), 7)
		e.AddImage(hostile, square(64, color.Black), -3)
		for kind, encode := range map[string]func(*bytes.Buffer) error{
			"jpg": func(w *bytes.Buffer) error { return jpeg.Encode(w, square(4, color.White), nil) },
			"gif": func(w *bytes.Buffer) error { return gif.Encode(w, square(4, color.White), nil) },
		} {
			var data bytes.Buffer
			if err := encode(&data); err != nil {
				t.Error(err)
			}
			file := filepath.Join(t.TempDir(), "image."+kind)
			if err := os.WriteFile(file, data.Bytes(), 0o600); err != nil {
				t.Error(err)
			}
			e.AddImageFile(kind, file, 1)
		}
	})
	page := b.get("/runs/"+id[:8]+"/images?step=34", http.StatusOK)
	for _, words := range []string{
		`step <span data-images-real>30</span>`, `step <span data-images-real>7</span>`, `step <span data-images-real>-3</span>`,
		"5 names", `href="/runs/` + id[:8] + `/images?step=40"`, "&lt;b&gt;",
	} {
		if !strings.Contains(page, words) {
			t.Errorf("the images near step 34 lack %s", words)
		}
	}
	if strings.Contains(page, "<b>") || strings.Count(page, "pixels") < 9 {
		t.Error("a name became markup, or small images are not shown by their pixels")
	}
	for _, src := range sources(page) {
		answer, data := b.answer(src)
		h := answer.Header
		if answer.StatusCode != http.StatusOK || !strings.HasPrefix(h.Get("Content-Type"), "image/") || len(data) == 0 ||
			!strings.Contains(h.Get("Content-Security-Policy"), "sandbox") || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %s, %v", src, answer.Status, h)
		}
		if again, _ := b.answer(src, "If-None-Match", h.Get("ETag")); again.StatusCode != http.StatusNotModified {
			t.Errorf("%s again: %s", src, again.Status)
		}
	}
	for path, status := range map[string]int{
		"image":                        http.StatusBadRequest,
		"image?name=small&step=x":      http.StatusBadRequest,
		"image?name=small&step=1":      http.StatusNotFound,
		"image?name=other&step=10":     http.StatusNotFound,
		"image?name=..%2Fsmall&step=0": http.StatusNotFound,
		"images?step=1.5":              http.StatusBadRequest,
	} {
		b.get("/runs/"+id+"/"+path, status)
	}
}

// sources are where the images of a page come from.
func sources(page string) []string {
	var found []string
	for _, part := range strings.Split(page, ` src="/runs/`)[1:] {
		found = append(found, "/runs/"+strings.ReplaceAll(part[:strings.IndexByte(part, '"')], "&amp;", "&"))
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func TestNoImages(t *testing.T) {
	b := newBench(t)
	id := b.record(recorder.Options{}, func(*recorder.Experiment) {})
	if page := b.get("/runs/"+id+"/images?step=3", http.StatusOK); !strings.Contains(page, "no images") {
		t.Error("the page of a run without images does not say so")
	}
}

func TestImageTypes(t *testing.T) {
	for data, want := range map[string]string{
		"\x89PNG\r\n\x1a\nx": "image/png", "\xff\xd8\xff\xe0": "image/jpeg", "GIF89a": "image/gif", "RIFFxxxxWEBPVP8 ": "image/webp",
		"": "", "<svg onload=alert(1)>": "", "RIFFxxxxWAVE": "", "<html>": "", "RIFF": "",
	} {
		if got := imageType([]byte(data)); got != want {
			t.Errorf("%q is %q, want %q", data, got, want)
		}
	}
}

func TestNearestStep(t *testing.T) {
	for _, c := range []struct {
		steps  []int64
		wanted int64
		want   int
	}{
		{[]int64{5}, -100, 0}, {[]int64{0, 10, 20}, 14, 1}, {[]int64{0, 10, 20}, 15, 1}, {[]int64{0, 10, 20}, 16, 2}, {[]int64{0, 10, 20}, 99, 2},
		{[]int64{math.MinInt64, math.MaxInt64}, 0, 1}, {[]int64{math.MinInt64, math.MaxInt64}, -2, 0},
	} {
		if got := nearestStep(c.steps, c.wanted); got != c.want {
			t.Errorf("next to %d of %v is %d, want %d", c.wanted, c.steps, got, c.want)
		}
	}
}

func TestSpread(t *testing.T) {
	if got := spread(3, 8, 1); !slices.Equal(got, []int{0, 1, 2}) {
		t.Error(got)
	}
	if got := spread(100, 8, 50); !slices.Equal(got, []int{0, 14, 28, 42, 50, 56, 70, 84, 99}) {
		t.Error(got)
	}
}
