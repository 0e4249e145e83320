package views

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/recorder/say"
)

// sharedFact says something of where a run is.
type sharedFact struct {
	Words, Title string
	Behind       bool // a push would bring something
}

// sharedFacts say where a run came from, and which remotes have it.
func sharedFacts(run *recorder.Run) (facts []sharedFact) {
	if f := run.Fetched(); f.From != "" {
		facts = append(facts, sharedFact{Words: "fetched from " + visible(f.From), Title: "On " + f.Time.Local().Format(time.DateTime) + ranBy(run)})
	}
	for _, r := range run.Remotes() {
		if r.Same {
			facts = append(facts, sharedFact{Words: "on " + visible(r.Remote), Title: "As the remote was when it was last pushed to or fetched from"})
			continue
		}
		facts = append(facts, sharedFact{Words: "on " + visible(r.Remote) + " in another state", Title: "exprec push brings it up to date", Behind: true})
	}
	if run.Unshared() {
		facts = append(facts, sharedFact{Words: "not shared yet", Title: "exprec push gives it to a remote"})
	}
	return facts
}

func ranBy(run *recorder.Run) string {
	if whose := visible(say.Whose(run)); whose != "" {
		return ", run by " + whose
	}
	return ""
}

// sharedWords say whether a remote has a run as it is here. A value that is of
// the run's own parameter of that name is said as it is.
func sharedWords(v recorder.Value) string {
	switch {
	case v.Kind != recorder.FlagValue:
		return wordsOf(v)
	case v.Num != 0:
		return "as here"
	}
	return "not yet"
}

// recordedTimes counts the records of a run.
func recordedTimes(n int) string {
	if n == 2 {
		return "twice"
	}
	return count(n, "time")
}

// recordWords tells the records of a run apart: the first one counts.
func recordWords(i int) string {
	if i == 0 {
		return "The one that counts"
	}
	return "Another record"
}

// saidLength is how many characters of a note the list of who said what shows.
const saidLength = 80

// said is the word that counts for a field.
func (v *runView) said(field string) (recorder.Saying, bool) {
	for _, s := range v.Said {
		if s.Field == field && !s.Earlier && !s.Gone {
			return s, true
		}
	}
	return recorder.Saying{}, false
}

// tagBy says who added a tag; of one that the program gave nothing.
func (v *runView) tagBy(tag string) string {
	for _, s := range v.Said {
		if s.Field == "tag" && s.Text == tag {
			return "added by " + visible(s.By.String()) + ", " + s.Time.Local().Format(time.DateTime)
		}
	}
	return ""
}

// sentenceStart begins with an upper-case letter where the words are our own and
// no name.
func sentenceStart(words string) string {
	if !strings.HasPrefix(words, "another clone") && !strings.HasPrefix(words, "this clone") {
		return words
	}
	first, n := utf8.DecodeRuneInString(words)
	return string(unicode.ToUpper(first)) + words[n:]
}
