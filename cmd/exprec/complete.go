package main

import (
	"context"
	"io/fs"
	"path"
	"strings"

	"github.com/spf13/cobra"

	"github.com/exprec/exprec/recorder"
)

// mostOffered bounds how many words are offered at once.
const mostOffered = 100

func newCompletion(a *app) *cobra.Command {
	shells := []string{"bash", "zsh", "fish"}
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print what makes a shell complete exprec's words",
		Long: "Print a script for bash, zsh or fish. With it the shell completes commands, options, runs,\n" +
			"the keys and values of queries, and the files of runs.",
		Example:   "exprec completion bash > ~/.local/share/bash-completion/completions/exprec",
		Args:      between(1, 1),
		ValidArgs: shells,
		RunE: func(c *cobra.Command, args []string) error {
			switch args[0] {
			case "bash":
				return c.Root().GenBashCompletionV2(a.out, true)
			case "zsh":
				return c.Root().GenZshCompletion(a.out)
			case "fish":
				return c.Root().GenFishCompletion(a.out, true)
			}
			return usage("bash, zsh and fish are known", "there is no completion for %q", args[0])
		},
	}
}

// completeArguments lets the shell complete the arguments of every command, as
// the words of its usage say: RUN, A, B and BAD are runs, QUERY is a query, PATH
// a file of the run before it, NAME and SERIES a scalar of it.
func (a *app) completeArguments(root *cobra.Command) {
	for _, c := range root.Commands() {
		kinds := argumentKinds(c.Use)
		if len(kinds) == 0 || len(c.ValidArgs) > 0 {
			continue
		}
		c.ValidArgsFunction = func(c *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
			return a.complete(c.Context(), kinds[min(len(args), len(kinds)-1)], args, word)
		}
		for _, flag := range []string{"columns", "sort", "group"} {
			if c.Flags().Lookup(flag) != nil && c.Name() == "list" {
				_ = c.RegisterFlagCompletionFunc(flag, a.completeKeys) // the flag is there
			}
		}
	}
}

// argumentKinds are the words for arguments in a usage line, the first way of
// several.
func argumentKinds(use string) []string {
	use, _, _ = strings.Cut(use, " | ")
	var kinds []string
	for _, word := range strings.Fields(use)[1:] {
		if word == "--" {
			break
		}
		kinds = append(kinds, strings.Trim(word, "[]…"))
	}
	return kinds
}

