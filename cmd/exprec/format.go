package main

import (
	"fmt"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/exprec/exprec/recorder/say"
)

// What package say says is named shortly here, as it stands in many places.

func short(id string) string { return say.Short(id) }

func count(n int, what string) string { return say.Count(n, what) }

func number(v float64) string { return say.Number(v) }

func size(bytes int64) string { return say.Size(bytes) }

// duration shows seconds the way people say them, to two units.
func duration(seconds float64) string {
	whole := int64(seconds)
	switch {
	case seconds < 60:
		return fmt.Sprintf("%.1fs", seconds)
	case whole < 3600:
		return fmt.Sprintf("%dm%02ds", whole/60, whole%60)
	case whole < 24*3600:
		return fmt.Sprintf("%dh%02dm", whole/3600, whole/60%60)
	}
	return fmt.Sprintf("%dd%02dh", whole/(24*3600), whole/3600%24)
}

// moment shows a time: how long ago for people, the time of day for a pipe.
func moment(s *screen, t time.Time) string {
	switch {
	case t.IsZero():
		return ""
	case s.tty:
		return humanize.Time(t)
	}
	return t.Local().Format(time.DateTime)
}
