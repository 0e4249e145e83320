package syntax

import (
	"embed"
	"io/fs"
	"sync"

	"github.com/alecthomas/chroma/v2"
)

//go:embed languages/*.xml
var files embed.FS

// known are all languages, once somebody asks for one.
var known = sync.OnceValue(func() *chroma.LexerRegistry {
	languages := chroma.NewLexerRegistry()
	names, err := fs.Glob(files, "languages/*.xml")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	for _, name := range names {
		// They are in the program, and a test has read each.
		languages.Register(chroma.MustNewXMLLexer(files, name))
	}
	languages.Register(golang())
	languages.Register(markdown())
	return languages
})

// Match knows the language of a file by its name, nil where it does not.
func Match(name string) chroma.Lexer { return known().Match(name) }
