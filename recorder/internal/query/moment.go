package query

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// span is a stretch of time: a day, an hour, … or a moment, whose end is its
// beginning.
type span struct{ from, to time.Time }

// dates are the forms of a date, and how long each lasts.
var dates = []struct {
	form string
	end  func(time.Time) time.Time
}{
	{"2006", func(t time.Time) time.Time { return t.AddDate(1, 0, 0) }},
	{"2006-01", func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }},
	{"2006-01-02", func(t time.Time) time.Time { return t.AddDate(0, 0, 1) }},
	{"2006-01-02T15", func(t time.Time) time.Time { return t.Add(time.Hour) }},
	{"2006-01-02T15:04", func(t time.Time) time.Time { return t.Add(time.Minute) }},
	{"2006-01-02T15:04:05", func(t time.Time) time.Time { return t.Add(time.Second) }},
	{time.RFC3339, func(t time.Time) time.Time { return t.Add(time.Second) }},
}

// parseSpan reads a date, a time, or how long ago: 2026-11-01, -7d, today.
func parseSpan(s string, now time.Time) (span, bool) {
	day := func(back int) span {
		midnight := time.Date(now.Year(), now.Month(), now.Day()-back, 0, 0, 0, 0, now.Location())
		return span{midnight, midnight.AddDate(0, 0, 1)}
	}
	switch strings.ToLower(s) {
	case "now":
		return span{now, now}, true
	case "today":
		return day(0), true
	case "yesterday":
		return day(1), true
	}
	if ago, ok := strings.CutPrefix(s, "-"); ok {
		seconds, ok := parseDuration(ago)
		if !ok || seconds > maxAgo {
			return span{}, false
		}
		at := now.Add(-time.Duration(seconds * float64(time.Second)))
		return span{at, at}, true
	}
	for _, d := range dates {
		if t, err := time.ParseInLocation(d.form, s, now.Location()); err == nil {
			return span{t, d.end(t)}, true
		}
	}
	return span{}, false
}

// maxAgo is how far back -7d and the like may go, in seconds: 200 years.
const maxAgo = 200 * 366 * 24 * 3600

// units of time, in seconds.
var units = map[string]float64{
	"ms": 0.001, "s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 24 * 3600, "w": 7 * 24 * 3600,
}

// parseDuration reads 1h30m, 2d, 90s; a number alone is seconds.
func parseDuration(s string) (seconds float64, ok bool) {
	if v, err := strconv.ParseFloat(s, 64); err == nil && !math.IsNaN(v) {
		return v, v >= 0
	}
	for s != "" {
		digits := len(s) - len(strings.TrimLeft(s, "0123456789."))
		letters := len(s) - digits - len(strings.TrimLeft(s[digits:], "abcdefghijklmnopqrstuvwxyz"))
		n, err := strconv.ParseFloat(s[:digits], 64)
		unit, known := units[s[digits:digits+letters]]
		if err != nil || !known {
			return 0, false
		}
		seconds += n * unit
		s, ok = s[digits+letters:], true
	}
	return seconds, ok
}

// sizes are units of bytes.
var sizes = map[string]float64{
	"": 1, "b": 1, "k": 1e3, "kb": 1e3, "m": 1e6, "mb": 1e6, "g": 1e9, "gb": 1e9, "t": 1e12, "tb": 1e12,
	"kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40,
}

// parseSize reads 10MB, 1.5GiB; a number alone is bytes.
func parseSize(s string) (bytes float64, ok bool) {
	if v, ok := parseNumber(s); ok {
		return v, true
	}
	digits := len(s) - len(strings.TrimLeft(s, "0123456789."))
	n, err := strconv.ParseFloat(s[:digits], 64)
	unit, known := sizes[strings.ToLower(strings.TrimSpace(s[digits:]))]
	return n * unit, err == nil && known
}

// parseFlag reads yes or no.
func parseFlag(s string) (v, ok bool) {
	switch strings.ToLower(s) {
	case "true", "yes", "1":
		return true, true
	case "false", "no", "0":
		return false, true
	}
	return false, false
}
