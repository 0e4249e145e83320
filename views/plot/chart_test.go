package plot_test

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/exprec/exprec/views/plot"
)

// svg is what a test wants to know of a picture.
type svg struct {
	paths, texts, titles []string
	elements             []xml.StartElement
}

// readSVG reads a picture strictly, and fails where it is not well-formed, has a
// number that is none, or says how it looks in a way that pages forbid.
func readSVG(t fataler, text string) svg {
	t.Helper()
	var got svg
	inside := ""
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return got
		}
		if err != nil {
			t.Fatalf("not well-formed: %v\n%s", err, text)
		}
		switch token := token.(type) {
		case xml.StartElement:
			inside = token.Name.Local
			got.elements = append(got.elements, token.Copy())
			switch inside {
			case "svg", "g", "path", "line", "text", "title", "circle":
			default:
				t.Fatalf("an element %s", inside)
			}
			for _, a := range token.Attr {
				checkAttribute(t, a)
				if a.Name.Local == "d" {
					got.paths = append(got.paths, a.Value)
				}
			}
		case xml.CharData:
			switch inside {
			case "text":
				got.texts = append(got.texts, string(token))
			case "title":
				got.titles = append(got.titles, string(token))
			}
		case xml.EndElement:
			inside = ""
		}
	}
}

type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

var pathForm = regexp.MustCompile(`^([ML]-?\d+(\.\d)? -?\d+(\.\d)?|h0)*$`)

func checkAttribute(t fataler, a xml.Attr) {
	t.Helper()
	switch name := a.Name.Local; name {
	case "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "width", "height":
		if v, err := strconv.ParseFloat(a.Value, 64); err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			t.Fatalf("%s=%q", name, a.Value)
		}
	case "d":
		if !pathForm.MatchString(a.Value) {
			t.Fatalf("d=%q", a.Value)
		}
	case "style", "href", "id":
		t.Fatalf("an attribute %s", name)
	default:
		if strings.HasPrefix(name, "on") {
			t.Fatalf("an attribute %s", name)
		}
	}
}

func chartOf(y ...float64) plot.Chart {
	x := make([]float64, len(y))
	for i := range x {
		x[i] = float64(i)
	}
	return plot.Chart{Width: 400, Height: 200, Lines: []plot.Line{{Points: plot.Points{X: x, Y: y}}}}
}

func TestChartOfAnythingIsASoundPicture(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := plot.Chart{
			Width:  rapid.IntRange(-1, 900).Draw(t, "width"),
			Height: rapid.IntRange(-1, 400).Draw(t, "height"),
			LogX:   rapid.Bool().Draw(t, "log x"),
			LogY:   rapid.Bool().Draw(t, "log y"),
			Title:  rapid.String().Draw(t, "title"),
		}
		if rapid.Bool().Draw(t, "zoomed") {
			c.From, c.To = rapid.Float64().Draw(t, "from"), rapid.Float64().Draw(t, "to")
			c.Low, c.High = rapid.Float64().Draw(t, "low"), rapid.Float64().Draw(t, "high")
		}
		for range rapid.IntRange(0, 3).Draw(t, "lines") {
			c.Lines = append(c.Lines, plot.Line{Points: line(t, 60), Class: rapid.String().Draw(t, "class"), Title: rapid.String().Draw(t, "name")})
		}
		readSVG(t, c.SVG())
	})
}