// complete offers words for an argument. Nothing that goes wrong is said: a
// shell asks in the middle of a line. Nothing is recovered either.
func (a *app) complete(ctx context.Context, kind string, args []string, word string) ([]string, cobra.ShellCompDirective) {
	switch kind {
	case "RUN", "A", "B", "BAD":
		return a.offer(ctx, word, offerRuns), cobra.ShellCompDirectiveNoFileComp
	case "QUERY":
		return goOn(a.offer(ctx, word, offerQuery))
	case "PATH":
		return goOn(a.offerOf(ctx, args[0], word, offerPaths))
	case "NAME", "SERIES":
		return a.offerOf(ctx, args[0], word, offerScalars), cobra.ShellCompDirectiveNoFileComp
	case "PATTERN":
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return nil, cobra.ShellCompDirectiveDefault
}

// goOn keeps the shell from ending a word that goes on: a key before its value,
// a folder.
func goOn(words []string) ([]string, cobra.ShellCompDirective) {
	for _, w := range words {
		if strings.HasSuffix(w, "=") || strings.HasSuffix(w, ":") || strings.HasSuffix(w, "/") {
			return words, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
		}
	}
	return words, cobra.ShellCompDirectiveNoFileComp
}

func (a *app) completeKeys(c *cobra.Command, _ []string, word string) ([]string, cobra.ShellCompDirective) {
	return a.offer(c.Context(), word, func(rows *recorder.Rows, o *offers) {
		// Of a list only the last key is completed.
		before := word[:strings.LastIndexByte(word, ',')+1]
		if strings.HasPrefix(word, "-") {
			before = "-"
		}
		for _, key := range allKeys(rows) {
			o.add(before+key, "")
		}
	}), cobra.ShellCompDirectiveNoFileComp
}

// offers collects words that begin as the one to complete.
type offers struct {
	word  string
	words []string
	known map[string]bool
}

// add offers a word with a description. Words that a shell or a terminal could
// take for more than a word are not offered.
func (o *offers) add(word, description string) {
	if !strings.HasPrefix(word, o.word) || o.known[word] || len(o.words) >= mostOffered || !plainWord(word) {
		return
	}
	o.known[word] = true
	if description != "" {
		word += "\t" + shorten(sanitizeLine(description), cellMost)
	}
	o.words = append(o.words, word)
}

func (o *offers) full() bool { return len(o.words) >= mostOffered }

// plainWord reports whether a word needs no quotes in any shell.
func plainWord(s string) bool {
	return s != "" && harmless(s) && !strings.ContainsAny(s, " \t\n\"'`\\$&|;<>(){}[]*?!#~^")
}

// offer lets add offer words out of the list of runs.
func (a *app) offer(ctx context.Context, word string, add func(*recorder.Rows, *offers)) []string {
	o := &offers{word: word, known: map[string]bool{}}
	project, err := a.find()
	if err != nil {
		return nil
	}
	defer project.Close()
	if rows, err := project.Rows(ctx, ""); err == nil {
		add(rows, o)
	}
	return o.words
}

// offerOf lets add offer words out of a run.
func (a *app) offerOf(ctx context.Context, ref, word string, add func(*recorder.Run, *offers)) []string {
	o := &offers{word: word, known: map[string]bool{}}
	project, err := a.find()
	if err != nil {
		return nil
	}
	defer project.Close()
	if run, err := project.Run(ctx, ref); err == nil {
		add(run, o)
	}
	return o.words
}

// offerRuns offers names and aliases, the newest first, and ids where the word
// may begin one.
func offerRuns(rows *recorder.Rows, o *offers) {
	if rows.Len() > 0 {
		o.add("@", "the newest run")
	}
	for i := 0; i < rows.Len() && !o.full(); i++ {
		r := rows.At(i)
		what := string(r.Status())
		if r.Name() != "" {
			o.add(r.Name(), what)
		} else {
			o.add(r.Alias(), what)
		}
		if o.word != "" {
			o.add(r.Alias(), r.Label())
			o.add(r.Short(), r.Label())
			if len(o.word) > len(r.Short()) {
				o.add(r.ID(), r.Label())
			}
		}
	}
}

// offerScalars offers the scalars of a run.
func offerScalars(r *recorder.Run, o *offers) {
	scalars, _ := r.Scalars()
	for _, s := range scalars {
		o.add(s.Name, "")
	}
}

// offerPaths offers what is in a folder of the run's files, or of its source,
// as far as the word names it.
func offerPaths(r *recorder.Run, o *offers) {
	folder := strings.TrimSuffix(o.word[:strings.LastIndexByte(o.word, '/')+1], "/")
	files, err := r.Files()
	offerFolder(files, err, folder, folder, o)
	source, err := r.Source()
	inside, below := strings.CutPrefix(folder+"/", "source/")
	if below {
		offerFolder(source, err, strings.TrimSuffix(inside, "/"), folder, o)
	} else if err == nil {
		offerFolder(source, err, folder, folder, o)
		o.add("source/", "")
	}
}

func offerFolder(files fs.FS, err error, folder, shown string, o *offers) {
	if err != nil || files == nil {
		return
	}
	entries, err := fs.ReadDir(files, path.Join(".", folder))
	if err != nil {
		return
	}
	for _, e := range entries {
		name := path.Join(shown, e.Name())
		if e.IsDir() {
			name += "/"
		}
		o.add(name, "")
	}
}
