package main

import (
	"bytes"
	"encoding/binary"
	"math"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/exprec/exprec/gitstore/gitstoretest"
)

// again records a sealed run a second time, by somebody else and with another
// learning rate, and sets a variable to the address of the record that will not
// count:
//
//	again ID VARIABLE
func again(ts *testscript.TestScript, _ bool, args []string) {
	ref := "refs/exprec/" + args[0]
	params, err := gitstoretest.Run(ts.MkAbs("."), "", "cat-file", "blob", ref+":params.msgpack")
	ts.Check(err)
	number := func(v float64) []byte { return binary.BigEndian.AppendUint64(nil, math.Float64bits(v)) }
	other := bytes.Replace([]byte(params), number(0.1), number(0.25), 1)
	if string(other) == params {
		ts.Fatalf("the parameters have no lr: %q", params)
	}
	blob := gitOf(ts, string(other), "hash-object", "-w", "--stdin")
	index := gitOf(ts, "", "ls-tree", ref)
	old := gitOf(ts, "", "rev-parse", ref+":params.msgpack")
	tree := gitOf(ts, string(bytes.Replace([]byte(index), []byte(old), []byte(blob), 1))+"\n", "mktree")
	before, after := gitOf(ts, "", "rev-parse", ref), gitOf(ts, "the same run again\n", "commit-tree", "-p", ref+"^", tree)
	gitOf(ts, "", "update-ref", ref, after)
	ts.Setenv(args[1], args[0][:8]+"@"+max(before, after)[:8])
}
