package views

import (
	"bytes"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/chroma/v2"

	"github.com/exprec/exprec/views/syntax"
)

// Bounds of colouring a text: what goes beyond is shown without colours.
const (
	colouredBytes = 256 << 10
	colouredLines = 5000
	colouredLine  = 2000 // bytes
	colouredTime  = 3 * time.Second
	keptColours   = 32 << 20 // bytes of HTML
)

// coloured are the lines of a text as HTML with classes for what the words are.
// It is nil where the language is unknown or the text too large. The id of the
// git object, if there is one, keeps the result.
func (d *Dashboard) coloured(hash, name string, data []byte) []string {
	if len(data) > colouredBytes || bytes.Count(data, []byte{'\n'}) > colouredLines || longestLine(data) > colouredLine {
		return nil
	}
	lexer := lexerOf(name)
	if lexer == nil {
		return nil
	}
	key := hash + " " + lexer.Config().Name
	if lines, ok := d.colours.get(key); ok {
		return lines
	}
	lines := colouredText(lexer, string(data))
	if hash != "" && lines != nil {
		cost := int64(0)
		for _, line := range lines {
			cost += int64(len(line)) + 16
		}
		d.colours.put(key, lines, cost)
	}
	return lines
}

// uncoloured are the languages whose words are all alike.
var uncoloured = []string{"plaintext", "CSV"}

// lexerOf knows the language of a file by its name, nil where it does not.
func lexerOf(name string) chroma.Lexer {
	base := path.Base(name)
	if strings.HasSuffix(base, ".ipynb") {
		base = "notebook.json"
	}
	lexer := syntax.Match(base)
	if lexer == nil || slices.Contains(uncoloured, lexer.Config().Name) {
		return nil
	}
	return chroma.Coalesce(lexer)
}

func longestLine(data []byte) int {
	longest := 0
	for line := range bytes.SplitSeq(data, []byte{'\n'}) {
		longest = max(longest, len(line))
	}
	return longest
}

// colouredText is nil where the text takes too long.
func colouredText(lexer chroma.Lexer, text string) []string {
	next, err := lexer.Tokenise(nil, strings.ReplaceAll(text, "\r\n", "\n"))
	if err != nil {
		return nil
	}
	deadline := time.Now().Add(colouredTime)
	var lines []string
	var line strings.Builder
	for token := next(); token != chroma.EOF; token = next() {
		if time.Now().After(deadline) {
			return nil
		}
		class := tokenClass(token.Type)
		rest := token.Value
		for {
			part, after, ended := strings.Cut(rest, "\n")
			appendToken(&line, class, part)
			if !ended {
				break
			}
			lines = append(lines, line.String())
			line.Reset()
			rest = after
		}
	}
	if line.Len() > 0 {
		lines = append(lines, line.String())
	}
	return lines
}

func appendToken(b *strings.Builder, class, text string) {
	switch {
	case text == "":
	case class == "":
		b.WriteString(escapedText(text))
	default:
		b.WriteString(`<span class="` + class + `">` + escapedText(text) + "</span>")
	}
}

// tokenClass is the class of a kind of word, empty for the usual colour.
func tokenClass(t chroma.TokenType) string {
	switch {
	case t == chroma.KeywordType:
		return "h-type"
	case t == chroma.KeywordConstant:
		return "h-number"
	case t.InCategory(chroma.Keyword), t == chroma.OperatorWord:
		return "h-keyword"
	case t.InSubCategory(chroma.LiteralString):
		return "h-string"
	case t.InSubCategory(chroma.LiteralNumber):
		return "h-number"
	case t == chroma.CommentPreproc, t == chroma.CommentPreprocFile, t == chroma.NameDecorator:
		return "h-meta"
	case t.InCategory(chroma.Comment):
		return "h-comment"
	case t == chroma.NameFunction, t == chroma.NameFunctionMagic, t == chroma.NameClass:
		return "h-name"
	case t == chroma.NameBuiltin, t == chroma.NameBuiltinPseudo:
		return "h-builtin"
	case t == chroma.NameTag, t == chroma.NameAttribute:
		return "h-type"
	case t == chroma.GenericDeleted:
		return "h-deleted"
	case t == chroma.GenericInserted:
		return "h-string"
	case t == chroma.GenericHeading, t == chroma.GenericSubheading:
		return "h-name"
	}
	return ""
}
