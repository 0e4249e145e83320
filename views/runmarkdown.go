package views

import (
	"bytes"
	"html"
	"io"

	"github.com/a-h/templ"
	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"context"
)

// markdown shows what people wrote: as Markdown, with nothing in it that would
// run, style the page, or ask another host for something. Pictures become links.
type markdown struct {
	parse    goldmark.Markdown
	sanitize *bluemonday.Policy
}

// headingShift puts the headings of a note below those of the page.
const headingShift = 2

func newMarkdown() *markdown {
	parse := goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.Linkify))
	parse.Renderer().AddOptions(renderer.WithNodeRenderers(util.Prioritized(pictureLinks{}, 0)))
	allow := bluemonday.NewPolicy()
	allow.AllowElements("p", "br", "hr", "h3", "h4", "h5", "h6", "strong", "em", "del", "code", "pre", "blockquote",
		"ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td")
	allow.AllowAttrs("href").OnElements("a")
	allow.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	allow.AllowURLSchemes("http", "https", "mailto")
	allow.RequireParseableURLs(true)
	allow.RequireNoFollowOnLinks(true)
	allow.RequireNoReferrerOnLinks(true)
	allow.AddTargetBlankToFullyQualifiedLinks(true)
	return &markdown{parse: parse, sanitize: allow}
}

// page gives the note as a component.
func (m *markdown) page(source string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		input := []byte(source)
		document := m.parse.Parser().Parse(text.NewReader(input))
		lowerHeadings(document)
		var out bytes.Buffer
		if err := m.parse.Renderer().Render(&out, input, document); err != nil {
			return err
		}
		_, err := w.Write(m.sanitize.SanitizeBytes(out.Bytes()))
		return err
	})
}

// lowerHeadings keeps the page's own heading the only one of its level.
func lowerHeadings(document ast.Node) {
	_ = ast.Walk(document, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if h, ok := n.(*ast.Heading); ok && entering {
			h.Level = min(h.Level+headingShift, 6)
		}
		return ast.WalkContinue, nil
	})
}

// pictureLinks renders pictures as links to them.
type pictureLinks struct{}

func (pictureLinks) RegisterFuncs(register renderer.NodeRendererFuncRegisterer) {
	register.Register(ast.KindImage, func(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			_, err := w.WriteString("</a>")
			return ast.WalkContinue, err
		}
		where := html.EscapeString(string(n.(*ast.Image).Destination))
		_, err := w.WriteString(`<a href="` + where + `">picture: `)
		return ast.WalkContinue, err
	})
}
