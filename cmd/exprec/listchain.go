package main

import "fmt"

// chainLabel is a run's label with how many runs it went on from.
func chainLabel(label string, before int) string {
	if before == 0 {
		return label
	}
	return fmt.Sprintf("%s (+%d)", label, before)
}
