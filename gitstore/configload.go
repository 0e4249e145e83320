package gitstore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// Limits of a configuration: its files in bytes, and how deep they may include
// each other, which is git's own limit.
const (
	maxConfigFile    = 16 << 20
	maxConfigInclude = 10
)

// configLoader gathers the configuration that git would read.
type configLoader struct {
	gitDir  string // "" outside of a repository
	config  *Config
	trusted bool // of the files being read
}

// loadConfig reads the configuration of the system and the user, then the
// given files of the repository, then the environment.
func loadConfig(gitDir string, files ...string) (*Config, error) {
	l := &configLoader{gitDir: gitDir, config: &Config{}, trusted: true}
	err := l.files(globalConfigFiles())
	l.trusted = false
	err = errors.Join(err, l.files(files))
	l.trusted = true
	return l.config, errors.Join(err, l.environment())
}

// globalConfigFiles are the files that do not belong to a repository.
func globalConfigFiles() []string {
	var files []string
	if system, set := os.LookupEnv("GIT_CONFIG_SYSTEM"); set {
		files = append(files, system)
	} else {
		files = append(files, "/etc/gitconfig")
	}
	if c := (&Config{entries: []configEntry{{key: "x.y", value: os.Getenv("GIT_CONFIG_NOSYSTEM")}}}); c.Bool("x.y", false) {
		files = nil
	}
	if global, set := os.LookupEnv("GIT_CONFIG_GLOBAL"); set {
		return append(files, global)
	}
	home, _ := os.UserHomeDir()
	if xdg := os.Getenv("XDG_CONFIG_HOME"); xdg != "" {
		files = append(files, filepath.Join(xdg, "git", "config"))
	} else if home != "" {
		files = append(files, filepath.Join(home, ".config", "git", "config"))
	}
	if home != "" {
		files = append(files, filepath.Join(home, ".gitconfig"))
	}
	return files
}

func (l *configLoader) files(files []string) error {
	var errs []error
	for _, file := range files {
		if file != "" {
			errs = append(errs, l.file(file, 0))
		}
	}
	return errors.Join(errs...)
}

// file reads one file. One that is not there, or must not be read, is empty.
func (l *configLoader) file(name string, depth int) error {
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) || isNotDir(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read git's configuration: %w", err)
	}
	if info.Mode().IsRegular() && info.Size() > maxConfigFile {
		return fmt.Errorf("git's configuration %q has %d bytes: %w", name, info.Size(), ErrTooLarge)
	}
	if !info.Mode().IsRegular() {
		return nil // such as /dev/null; a FIFO would never end
	}
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrPermission) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read git's configuration: %w", err)
	}
	err = parseConfig(string(text), func(e configEntry) error { return l.add(e, name, depth) })
	if err != nil {
		return fmt.Errorf("git's configuration %q cannot be read, mend it with an editor: %w", name, err)
	}
	return nil
}

// add keeps an entry and follows it where it includes another file.
func (l *configLoader) add(e configEntry, file string, depth int) error {
	e.trust = l.trusted
	l.config.entries = append(l.config.entries, e)
	condition, conditional := strings.CutPrefix(e.key, "includeif.")
	condition, isPath := strings.CutSuffix(condition, ".path")
	include := e.key == "include.path" || conditional && isPath && l.holds(condition, file)
	if !include || e.bare || e.value == "" {
		return nil
	}
	if depth >= maxConfigInclude {
		return fmt.Errorf("its includes are more than %d deep", maxConfigInclude)
	}
	path := expandHome(e.value)
	if !filepath.IsAbs(path) {
		if file == "" {
			return nil // git refuses relative ones from the environment
		}
		path = filepath.Join(filepath.Dir(file), path)
	}
	return l.file(path, depth+1)
}

// holds decides the condition of an includeIf.
func (l *configLoader) holds(condition, file string) bool {
	kind, pattern, _ := strings.Cut(condition, ":")
	switch {
	case l.gitDir == "":
		return false
	case kind == "gitdir":
		return l.matchGitDir(pattern, file, "")
	case kind == "gitdir/i":
		return l.matchGitDir(pattern, file, "(?i)")
	case kind == "onbranch":
		branch, ok := headBranch(l.gitDir)
		if strings.HasSuffix(pattern, "/") {
			pattern += "**"
		}
		return ok && globMatch("", pattern, branch)
	}
	return false
}

