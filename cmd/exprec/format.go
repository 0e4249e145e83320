package main

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/exprec/exprec/recorder/export"
)

// short is the beginning of an id that people read and type.
func short(id string) string { return id[:min(8, len(id))] }

// count says how many there are of something: "1 run", "2,000 runs".
func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return humanize.Comma(int64(n)) + " " + what
}

// number shows a value with four significant digits.
func number(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e6 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

// size shows a number of bytes.
func size(bytes int64) string { return humanize.Bytes(uint64(max(bytes, 0))) }

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

// value shows a parameter on one line.
func value(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		if v == "" {
			return `""`
		}
		return v
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case float32:
		return strconv.FormatFloat(float64(v), 'g', -1, 32)
	case []byte:
		return count(len(v), "byte")
	case map[string]any, []any:
		if b, err := json.Marshal(export.Value(v)); err == nil {
			return string(b)
		}
	}
	return fmt.Sprint(v)
}
