package main

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// pageName is what a command's manual page is called.
func pageName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

// manPage is a command's manual page, in the language of man(7). It has no
// date: equal versions give equal pages.
func manPage(c *cobra.Command) []byte {
	p := &manual{}
	p.macro(".TH", strings.ToUpper(pageName(c)), "1", "", "exprec "+buildVersion(), "Exprec")
	p.macro(".SH", "NAME")
	p.words(pageName(c) + ` \- ` + roff(c.Short))
	p.macro(".SH", "SYNOPSIS")
	p.words(roff(strings.ReplaceAll(c.UseLine(), " [flags]", "")))
	p.macro(".SH", "DESCRIPTION")
	words := c.Long
	if words == "" {
		words = c.Short + "."
	}
	p.text(words)
	if c.Flags().HasAvailableFlags() {
		p.macro(".SH", "OPTIONS")
		c.Flags().VisitAll(p.option)
	}
	p.macro(".SH", "EXAMPLE")
	p.asItIs(strings.Split(c.Example, "\n"))
	p.macro(".SH", "EXIT STATUS")
	p.asItIs(exitLines(c))
	p.seeAlso(c)
	return p.Bytes()
}

// manual collects lines of a page.
type manual struct{ bytes.Buffer }

func (p *manual) macro(name string, arguments ...string) {
	p.WriteString(name)
	for _, argument := range arguments {
		fmt.Fprintf(p, ` "%s"`, strings.ReplaceAll(roff(argument), `"`, `\(dq`))
	}
	p.WriteByte('\n')
}

// words writes a line that is roff already.
func (p *manual) words(line string) {
	if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
		line = `\&` + line
	}
	p.WriteString(line + "\n")
}

// text writes paragraphs; lines that are indented stay as they are.
func (p *manual) text(words string) {
	for paragraph := range strings.SplitSeq(words, "\n\n") {
		lines := strings.Split(paragraph, "\n")
		if strings.HasPrefix(lines[0], " ") {
			p.asItIs(lines)
			continue
		}
		p.macro(".PP")
		for _, line := range lines {
			p.words(roff(line))
		}
	}
}

// asItIs writes lines that are not to be filled.
func (p *manual) asItIs(lines []string) {
	p.macro(".PP")
	p.macro(".EX")
	for _, line := range lines {
		p.words(roff(line))
	}
	p.macro(".EE")
}

func (p *manual) option(f *pflag.Flag) {
	if f.Hidden {
		return
	}
	value, usage := pflag.UnquoteUsage(f)
	name := `\fB` + roff("--"+f.Name) + `\fP`
	if f.Shorthand != "" {
		name = `\fB` + roff("-"+f.Shorthand) + `\fP, ` + name
	}
	if value != "" {
		name += " " + roff(value)
	}
	switch f.DefValue {
	case "", "0", "[]", "false":
	default:
		usage += fmt.Sprintf(" (default %s)", f.DefValue)
	}
	p.macro(".TP")
	p.words(name)
	p.words(roff(usage))
}

// seeAlso names the page of the command above, or those of the commands below.
func (p *manual) seeAlso(c *cobra.Command) {
	var pages []string
	if c.HasParent() {
		pages = append(pages, pageName(c.Parent()))
	}
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			pages = append(pages, pageName(sub))
		}
	}
	p.macro(".SH", "SEE ALSO")
	for i, name := range pages {
		end := ","
		if i == len(pages)-1 {
			end = ""
		}
		p.words(`\fB` + roff(name) + `\fP(1)` + end)
	}
}

// special are the characters that stand for something else in a page.
var special = map[rune]string{
	'\\': `\e`, '-': `\-`, '~': `\(ti`, '^': `\(ha`, '\'': `\(aq`, '`': `\(ga`,
}

// roff makes text stand for itself in a page.
func roff(words string) string {
	var b strings.Builder
	for _, r := range words {
		switch known := special[r]; {
		case known != "":
			b.WriteString(known)
		case r >= utf8.RuneSelf:
			fmt.Fprintf(&b, `\[u%04X]`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
