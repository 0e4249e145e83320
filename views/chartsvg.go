package views

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/exprec/exprec/views/guard"
)

// maxLines is how many runs one chart shows at most.
const maxLines = 50

// chartLines are the lines that a request means: its run, and those it names with.
func (d *Dashboard) chartLines(r *http.Request) ([]chartLine, error) {
	p, run, err := d.run(r)
	if err != nil {
		return nil, err
	}
	with := r.URL.Query()["with"]
	if len(with) >= maxLines {
		return nil, badRequest("A chart shows up to %d runs.", maxLines)
	}
	lines := []chartLine{chartLineOf(run)}
	for _, ref := range with {
		if !isRunID(ref) {
			return nil, notFound("There is no run %q.", ref)
		}
		other, err := openRun(r.Context(), p, ref)
		if err != nil {
			return nil, err
		}
		lines = append(lines, chartLineOf(asItIsNow(p, other)))
	}
	if len(lines) > 1 {
		for i := range lines {
			lines[i].Colour = colourAt(i)
		}
	}
	return lines, nil
}

// colourAt is the class of the n-th line of a chart of several runs.
func colourAt(n int) string { return "c" + string(rune('0'+n%10)) }

// chartName is the scalar that a request names.
func chartName(r *http.Request) (string, error) {
	name := r.URL.Query().Get("name")
	if name == "" {
		return "", badRequest("A chart needs the name of a scalar.")
	}
	return name, nil
}

// chartSVG answers with a chart as a picture of its own.
func (d *Dashboard) chartSVG(w http.ResponseWriter, r *http.Request) error {
	name, err := chartName(r)
	if err != nil {
		return err
	}
	state, err := chartStateOf(r.URL.Query())
	if err != nil {
		return err
	}
	lines, err := d.chartLines(r)
	if err != nil {
		return err
	}
	drawn, facts, err := d.draw(name, lines, state)
	if err != nil {
		return err
	}
	if len(facts) == 0 {
		return noScalar(name, lines)
	}
	drawn.Width, drawn.Height = chartWidth, chartHeight
	guard.File(w, "chart.svg")
	h := w.Header()
	h.Set("Cache-Control", "private, no-cache")
	return send(w, http.StatusOK, h.Get("Content-Type"), standalone(drawn.SVG()))
}

func noScalar(name string, lines []chartLine) error {
	if len(lines) == 1 {
		return notFound("The run %s has no scalar %q.", lines[0].Run.Short(), name)
	}
	return notFound("None of the runs has a scalar %q.", name)
}

// standalone makes a chart a document that needs no page around it.
func standalone(svg string) []byte {
	var b bytes.Buffer
	rest := strings.TrimPrefix(svg, "<svg")
	b.WriteString("<svg")
	if !strings.Contains(svg[:strings.IndexByte(svg, '>')], "xmlns=") {
		b.WriteString(` xmlns="http://www.w3.org/2000/svg"`)
	}
	head := strings.IndexByte(rest, '>') + 1
	b.WriteString(rest[:head])
	b.WriteString("<style>" + svgStyle + "</style>")
	b.WriteString(rest[head:])
	return b.Bytes()
}

// svgStyle has the colours of base.css, for light and dark.
const svgStyle = `:root{background:#fff}svg{color:#566072;font-family:system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}` +
	`.c0{color:#2a6bdc}.c1{color:#c2410c}.c2{color:#15803d}.c3{color:#b5175e}.c4{color:#6d3fc4}` +
	`.c5{color:#0e7490}.c6{color:#8a6100}.c7{color:#a21caf}.c8{color:#3f6212}.c9{color:#475569}` +
	`@media(prefers-color-scheme:dark){:root{background:#161a21}svg{color:#9aa5b5}` +
	`.c0{color:#6ea0ff}.c1{color:#ff9466}.c2{color:#4cc97f}.c3{color:#ff7aa8}.c4{color:#b596ff}` +
	`.c5{color:#4bc8e0}.c6{color:#d9b24a}.c7{color:#ee7df5}.c8{color:#a3d14f}.c9{color:#a5b1c2}}`
