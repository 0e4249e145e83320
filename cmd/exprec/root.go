package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

// newRoot builds the whole command line.
func newRoot(a *app) *cobra.Command {
	alone := serveOptions{host: serveHost, port: servePort}
	root := &cobra.Command{
		Use:           "exprec [COMMAND]",
		Short:         "Record experiments in git: compare runs, reproduce results",
		Long:          "exprec shows, compares and brings back the runs that your programs recorded. Alone it serves the\ndashboard on http://localhost:8080/ until Ctrl-C.\n\nRUN is an id or its first letters, a name or alias, @ for the newest run, @~2 for two before it.",
		Example:       "exprec list",
		Version:       buildVersion(),
		Args:          knownWord,
		Annotations:   codes(noRunCode, refusedCode, damagedCode, "6    another machine's side failed"),
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(c *cobra.Command, _ []string) error {
			if alone.ssh != "" {
				return a.serveFrom(c.Context(), alone)
			}
			return a.serve(c.Context(), alone)
		},
	}
	root.Flags().StringVar(&alone.ssh, "ssh", "", "the dashboard of `HOST:DIR`, started there over ssh and shown here")
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetOut(a.out)
	root.SetErr(a.errs)
	root.SetVersionTemplate("exprec {{.Version}}\n")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		if !c.HasParent() {
			return usage("exprec serve has options, as all commands have: see exprec help", "%v", err)
		}
		more := ""
		if strings.Contains(c.Use, "QUERY") && strings.HasPrefix(err.Error(), "unknown flag") {
			more = "a query is words, such as status=failed or tag=paper; "
		}
		return usage(more+"see exprec help"+below(c), "%v", err)
	})
	root.SetHelpFunc(func(c *cobra.Command, _ []string) { help(a.out, c) })
	root.SetHelpCommand(newHelp(a))
	root.AddCommand(
		newList(a),
		newShow(a),
		newOutput(a),
		newScalars(a),
		newFiles(a),
		newCat(a),
		newDiff(a),
		newWhy(a),
		newRerun(a),
		newBisect(a),
		newEdit(a),
		newDelete(a),
		newPrune(a),
		newGC(a),
		newGrep(a),
		newOpen(a),
		newRun(a),
		newBegin(a),
		newEnd(a),
		newPush(a),
		newFetch(a),
		newBundle(a),
		newCheckout(a),
		newRestore(a),
		newCheck(a),
		newRecover(a),
		newServe(a),
		newDemo(a),
		newMan(a),
		newVersion(a),
		newCompletion(a),
	)
	a.offlineFlags(root)
	a.completeArguments(root)
	return root
}

// otherWords are what other tools call what a command here does.
var otherWords = map[string]string{
	"ls": "list", "log": "list", "runs": "list", "status": "list", "search": "list", "query": "list", "export": "list",
	"compare": "diff", "logs": "output", "metrics": "scalars", "params": "show", "info": "show", "view": "show", "get": "cat",
	"pull": "fetch", "sync": "fetch", "download": "fetch", "import": "fetch", "upload": "push", "share": "push",
	"ui": "serve", "up": "serve", "web": "serve", "server": "serve", "dashboard": "serve",
	"tag": "edit", "note": "edit", "rename": "edit", "archive": "edit", "rm": "delete", "remove": "delete", "purge": "delete",
	"apply": "restore", "init": "run", "exec": "run", "track": "run",
}

// knownWord refuses a word that is no command.
func knownWord(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if word, ok := otherWords[args[0]]; ok {
		return usage("did you mean exprec "+word+"?", "there is no command %q", args[0])
	}
	c.SuggestionsMinimumDistance = min(2, len(args[0])/2)
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		return usage("did you mean exprec "+strings.Join(near, ", exprec ")+"?", "there is no command %q", args[0])
	}
	return usage("exprec help lists the commands", "there is no command %q", args[0])
}

// between takes from least to most arguments; most < 0 is any number.
func between(least, most int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) >= least && (most < 0 || len(args) <= most) {
			return nil
		}
		problem := "too many arguments"
		if len(args) < least {
			problem = "an argument is missing"
		}
		return usage("see exprec help"+below(c), "%s: %s", problem, c.UseLine())
	}
}

// below is the command's name as a further word.
func below(c *cobra.Command) string {
	if !c.HasParent() {
		return ""
	}
	return " " + c.Name()
}

// exitNotes is the annotation that holds a command's exit codes.
const exitNotes = "exitNotes"

// codes makes the annotation: what the codes beyond 0, 1, 2 and 130 mean.
func codes(meanings ...string) map[string]string {
	return map[string]string{exitNotes: strings.Join(meanings, "\n")}
}

const (
	noRunCode   = "3    no such run, or several that could be meant"
	refusedCode = "4    refused, something would be lost"
	damagedCode = "5    something is damaged"
)

func newHelp(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND]",
		Short:   "Explain a command",
		Example: "exprec help diff",
		Args:    between(0, 1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				help(a.out, c.Root())
				return nil
			}
			if found, _, err := c.Root().Find(args); err == nil && found.Name() == args[0] {
				help(a.out, found)
				return nil
			}
			return knownWord(c.Root(), args)
		},
	}
}

// help prints what a command does, its options, an example, its exit codes.
func help(s *screen, c *cobra.Command) {
	c.InitDefaultHelpFlag()
	words := c.Long
	if words == "" {
		words = c.Short + "."
	}
	s.line(plain("%s\n", words))
	s.line(styled(boldStyle, "Usage"))
	s.line(plain("  %s", strings.ReplaceAll(c.UseLine(), " [flags]", "")))
	if c.HasAvailableSubCommands() {
		s.line(styled(boldStyle, "\nCommands"))
		for _, sub := range c.Commands() {
			if sub.IsAvailableCommand() {
				s.line(plain("  %-10s %s", sub.Name(), sub.Short))
			}
		}
	}
	if flags := c.Flags(); flags.HasAvailableFlags() {
		s.line(styled(boldStyle, "\nOptions"))
		s.print(plain("%s", flags.FlagUsages()))
	}
	s.line(styled(boldStyle, "\nExample"))
	s.line(plain("  %s", strings.ReplaceAll(c.Example, "\n", "\n  ")))
	s.line(styled(boldStyle, "\nExit codes"))
	for _, line := range exitLines(c) {
		s.line(plain("  %s", line))
	}
}

func exitLines(c *cobra.Command) []string {
	lines := []string{"0    done", "1    failed", "2    wrong usage"}
	if more := c.Annotations[exitNotes]; more != "" {
		lines = append(lines, strings.Split(more, "\n")...)
	}
	slices.SortStableFunc(lines, func(a, b string) int { return cmp.Compare(codeIn(a), codeIn(b)) })
	return append(lines, fmt.Sprintf("%d  interrupted", exitInterrupted))
}

// codeIn is the code that a line explains; other words come behind all codes.
func codeIn(line string) int {
	word, _, _ := strings.Cut(line, " ")
	n, err := strconv.Atoi(word)
	if err != nil {
		return exitInterrupted
	}
	return n
}
