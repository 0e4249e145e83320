package syntax

import "github.com/alecthomas/chroma/v2"

// golang is the language of this program.
func golang() chroma.Lexer {
	return chroma.MustNewLexer(&chroma.Config{Name: "Go", Aliases: []string{"go", "golang"}, Filenames: []string{"*.go"}}, func() chroma.Rules {
		return chroma.Rules{"root": {
			{Pattern: `\s+`, Type: chroma.TextWhitespace},
			{Pattern: `//go:[^\n]*`, Type: chroma.CommentPreproc},
			{Pattern: `//[^\n]*`, Type: chroma.CommentSingle},
			{Pattern: `/\*(.|\n)*?\*/`, Type: chroma.CommentMultiline},
			{Pattern: chroma.Words(``, `\b`, `import`, `package`), Type: chroma.KeywordNamespace},
			{Pattern: chroma.Words(``, `\b`, `var`, `func`, `struct`, `map`, `chan`, `type`, `interface`, `const`), Type: chroma.KeywordDeclaration},
			{Pattern: chroma.Words(``, `\b`, `break`, `case`, `continue`, `default`, `defer`, `else`, `fallthrough`, `for`, `go`, `goto`, `if`, `range`, `return`,
				`select`, `switch`), Type: chroma.Keyword},
			{Pattern: chroma.Words(``, `\b`, `true`, `false`, `iota`, `nil`), Type: chroma.KeywordConstant},
			{Pattern: chroma.Words(``, `\b(?=\()`, `append`, `cap`, `clear`, `close`, `complex`, `copy`, `delete`, `imag`, `len`, `make`, `max`, `min`, `new`, `panic`, `print`,
				`println`, `real`, `recover`), Type: chroma.NameBuiltin},
			{Pattern: chroma.Words(``, `\b`, `any`, `bool`, `byte`, `comparable`, `complex64`, `complex128`, `error`, `float32`, `float64`, `int`, `int8`, `int16`, `int32`,
				`int64`, `rune`, `string`, `uint`, `uint8`, `uint16`, `uint32`, `uint64`, `uintptr`), Type: chroma.KeywordType},
			{Pattern: "`[^`]*`", Type: chroma.LiteralStringBacktick},
			{Pattern: `"(\\.|[^"\\\n])*"`, Type: chroma.LiteralString},
			{Pattern: `'(\\.[^'\n]*|[^'\\\n])'`, Type: chroma.LiteralStringChar},
			{Pattern: `0[xX][0-9a-fA-F_]+(\.[0-9a-fA-F_]*)?([pP][-+]?[0-9_]+)?|0[bB][01_]+|0[oO][0-7_]+`, Type: chroma.LiteralNumberHex},
			{Pattern: `([0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)([eE][-+]?[0-9_]+)?i?`, Type: chroma.LiteralNumber},
			{Pattern: `[^\W\d]\w*(?=\()`, Type: chroma.NameFunction},
			{Pattern: `[^\W\d]\w*`, Type: chroma.Name},
			{Pattern: `[-+*/%&|^<>=!:~]+|\.\.\.`, Type: chroma.Operator},
			{Pattern: `.`, Type: chroma.Punctuation},
		}}
	})
}
