package recorder_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/exprec/exprec/recorder"
)

// outcome is what the program "recover" prints.
type outcome struct {
	Sealed, Continued, Moved, Elsewhere []string // ids
	Hosts, Failed                       []string
	Waiting, NotOurs, Unmoved           int
	Runs                                map[string]string // status by id, and where it may live
}

// recovers is exprec recover, with --force where its argument says so, or
// what other commands do in the time that is given.
func recovers() {
	p, err := recorder.Open(".")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	ctx := context.Background()
	var r *recorder.Recovery
	if limit, perr := time.ParseDuration(os.Args[1]); perr == nil {
		r, err = p.RecoverWithin(ctx, limit)
	} else {
		r, err = p.Recover(ctx, os.Args[1] == "force")
	}
	o := outcome{Waiting: r.Waiting, NotOurs: r.NotOurs, Unmoved: r.Unmoved, Runs: map[string]string{}}
	for list, runs := range map[*[]string][]recorder.Recovered{
		&o.Sealed: r.Sealed, &o.Continued: r.Continued, &o.Moved: r.Moved, &o.Elsewhere: r.Elsewhere,
	} {
		for _, run := range runs {
			*list = append(*list, run.ID)
			if list == &o.Elsewhere {
				o.Hosts = append(o.Hosts, run.Host)
			}
		}
	}
	for _, err := range r.Failed {
		o.Failed = append(o.Failed, err.Error())
	}
	if err != nil {
		o.Failed = append(o.Failed, err.Error())
	}
	runs, err := p.Runs(ctx, "")
	if err != nil {
		o.Failed = append(o.Failed, err.Error())
	}
	for _, run := range runs {
		o.Runs[run.ID()] = strings.TrimSpace(fmt.Sprint(run.Status(), " ", run.Elsewhere()))
	}
	json.NewEncoder(os.Stdout).Encode(o)
}

// driven records as the lines of its input say, and answers each with a line.
func driven() {
	e := recorder.Start(recorder.Options{Name: "driven"})
	step := 0
	fmt.Println(e.ID())
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		word, arg, _ := strings.Cut(in.Text(), " ")
		var n int
		fmt.Sscan(arg, &n)
		answer := "done"
		switch word {
		case "log":
			for range n {
				e.AddScalar("loss", float64(step), step)
				step++
			}
		case "param":
			e.SetParameter(arg, 1)
		case "sync":
			answer = fmt.Sprint(e.Sync())
		case "file":
			err := os.MkdirAll(e.Dir()+"/files", 0o700)
			if err == nil {
				err = os.WriteFile(e.Dir()+"/files/"+arg, []byte(arg), 0o600)
			}
			if err != nil {
				answer = err.Error()
			}
		case "finish":
			e.Finish()
			answer = fmt.Sprint(e.Err())
		}
		fmt.Println(answer)
	}
}
