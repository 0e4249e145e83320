package views

import (
	"net/http"
	"strconv"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/exprec/exprec/recorder/say"
)

// What package say says is named shortly here, as it stands in many places.

func short(id string) string { return say.Short(id) }

func count(n int, what string) string { return say.Count(n, what) }

func number(v float64) string { return say.Number(v) }

func size(bytes int64) string { return say.Size(bytes) }

// exact shows a value with all its digits.
func exact(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// duration shows seconds the way people say them, to two units.
func duration(seconds float64) string {
	whole := int64(seconds)
	switch {
	case seconds < 60:
		return strconv.FormatFloat(seconds, 'f', 1, 64) + "s"
	case whole < 3600:
		return strconv.FormatInt(whole/60, 10) + "m " + two(whole%60) + "s"
	case whole < 24*3600:
		return strconv.FormatInt(whole/3600, 10) + "h " + two(whole/60%60) + "m"
	}
	return strconv.FormatInt(whole/(24*3600), 10) + "d " + two(whole/3600%24) + "h"
}

func two(n int64) string {
	if n < 10 {
		return "0" + strconv.FormatInt(n, 10)
	}
	return strconv.FormatInt(n, 10)
}

// ago says how long ago a time was; empty for no time.
func ago(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return humanize.Time(t)
}

// since says how long ago a time was in few letters, for tables: "3h ago".
func since(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	const day = 24 * time.Hour
	passed := time.Since(t)
	for _, unit := range []struct {
		length time.Duration
		name   string
	}{{365 * day, "y"}, {30 * day, "mo"}, {day, "d"}, {time.Hour, "h"}, {time.Minute, "m"}} {
		if passed >= unit.length {
			return strconv.FormatInt(int64(passed/unit.length), 10) + unit.name + " ago"
		}
	}
	return strconv.FormatInt(int64(max(passed, 0)/time.Second), 10) + "s ago"
}

// iso is a time as <time datetime> and title have it.
func iso(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// colour is the class of the colour that a run has everywhere: one of c0 to c9,
// by its id.
func colour(id string) string {
	sum := 0
	for _, c := range []byte(id) {
		sum = (sum*31 + int(c)) % 9973
	}
	return "c" + strconv.Itoa(sum%10)
}

// textOf is a status in words, such as "Not Found".
func textOf(status int) string { return http.StatusText(status) }
