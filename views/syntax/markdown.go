package syntax

import "github.com/alecthomas/chroma/v2"

// markdown is the language of notes and READMEs.
func markdown() chroma.Lexer {
	names := []string{"*.md", "*.mkd", "*.markdown", "*.qmd", "*.Rmd"}
	return chroma.MustNewLexer(&chroma.Config{Name: "Markdown", Aliases: []string{"md", "markdown"}, Filenames: names}, func() chroma.Rules {
		return chroma.Rules{
			"root": {
				{Pattern: "^(```|~~~)[^\n]*\n", Type: chroma.LiteralString, Mutator: chroma.Push("code")},
				{Pattern: `^#[^#\n][^\n]*\n`, Type: chroma.GenericHeading},
				{Pattern: `^#{2,6}[^\n]*\n`, Type: chroma.GenericSubheading},
				{Pattern: `^\s*([-*+]|[0-9]+[.)])(?=\s)`, Type: chroma.Keyword},
				{Pattern: `^\s*>[^\n]*\n`, Type: chroma.GenericEmph},
				{Pattern: `<!--(.|\n)*?-->`, Type: chroma.CommentMultiline},
				{Pattern: "`[^`\n]+`", Type: chroma.LiteralStringBacktick},
				{Pattern: `(\*\*|__)(?=\S)[^\n]*?\1`, Type: chroma.GenericStrong},
				{Pattern: `(!?\[)([^\]\n]*)(\]\()([^)\n]*)(\))`, Type: chroma.ByGroups(chroma.Text, chroma.NameTag, chroma.Text, chroma.NameAttribute, chroma.Text)},
				{Pattern: "[^`\\[!*_<\n]+|.|\n", Type: chroma.Text},
			},
			"code": {
				{Pattern: "^(```|~~~)[^\n]*(\n|$)", Type: chroma.LiteralString, Mutator: chroma.Pop(1)},
				{Pattern: "[^\n]*\n|[^\n]+", Type: chroma.LiteralString},
			},
		}
	})
}
