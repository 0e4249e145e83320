package main

import "github.com/exprec/exprec/recorder"

// outputHelper is a command for programs, not for people: a program that
// records its output starts it. It must come up fast and live by rules of its
// own, so it is no part of the command line.
const outputHelper = "output-helper"

// helps runs that command where args name it.
func helps(args []string) (code int, ok bool) {
	if len(args) == 0 || args[0] != outputHelper {
		return 0, false
	}
	return recorder.HelpOutput(args[1:]), true
}
