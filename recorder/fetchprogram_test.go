package recorder_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/exprec/exprec/recorder"
)

// fetches gets the runs of a remote, reads them, and says of each how that went,
// and how much memory it took.
func fetches() {
	ctx := context.Background()
	p, err := recorder.Open(".")
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	defer p.Close()
	shared, err := p.Fetch(ctx, recorder.ShareOptions{})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	for _, r := range shared.Refused {
		fmt.Println(r.ID, r.Reason)
	}
	runs, err := p.Runs(ctx, "")
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	for _, r := range runs {
		fmt.Println(r.ID(), reading(r))
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	_, peak, _ := strings.Cut(string(status), "VmHWM:")
	fmt.Println("peak", strings.Fields(peak)[0])
}

// reading says what is wrong with a run.
func reading(r *recorder.Run) string {
	if err := r.Err(); err != nil {
		return err.Error()
	}
	if _, err := r.Params(); err != nil {
		return err.Error()
	}
	if _, err := r.Series("loss"); err != nil {
		return err.Error()
	}
	if _, err := r.Files(); err != nil {
		return err.Error()
	}
	return "whole"
}
