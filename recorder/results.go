package recorder

import (
	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// Goal says which direction of a scalar or result is better.
type Goal = record.Goal

// The goals that can be declared.
const (
	Maximize = record.Maximize
	Minimize = record.Minimize
)

// SetResult records a value without a step, such as the accuracy on the test
// set. The last value of a name wins.
func (e *Experiment) SetResult(name string, value float64) {
	if e.off() {
		return
	}
	if err := checkName("result", name); err != nil {
		e.fail(err)
		return
	}
	e.append(journal.Result, record.EncodeResultFrame(record.ResultFrame{Name: name, Value: value}))
}

// SetGoal declares what is better for a scalar or result. The first one
// declared is the main metric of the run.
func (e *Experiment) SetGoal(name string, goal Goal) {
	if e.off() {
		return
	}
	if err := checkName("goal", name); err != nil {
		e.fail(err)
		return
	}
	e.append(journal.Goal, record.EncodeGoalFrame(record.GoalFrame{Name: name, Goal: goal}))
}
