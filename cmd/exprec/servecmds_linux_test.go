package main

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/exprec/exprec/internal/poll"
)

// awaitText waits until a file has a line that matches, and sets a variable to its
// first match:
//
//	printed FILE VARIABLE PATTERN
func awaitText(ts *testscript.TestScript, _ bool, args []string) {
	pattern := regexp.MustCompile("(?m)" + args[2])
	var found []byte
	poll.Until(scriptTB{ts: ts}, args[2]+" is in "+args[0], func() bool {
		text, _ := os.ReadFile(ts.MkAbs(args[0]))
		found = pattern.Find(text)
		return found != nil
	})
	ts.Setenv(args[1], string(found))
}

// askPage asks for a page and wants a status, and text in it:
//
//	page URL STATUS [TEXT…]
func askPage(ts *testscript.TestScript, _ bool, args []string) {
	// Without redirects, cookies and the environment's proxy.
	answer, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(pageRequest(ts, args[0]))
	ts.Check(err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	ts.Check(err)
	if strconv.Itoa(answer.StatusCode) != args[1] {
		ts.Fatalf("%s: %s\n%s", args[0], answer.Status, body)
	}
	for _, text := range args[2:] {
		if !strings.Contains(string(body), text) {
			ts.Fatalf("%s has no %q:\n%s", args[0], text, body)
		}
	}
}

func pageRequest(ts *testscript.TestScript, url string) *http.Request {
	r, err := http.NewRequest("GET", url, nil)
	ts.Check(err)
	return r
}

// askStream asks for a URL and keeps the connection open, as a page that is live
// does, until the script ends.
func askStream(ts *testscript.TestScript, _ bool, args []string) {
	r := pageRequest(ts, args[0])
	c, err := net.Dial("tcp", r.URL.Host)
	ts.Check(err)
	ts.Defer(func() { c.Close() })
	ts.Check(r.Write(c))
	_, err = c.Read(make([]byte, 1))
	ts.Check(err)
}

// occupy listens on a port that was free until the script ends, and sets a
// variable to its number:
//
//	occupy ADDRESS VARIABLE
func occupy(ts *testscript.TestScript, _ bool, args []string) {
	l, err := net.Listen("tcp", net.JoinHostPort(args[0], "0"))
	ts.Check(err)
	ts.Defer(func() { l.Close() })
	_, port, err := net.SplitHostPort(l.Addr().String())
	ts.Check(err)
	ts.Setenv(args[1], port)
}

// unsaid wants no process of the test's user to have a text in its arguments or
// its environment, which other users and programs may read:
//
//	unsaid TEXT
func unsaid(ts *testscript.TestScript, _ bool, args []string) {
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	ts.Check(err)
	for _, name := range files {
		if text, err := os.ReadFile(name); err == nil && bytes.Contains(text, []byte(args[0])) {
			ts.Fatalf("%s has it: %q", name, text)
		}
	}
}