func (l *configLoader) matchGitDir(pattern, file, flags string) bool {
	pattern = expandHome(pattern)
	if rest, ok := strings.CutPrefix(pattern, "./"); ok && file != "" {
		pattern = filepath.ToSlash(filepath.Dir(file)) + "/" + rest
	}
	if !strings.HasPrefix(pattern, "/") && !filepath.IsAbs(pattern) {
		pattern = "**/" + pattern
	}
	if strings.HasSuffix(pattern, "/") {
		pattern += "**"
	}
	names := []string{l.gitDir}
	if real, err := filepath.EvalSymlinks(l.gitDir); err == nil {
		names = append(names, real)
	}
	for _, name := range names {
		if globMatch(flags, pattern, filepath.ToSlash(name)) {
			return true
		}
	}
	return false
}

// globMatch matches as git does where a slash is only matched by a slash or by
// two stars.
func globMatch(flags, pattern, text string) bool {
	var re strings.Builder
	re.WriteString(flags + "^")
	for pattern != "" {
		switch {
		case strings.HasPrefix(pattern, "**/"):
			re.WriteString("(?:.*/)?")
			pattern = pattern[3:]
			continue
		case strings.HasPrefix(pattern, "**"):
			re.WriteString(".*")
			pattern = pattern[2:]
			continue
		case pattern[0] == '*':
			re.WriteString("[^/]*")
		case pattern[0] == '?':
			re.WriteString("[^/]")
		default:
			re.WriteString(regexp.QuoteMeta(pattern[:1]))
		}
		pattern = pattern[1:]
	}
	matcher, err := regexp.Compile("(?s)" + re.String() + "$")
	return err == nil && matcher.MatchString(text)
}

func expandHome(path string) string {
	rest, ok := strings.CutPrefix(path, "~/")
	if !ok {
		return path
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return path
	}
	return filepath.ToSlash(filepath.Join(home)) + "/" + rest
}

// maxConfigCount bounds GIT_CONFIG_COUNT.
const maxConfigCount = 10000

// environment reads GIT_CONFIG_COUNT, and what `git -c` hands to its children.
func (l *configLoader) environment() error {
	for _, e := range parseConfigParameters(os.Getenv("GIT_CONFIG_PARAMETERS")) {
		if err := l.add(e, "", 0); err != nil {
			return err
		}
	}
	text := os.Getenv("GIT_CONFIG_COUNT")
	if text == "" {
		return nil
	}
	count, err := strconv.Atoi(text)
	if err != nil || count < 0 || count > maxConfigCount {
		return fmt.Errorf("the environment has GIT_CONFIG_COUNT=%.40q, which is no count: unset it", text)
	}
	for i := range count {
		key, ok := os.LookupEnv(fmt.Sprintf("GIT_CONFIG_KEY_%d", i))
		value, given := os.LookupEnv(fmt.Sprintf("GIT_CONFIG_VALUE_%d", i))
		if !ok || !given {
			return fmt.Errorf("the environment has GIT_CONFIG_COUNT=%d but no GIT_CONFIG_KEY_%d with its value: unset it", count, i)
		}
		if err := l.add(configEntry{key: foldKey(key), value: value}, "", 0); err != nil {
			return err
		}
	}
	return nil
}

// parseConfigParameters reads 'key'='value' pairs, and the older 'key=value',
// separated by spaces. What is not of this form ends the list.
func parseConfigParameters(text string) []configEntry {
	var entries []configEntry
	for {
		text = strings.TrimLeft(text, " ")
		key, rest, ok := shellUnquote(text)
		if !ok {
			return entries
		}
		var e configEntry
		if after, pair := strings.CutPrefix(rest, "="); pair {
			value, end, quoted := shellUnquote(after)
			e = configEntry{value: value, bare: !quoted}
			rest = after
			if quoted {
				rest = end
			}
		} else {
			name, value, given := strings.Cut(key, "=")
			key, e = name, configEntry{value: value, bare: !given}
		}
		e.key = foldKey(key)
		entries = append(entries, e)
		text = rest
	}
}

// shellUnquote reads one word in single quotes; a quote in it is written '\”.
func shellUnquote(text string) (word, rest string, ok bool) {
	var out strings.Builder
	for strings.HasPrefix(text, "'") {
		part, after, closed := strings.Cut(text[1:], "'")
		if !closed {
			return "", text, false
		}
		out.WriteString(part)
		text, ok = after, true
		if len(after) > 2 && after[0] == '\\' && (after[1] == '\'' || after[1] == '!') && after[2] == '\'' {
			out.WriteByte(after[1])
			text = after[2:]
			continue
		}
		break
	}
	return out.String(), text, ok
}
