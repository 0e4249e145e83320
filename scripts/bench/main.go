//go:build linux

// Command bench measures what whole processes do: it runs each piece of work
// beside a baseline, in the same minute on the same disk, and prints their
// ratio and the peak memory of each. See scripts/bench.sh.
package main

import (
	"flag"
	"fmt"
	"os"
	"time"
)

func main() {
	quick := flag.Bool("quick", false, "less data and fewer repetitions: minutes become seconds")
	only := flag.String("only", "", "measure only work whose name contains this")
	dir := flag.String("dir", "", "where to put the data (default: the system's temporary folder)")
	section := flag.String("section", "", "measure this section and print JSON (used by bench itself)")
	weighed := flag.Bool("weigh", false, "run a command and print its peak memory (used by bench itself)")
	size := flag.String("record", "", "record a run with SCALARS,POINTS (used by bench itself)")
	var p printing
	flag.StringVar(&p.file, "print", "", "print a file (used by bench itself)")
	flag.BoolVar(&p.recorded, "recorded", false, "record while printing")
	flag.BoolVar(&p.noOutput, "nooutput", false, "record without the output")
	flag.IntVar(&p.logging, "logging", 0, "time so many calls of AddScalar beside lines of output")
	flag.Parse()

	scale := full
	if *quick {
		scale = small
	}
	var err error
	switch {
	case *weighed:
		err = weigh(flag.Args())
	case *size != "":
		err = record(*dir, *size)
	case p.file != "":
		err = p.run()
	case *section != "":
		err = child(*section, *dir, scale)
	default:
		err = table(*dir, *quick, *only)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// A scaling says how much of everything there is.
type scaling struct {
	rounds    int           // repetitions, of which the median counts
	files     []int         // sizes of the repositories for snapshots
	calls     int           // of AddScalar
	largeFile int64         // bytes
	points    int           // to decode
	scalars   int           // in one run
	runs      []int         // in repositories to list
	sampled   time.Duration // of the system metrics
	output    int64         // bytes that are printed
}

var (
	full  = scaling{rounds: 15, files: []int{10_000, 50_000}, calls: 5_000_000, largeFile: 1 << 30, points: 10_000_000, scalars: 1_500, runs: []int{10_000, 100_000}, sampled: time.Minute, output: 100 << 20}
	small = scaling{rounds: 5, files: []int{2_000}, calls: 500_000, largeFile: 64 << 20, points: 1_000_000, scalars: 300, runs: []int{2_000}, sampled: 11 * time.Second, output: 20 << 20}
)
