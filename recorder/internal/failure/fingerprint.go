package failure

import (
	"crypto/sha256"
	"encoding/hex"
	"path"
	"slices"
	"strings"

	"github.com/exprec/exprec/recorder/internal/lazy"
)

// innermost is how many frames say where an error was.
const innermost = 3

// Fingerprint is equal for errors of one kind and place: of the same type,
// whose messages differ in numbers, addresses, paths and quoted values alone,
// and which were raised in the same functions, on whatever lines. It is empty
// for no error.
func Fingerprint(kind, message, stack string) string {
	if kind == "" && message == "" {
		return ""
	}
	parts := append([]string{kind, general(message)}, places(stack)...)
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return hex.EncodeToString(sum[:8])
}

// particulars are what differs between two messages of one error.
var particulars = []*lazy.Regexp{
	lazy.New(`(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`),
	lazy.New("\"[^\"\n]*\"|\\B'[^'\n]*'\\B|`[^`\n]*`|‘[^’\n]*’|“[^”\n]*”"),
	lazy.New(`(?i)\b[a-z]:\\[^\s:;,"']*|\.{0,2}/[^\s:;,"'()]+`),
	lazy.New(`(?i)\b0x[0-9a-f]+\b`),
	lazy.New(`(?i)\b[0-9a-f]{7,}\b`),
	lazy.New(`[-+]?\b\d+(?:[.,:_]\d+)*(?:[eE][-+]?\d+)?`),
}

func general(message string) string {
	for _, particular := range particulars {
		message = particular.ReplaceAllString(message, "?")
	}
	return strings.Join(strings.Fields(message), " ")
}

var (
	pythonPlace = lazy.New(`File "([^"]+)", line \d+,? in (.+)$`)
	goPlace     = lazy.New(`^([\w./~%-]+\.[^\s]*|panic)\(.*\)$`)
	atPlace     = lazy.New(`^\s+at (?:async )?(.+?)(?: ?\((.*)\))?(?: \{)?$`)
	rustPlace   = lazy.New(`^\s+\d+: (.+)$`)
	juliaPlace  = lazy.New(`^\s*\[\d+\] ([^(\s]+)`)
	nativePlace = lazy.New(`^\s+#\d+ 0x[0-9a-f]+ in (\S+)`)
	position    = lazy.New(`(:\d+)+$`)
)

// machinery are the places that every error of a language goes through.
var machinery = lazy.New(`^(runtime\.|internal/runtime|panic$|github\.com/exprec/exprec/recorder\.|node:|.* node:|java\.base/|jdk\.|std::|core::|alloc::|__rustc|rust_begin|<|__libc_start|_start|Base\.)`)

// places are the functions and files of the innermost frames, without lines.
func places(stack string) []string {
	var all []string
	stack = stack[max(strings.LastIndex(stack, traceback), strings.LastIndex(stack, "\nCaused by: "), 0):]
	rust := strings.Contains(stack, "\nstack backtrace:\n")
	for line := range strings.SplitSeq(stack, "\n") {
		if place := placeOf(line, rust); place != "" {
			all = append(all, place)
		}
	}
	if strings.Contains(stack, traceback) {
		slices.Reverse(all)
	}
	own := slices.DeleteFunc(slices.Clone(all), machinery.MatchString)
	if len(own) > 0 {
		all = own
	}
	all = slices.Compact(all)
	return all[:min(len(all), innermost)]
}

func placeOf(line string, rust bool) string {
	if m := pythonPlace.FindStringSubmatch(line); m != nil {
		return base(m[1]) + " " + m[2]
	}
	if m := goPlace.FindStringSubmatch(line); m != nil {
		return strings.TrimSuffix(m[1], "(...)")
	}
	if m := nativePlace.FindStringSubmatch(line); m != nil {
		return m[1]
	}
	if rust {
		if m := rustPlace.FindStringSubmatch(line); m != nil {
			return m[1]
		}
		return ""
	}
	if m := atPlace.FindStringSubmatch(line); m != nil {
		return strings.TrimSpace(base(m[1]) + " " + base(m[2]))
	}
	if m := juliaPlace.FindStringSubmatch(line); m != nil {
		return m[1]
	}
	return ""
}

// base is a file's name without folders and line.
func base(file string) string {
	file = position.ReplaceAllString(file, "")
	if strings.HasPrefix(file, "node:") || strings.HasPrefix(file, "java.base/") || file == "" {
		return file
	}
	return path.Base(strings.ReplaceAll(file, `\`, "/"))
}
