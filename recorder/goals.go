package recorder

import (
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/exprec/exprec/recorder/internal/record"
)

// NoGoal leaves open what is better.
const NoGoal = record.NoGoal

// lowerIsBetter and higherIsBetter are the words by which a scalar or result
// without a declared goal tells its direction.
var (
	lowerIsBetter  = []string{"loss", "losses", "error", "errors", "err", "perplexity", "ppl", "mse", "rmse", "mae"}
	higherIsBetter = []string{"acc", "accuracy", "f1", "auc", "reward", "rewards"}
)

// Goal says what is better for a scalar or result of the run: as the program
// declared it, else as `git config exprec.metric` says, else by the words of
// its name; [NoGoal] where none of them tells.
func (r *Run) Goal(name string) Goal { return r.project.goal(r.Info().Goals, name) }

func (p *Project) goal(declared []record.NamedGoal, name string) Goal {
	for _, known := range declared {
		if known.Name == name {
			return known.Goal
		}
	}
	for _, metric := range p.metrics() {
		if metric.Name == name && metric.Goal != NoGoal {
			return metric.Goal
		}
	}
	return GoalOf(name)
}

// MainMetric is the scalar or result that the run is judged by: the first
// goal that the program declared, else the first of `git config
// exprec.metric`; empty where there is neither.
func (r *Run) MainMetric() string { return r.project.mainMetric(r.Info().Goals) }

func (p *Project) mainMetric(declared []record.NamedGoal) string {
	if len(declared) > 0 {
		return declared[0].Name
	}
	if metrics := p.metrics(); len(metrics) > 0 {
		return metrics[0].Name
	}
	return ""
}

// metrics are the configured ones: "val/loss", or "val/loss min" and "score
// max" where the name does not tell the direction.
func (p *Project) metrics() []record.NamedGoal {
	if p.repo == nil || p.repo.Config == nil {
		return nil
	}
	var metrics []record.NamedGoal
	for _, value := range p.repo.Config.All("exprec.metric") {
		metric := record.NamedGoal{Name: strings.TrimSpace(value)}
		if name, ok := strings.CutSuffix(metric.Name, " min"); ok {
			metric = record.NamedGoal{Name: strings.TrimSpace(name), Goal: Minimize}
		} else if name, ok := strings.CutSuffix(metric.Name, " max"); ok {
			metric = record.NamedGoal{Name: strings.TrimSpace(name), Goal: Maximize}
		}
		if metric.Name != "" {
			metrics = append(metrics, metric)
		}
	}
	return metrics
}

// GoalOf says what is better by the words of a name: less of a loss, error or
// perplexity, more of an accuracy, f1, auc or reward. It is [NoGoal] where the
// name says neither or both.
func GoalOf(name string) Goal {
	less, more := false, false
	for _, word := range wordsOf(name) {
		less = less || slices.Contains(lowerIsBetter, word)
		more = more || slices.Contains(higherIsBetter, word)
	}
	switch {
	case less && !more:
		return Minimize
	case more && !less:
		return Maximize
	}
	return NoGoal
}

// wordsOf splits a name as in "val/topAcc" into lower-case words.
func wordsOf(name string) []string {
	var spaced strings.Builder
	var before rune
	for _, c := range name {
		if unicode.IsUpper(c) && unicode.IsLower(before) {
			spaced.WriteByte(' ')
		}
		spaced.WriteRune(c)
		before = c
	}
	return strings.FieldsFunc(strings.ToLower(spaced.String()), func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsDigit(c)
	})
}

// Better reports whether a is better than b. NaN is never better, and worse
// than any number.
func Better(goal Goal, a, b float64) bool {
	switch {
	case goal == NoGoal || math.IsNaN(a):
		return false
	case math.IsNaN(b):
		return true
	case goal == Maximize:
		return a > b
	}
	return a < b
}
