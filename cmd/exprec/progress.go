package main

import (
	"os"
	"strings"
)

// passing shows a line of git's progress in the place of the one before it, as
// git does, until [screen.erase] or whatever is printed next. What is no progress
// stays. A terminal that cannot erase gets a line each.
func (s *screen) passing(line string) {
	line = sanitizeLine(line)
	if !isProgress(line) || os.Getenv("TERM") == "dumb" {
		s.line(styled(dimStyle, "%s", line))
		s.flush()
		return
	}
	if s.width > 1 {
		line = shorten(line, s.width-1)
	}
	s.print(styled(dimStyle, "%s", line))
	s.flush()
	s.passes = true
}

// erase takes the last line of progress away.
func (s *screen) erase() {
	if s.passes {
		s.raw(nil)
		s.flush()
	}
}

// isProgress tells what git counts from what it, or the other side, says.
func isProgress(line string) bool {
	said := strings.TrimPrefix(line, "remote: ")
	for _, begin := range []string{"Enumerating objects", "Total ", "Delta compression"} {
		if strings.HasPrefix(said, begin) {
			return true
		}
	}
	return strings.Contains(said, "% (") || strings.HasSuffix(strings.TrimSpace(said), ", done.")
}
