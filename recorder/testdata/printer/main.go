// Command printer is the program that tests record: its argument says how it
// prints and how it ends.
package main

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"

	"github.com/exprec/exprec/recorder"
)

func main() {
	log.SetFlags(0)
	act, ok := acts[os.Args[1]]
	if !ok {
		log.Fatalf("there is no act %q", os.Args[1])
	}
	act(recorder.Start(recorder.Options{Quiet: os.Getenv("LOUD") == "", NoSystem: true, NoOutput: os.Getenv("ALONE") != ""}))
}

var acts = map[string]func(*recorder.Experiment){
	"finish": func(e *recorder.Experiment) {
		defer e.Finish()
		e.AddScalar("loss", 1, 1)
		words()
	},
	"finish and print": func(e *recorder.Experiment) {
		fmt.Println("before")
		e.Finish()
		fmt.Println("after")
	},
	"fatal":   func(*recorder.Experiment) { words(); log.Fatal("log.Fatal was called") },
	"exit":    func(*recorder.Experiment) { words(); os.Exit(7) },
	"exit 0":  func(*recorder.Experiment) { words(); os.Exit(0) },
	"panic":   func(*recorder.Experiment) { words(); panic("out of cheese") },
	"returns": func(*recorder.Experiment) { words() },
	"panic in goroutine": func(*recorder.Experiment) {
		words()
		go func() { panic("out of cheese") }()
		select {}
	},
	"panic and finish": func(e *recorder.Experiment) {
		defer e.Finish()
		words()
		panic("out of cheese")
	},
	"recovered panic": func(e *recorder.Experiment) {
		func() {
			defer func() { recover() }()
			defer e.Finish()
			panic("out of cheese")
		}()
		fmt.Println("goes on")
		for range 300 {
			time.Sleep(10 * time.Millisecond)
		}
		io.Copy(io.Discard, os.Stdin)
		fmt.Println("the end")
	},
	"kill":  func(*recorder.Experiment) { words(); syscall.Kill(os.Getpid(), syscall.SIGKILL) },
	"int":   func(*recorder.Experiment) { words(); syscall.Kill(os.Getpid(), syscall.SIGINT); waitForEver() },
	"waits": func(*recorder.Experiment) { words(); waitForEver() },
	"exec": func(*recorder.Experiment) {
		words()
		syscall.Exec("/bin/sh", []string{"sh", "-c", "echo from another program; exit 3"}, os.Environ())
	},
	"children": func(e *recorder.Experiment) {
		defer e.Finish()
		fmt.Println("parent 1")
		run("echo child; echo child err >&2")
		fmt.Println("parent 2")
	},
	"daemon": func(e *recorder.Experiment) {
		defer e.Finish()
		daemon()
	},
	"daemon and exit": func(e *recorder.Experiment) {
		daemon()
		os.Exit(3)
	},
	"order": func(e *recorder.Experiment) {
		defer e.Finish()
		for i := range 1000 {
			fmt.Fprintln(os.Stdout, "out", i)
			fmt.Fprintln(os.Stderr, "err", i)
		}
	},
	"much": func(e *recorder.Experiment) {
		defer e.Finish()
		much()
	},
	"slowly": func(e *recorder.Experiment) {
		defer e.Finish()
		fmt.Fprintln(os.Stderr, e.ID())
		for i := range 20_000 {
			fmt.Println("line", i)
			if i%100 == 0 {
				time.Sleep(time.Millisecond)
			}
			if i == 15_000 { // the rest when stdin has ended
				io.Copy(io.Discard, os.Stdin)
			}
		}
	},
	"binary": func(e *recorder.Experiment) {
		defer e.Finish()
		all := make([]byte, 256)
		for i := range all {
			all[i] = byte(i)
		}
		os.Stdout.Write(all)
		os.Stderr.Write(all)
	},
	"endless line": func(e *recorder.Experiment) {
		defer e.Finish()
		for range 1000 {
			os.Stdout.Write([]byte("................................................................................................"))
		}
	},
	"add scalars": func(e *recorder.Experiment) {
		defer e.Finish()
		n, _ := strconv.Atoi(os.Getenv("MUCH"))
		go func() {
			for i := 0; ; i++ {
				fmt.Println("step", i)
				time.Sleep(time.Millisecond)
			}
		}()
		loss := e.Scalar("loss")
		began := time.Now()
		for i := range n {
			loss.Add(0.5, i)
		}
		fmt.Fprintln(os.Stderr, "ns/op:", float64(time.Since(began).Nanoseconds())/float64(n))
	},
	"two": func(e *recorder.Experiment) {
		second := recorder.Start(recorder.Options{Quiet: true, Name: "second"})
		fmt.Println("of both")
		second.Finish()
		fmt.Println("of the first")
		e.Finish()
		third := recorder.Start(recorder.Options{Quiet: true, Name: "third"})
		fmt.Println("of the third")
		third.Finish()
	},
}

func words() {
	fmt.Println("words on stdout")
	fmt.Fprintln(os.Stderr, "words on stderr")
}

// waitForEver is seen as no deadlock.
func waitForEver() {
	for {
		time.Sleep(time.Hour)
	}
}

// daemon starts a child that outlives its parent: until stdin ends.
func daemon() {
	fmt.Println("parent")
	c := exec.Command("sh", "-c", "read line; echo daemon")
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	c.Start()
}

func run(script string) {
	c := exec.Command("sh", "-c", script)
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	if err := c.Run(); err != nil {
		fmt.Println(err)
	}
}

// much prints MUCH bytes.
func much() {
	n, _ := strconv.Atoi(os.Getenv("MUCH"))
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	for i := 0; i < n; i += 16 {
		fmt.Fprintf(out, "%015d\n", i)
	}
	out.Flush()
}
