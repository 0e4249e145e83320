package environ

import (
	"path/filepath"
	"slices"
	"strings"
)

// launchers are programs that are written in Python or for Node and start
// others, often with another interpreter than their own.
var launchers = []string{
	"conda", "mamba", "conda-run", "poetry", "pipenv", "pdm", "hatch", "tox", "nox", "pipx",
	"npm", "npx", "npm-cli", "npx-cli", "yarn", "yarnpkg", "pnpm", "pnpx", "corepack",
}

// ownCommands are those of exprec by which a program in another language
// records itself.
var ownCommands = []string{"begin", "end", "supervisor", "output-guard"}

// launches reports whether a process runs one of the launchers: by its script,
// by its module, or by the title that it gave itself in place of its arguments,
// as npm does.
func launches(p Process) bool {
	words := p.Args
	if len(words) == 0 {
		return false
	}
	if len(words) > 1 && slices.Contains(ownCommands, words[1]) && base(words[0]) == "exprec" {
		return true
	}
	if title := strings.Fields(words[0]); len(title) > 0 && launcher(title[0]) {
		return true
	}
	for i, word := range words[1:] {
		if !strings.HasPrefix(word, "-") {
			return launcher(word)
		}
		if word == "-m" && i+2 < len(words) {
			return launcher(words[i+2])
		}
		if word == "-c" || word == "-e" {
			return false
		}
	}
	return false
}

func launcher(script string) bool {
	name := base(script)
	name = strings.TrimSuffix(name, filepath.Ext(name))
	return slices.Contains(launchers, name)
}
