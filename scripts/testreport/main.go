// Command testreport reads what go test -json prints and says what people and
// servers want to know: go test's own line for each package, the whole output
// of tests that failed or were skipped, the slowest tests, and the counts.
//
// It exits with 1 when a test or a build failed, when a test was skipped, and
// when none ran: a skipped test proves nothing and must not look as if it did.
package main

import (
	"fmt"
	"os"
)

func main() {
	report, err := read(os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "testreport:", err)
		os.Exit(1)
	}
	report.summary(os.Stdout)
	if !report.good() {
		os.Exit(1)
	}
}
