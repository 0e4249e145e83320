package main

import "github.com/exprec/exprec/recorder"

// Commands for programs, not for people: a program that records its output
// starts the first, exprec begin the second, and that the third. They must come up
// fast and live by rules of their own, so they are no part of the command line.
const (
	outputHelper = "output-helper"
	supervisor   = "supervisor"
	outputGuard  = "output-guard"
)

// helps runs such a command where args name it.
func helps(args []string) (code int, ok bool) {
	if len(args) == 0 {
		return 0, false
	}
	switch args[0] {
	case outputHelper:
		return recorder.HelpOutput(args[1:]), true
	case supervisor:
		return recorder.SuperviseProgram(args[1:]), true
	case outputGuard:
		return recorder.GuardOutput(args[1:]), true
	}
	return 0, false
}