// Whatever the values are, there is a mark for each that has a place, the axis
// has labels, and where there is nothing to show the picture says so.
func TestChartIsNeverBlank(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	tests := []struct {
		name string
		c    plot.Chart
		path string // a pattern
	}{
		{"constant", chartOf(5, 5, 5), `^M0 [\d.]+L[\d.]+ [\d.]+L[\d.]+ [\d.]+$`},
		{"one point", chartOf(5), `^M[\d.]+ [\d.]+h0$`},
		{"zero", chartOf(0, 0), `^M.*L.*$`},
		{"tiny", chartOf(1e-300, 2e-300), `^M.*L.*$`},
		{"huge", chartOf(-1e300, 1e300), `^M.*L.*$`},
		{"the most there is", chartOf(-math.MaxFloat64, math.MaxFloat64), `^M.*L.*$`},
		{"one of the most", chartOf(math.MaxFloat64), `^M.*h0$`},
		{"the least there is", chartOf(0, 5e-324), `^M.*L.*$`},
		{"an infinity", chartOf(1, inf, 2, 3), `^M[^M]*L[^M]*,M[^M]*h0$`},
		{"a gap", chartOf(1, 2, nan, 3, 4), `^M[^M]*L[^M]*M[^M]*L[^M]*$`},
		{"zero on a log axis", logY(chartOf(0, 1, 10)), `^M[^M]*L[^M]*$`},
		{"one on a log axis", logY(chartOf(3, 3)), `^M[^M]*L[^M]*$`},
		{"tiny on a log axis", logY(chartOf(1e-300, 1e300)), `^M[^M]*L[^M]*$`},
	}
	for _, test := range tests {
		got := readSVG(t, test.c.SVG())
		if !regexp.MustCompile(test.path).MatchString(strings.Join(got.paths, ",")) {
			t.Errorf("%s: paths %q, want %s", test.name, got.paths, test.path)
		}
		if len(got.texts) < 4 {
			t.Errorf("%s: only the texts %q", test.name, got.texts)
		}
	}
	for name, c := range map[string]plot.Chart{
		"nothing": {}, "no points": chartOf(), "all NaN": chartOf(nan, nan), "all infinite": chartOf(inf, -inf),
		"nothing above 0": logY(chartOf(0, -1)),
	} {
		if got := c.SVG(); !strings.Contains(got, "no values to show") {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func logY(c plot.Chart) plot.Chart {
	c.LogY = true
	return c
}

func TestChartSaysItsValues(t *testing.T) {
	c := chartOf(0.5, 0.25, math.NaN(), 1, 0.75)
	c.Title = "val/accuracy"
	text := c.SVG()
	want := "first 0.5 · last 0.75 · min 0.25 · max 1"
	if !strings.Contains(text, ">"+want+"</text>") || !strings.Contains(text, `aria-label="val/accuracy: `+want) {
		t.Errorf("%q is missing in\n%s", want, text)
	}
	if got := strings.Count(text, "<circle"); got != 2 {
		t.Errorf("%d marks", got)
	}
	// A smoothed line before the raw one changes none of it; another line does.
	c.Lines[0].Faint = true
	c.Lines = append(c.Lines, plot.Line{Points: plot.Points{X: c.Lines[0].Points.X, Y: plot.Smooth(c.Lines[0].Points.Y, 0.9)}})
	if text = c.SVG(); !strings.Contains(text, ">"+want+"</text>") || strings.Count(text, "<circle") != 2 {
		t.Errorf("of a smoothed line the chart says\n%s", text)
	}
	c.Lines[0].Faint = false
	if text = c.SVG(); strings.Contains(text, want) || strings.Contains(text, "<circle") || !strings.Contains(text, "val/accuracy: 2 lines") {
		t.Errorf("of two lines the chart says\n%s", text)
	}
}

func TestChartPlacesValuesWhereItsTicksAre(t *testing.T) {
	c := chartOf(0, 10, 5)
	c.Low, c.High = 0, 10
	text := c.SVG()
	// The field is 200 - 20 (caption) - 20 (ticks) = 160 high; its place is 20.
	if got := readSVG(t, text).paths[0]; !regexp.MustCompile(`^M0 160L[\d.]+ 0L[\d.]+ 80$`).MatchString(got) {
		t.Errorf("the path is %s", got)
	}
	for label, y := range map[string]string{"0": "184", "10": "24"} {
		if !regexp.MustCompile(`<text x="[\d.]+" y="` + y + `" text-anchor="end">` + label + `<`).MatchString(text) {
			t.Errorf("no label %s at %s in\n%s", label, y, text)
		}
	}
}

func TestChartEscapesWhatRunsSay(t *testing.T) {
	hostile := `</title><script>alert("1")</script>' & ]]>` + "\x00\x01\ufffe\xff"
	c := chartOf(1, 2)
	c.Title, c.XLabel = hostile, hostile
	c.Lines[0].Title, c.Lines[0].Class = hostile, hostile
	got := readSVG(t, c.SVG())
	if len(got.titles) == 0 || !strings.HasPrefix(strings.Join(got.titles, ""), `</title><script>`) {
		t.Errorf("the titles are %q", got.titles)
	}
	readSVG(t, plot.Sparkline([]float64{1, 2}, 80, 20, hostile))
}

func TestSparkline(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := values(300).Draw(t, "y")
		got := readSVG(t, plot.Sparkline(y, rapid.IntRange(-1, 200).Draw(t, "width"), rapid.IntRange(-1, 40).Draw(t, "height"), "c3"))
		if blank := plot.Gaps(y) == len(y); blank != (len(got.paths) == 0) || len(got.paths) > 2 {
			t.Fatalf("%d paths of %v", len(got.paths), y)
		}
	})
	if got := plot.Sparkline([]float64{0, 1, math.NaN(), 1}, 33, 13, ""); !strings.Contains(got, `d="M0 10L10 0"`) || !strings.Contains(got, `d="M30 0h0"`) {
		t.Errorf("got %s", got)
	}
}
