package say

import (
	"cmp"
	"strings"
	"time"

	"github.com/exprec/exprec/recorder"
)

// Shared says where a run came from and which remotes have it, a line each. Of one
// that is on none it says that too, where others are.
func Shared(r *recorder.Run) (lines []string) {
	if f := r.Fetched(); f.From != "" {
		lines = append(lines, "fetched from "+f.From+" on "+f.Time.Local().Format(time.DateOnly)+by(r))
	}
	var same, other []string
	for _, remote := range r.Remotes() {
		if remote.Same {
			same = append(same, remote.Remote)
		} else {
			other = append(other, remote.Remote)
		}
	}
	if len(same) > 0 {
		lines = append(lines, "is on "+strings.Join(same, ", "))
	}
	for _, remote := range other {
		lines = append(lines, "is on "+remote+" in another state: exprec push "+remote)
	}
	if r.Unshared() {
		lines = append(lines, "not shared yet: exprec push")
	}
	return lines
}

func by(r *recorder.Run) string {
	if whose := Whose(r); whose != "" {
		return ", run by " + whose
	}
	return ""
}

// Whose says who ran a run and on which host.
func Whose(r *recorder.Run) string {
	info := r.Info()
	who := cmp.Or(info.Author, info.User)
	switch {
	case who == "":
		return info.Host.Name
	case info.Host.Name == "":
		return who
	}
	return who + " on " + info.Host.Name
}

// Saying says what a word of a run's notes is: a title, an earlier title, a tag
// that was taken away.
func Saying(s recorder.Saying) string {
	what := s.Field
	if s.Earlier {
		what = "another " + what
	}
	if s.Gone {
		what += " taken away"
	}
	return what
}

// Remotes says which remotes have a run, those in another state too.
func Remotes(states []recorder.RemoteState) string {
	words := make([]string, len(states))
	for i, s := range states {
		if words[i] = s.Remote; !s.Same {
			words[i] += " (another state)"
		}
	}
	return strings.Join(words, ", ")
}
