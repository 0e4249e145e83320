//go:build linux

package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/dustin/go-humanize"

	"github.com/exprec/exprec/recorder"
)

// servePages answers from real servers, each page beside one that has nothing
// to show, and shows some in a browser where there is one.
func servePages(dir string, s scaling) ([]row, error) {
	many, one := filepath.Join(dir, "many"), filepath.Join(dir, "one")
	for _, folder := range []string{many, one} {
		if err := os.Mkdir(folder, 0o700); err != nil {
			return nil, err
		}
	}
	rows, err := pagesOfMany(many, s)
	if err != nil {
		return nil, err
	}
	more, err := pagesOfOne(one, s)
	return append(rows, more...), err
}

// pagesOfMany shows the list of many runs.
func pagesOfMany(dir string, s scaling) ([]row, error) {
	runs := s.runs[0]
	l, err := newListing(dir, runs)
	if err != nil {
		return nil, err
	}
	if err := l.command("exprec", "list"); err != nil { // makes the cache
		return nil, err
	}
	began := time.Now()
	server, err := startServer(dir)
	if err != nil {
		return nil, err
	}
	defer server.stop()
	ready := time.Since(began)
	among := humanize.Comma(int64(runs)) + " runs"
	rows := []row{{Work: "exprec serve until it answers", Took: ready, Baseline: "-", Goal: "100 ms"}}
	for _, page := range []struct{ what, path string }{
		{"the page of " + among, "/"},
		{"the page of " + among + ", queried and sorted", "/?q=val/acc%3D0.9..&sort=-val/acc"},
		{"the page of " + among + ", grouped", "/?group=optim"},
	} {
		r, err := server.row(s, row{Work: page.what, Goal: "20 ms"}, page.path)
		if err != nil {
			return nil, err
		}
		rows = append(rows, r)
	}
	memory, err := server.idle(1000)
	if err != nil {
		return nil, err
	}
	rows = append(rows, row{Work: "1,000 idle live connections", Baseline: "-", Goal: "40 MB", RSS: memory, Note: size(memory) + " more"})
	return server.browse(s, rows, row{Work: "the page of " + among + ", visible", Goal: "300 ms"}, "/")
}

// The sizes of the run whose page is measured.
const (
	manyScalars = 300
	longScalar  = 1_000_000
)

// pagesOfOne shows a run with many scalars, one of them long, and much output.
func pagesOfOne(dir string, s scaling) ([]row, error) {
	m, err := repository(dir, 10)
	if err != nil {
		return nil, err
	}
	if err := m.exprec(); err != nil {
		return nil, err
	}
	exp, err := quiet(dir, false)
	if err != nil {
		return nil, err
	}
	for i := range manyScalars {
		scalar := exp.Scalar(fmt.Sprintf("group%d/scalar%d", i%10, i))
		for step := range 1000 {
			scalar.Add(math.Sin(float64(step*i)/100), step)
		}
	}
	long := exp.Scalar("long")
	for step := range longScalar {
		long.Add(math.Sin(float64(step)/1e4)+float64(step%97)/1000, step)
	}
	exp.Finish()
	if err := exp.Err(); err != nil {
		return nil, err
	}
	log, err := printLog(m, s.output)
	if err != nil {
		return nil, err
	}
	server, err := startServer(dir)
	if err != nil {
		return nil, err
	}
	defer server.stop()
	run := "/runs/" + exp.ID()
	var rows []row
	for _, page := range []struct{ what, path, goal string }{
		{fmt.Sprintf("the page of a run with %d scalars", manyScalars+1), run, "50 ms"},
		{"its charts", run + "/charts", "50 ms"},
		{fmt.Sprintf("a chart of %s points", humanize.Comma(longScalar)), run + "/points?name=long&w=1450", "5 ms"},
		{"the same, smoothed", run + "/points?name=long&w=1450&smooth=100", ""},
		{"the output of " + humanize.IBytes(uint64(s.output)), "/runs/" + log + "/output", "as a small one"},
	} {
		r, err := server.row(s, row{Work: page.what, Goal: page.goal}, page.path)
		if err != nil {
			return nil, err
		}
		rows = append(rows, r)
	}
	return server.browse(s, rows, row{Work: "its charts, visible"}, run+"/charts")
}

// printLog records a command that prints much, all of it kept, and gives its id.
func printLog(m *meter, bytes int64) (string, error) {
	if err := m.git("config", "exprec.maxOutputSize", "1g"); err != nil {
		return "", err
	}
	command := fmt.Sprintf("yes 'a line of output as programs print them, about as long as this' | head -c %d", bytes)
	if err := m.command("exprec", "run", "--quiet", "--", "sh", "-c", command); err != nil {
		return "", err
	}
	p, err := recorder.Open(m.dir)
	if err != nil {
		return "", err
	}
	defer p.Close()
	run, err := p.Run(context.Background(), "@")
	if err != nil {
		return "", err
	}
	return run.ID(), nil
}

// pageServer is an exprec serve.
type pageServer struct {
	command *exec.Cmd
	address string
}

func startServer(dir string) (*pageServer, error) {
	p := &pageServer{command: exec.Command("exprec", "serve", "--port", "0")}
	p.command.Dir = dir
	out, err := p.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		p.stop()
		return nil, fmt.Errorf("exprec serve says no address: %w", err)
	}
	p.address = strings.TrimSuffix(strings.TrimSpace(line), "/")
	return p, p.get("/static/0/icon.svg")
}

func (p *pageServer) stop() {
	p.command.Process.Signal(os.Interrupt)
	p.command.Wait()
}

// get reads a page whole.
func (p *pageServer) get(path string) error {
	_, err := p.bytes(path)
	return err
}

func (p *pageServer) bytes(path string) (int64, error) {
	answer, err := http.Get(p.address + path)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	n, err := io.Copy(io.Discard, answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("GET %s: %s", path, answer.Status)
	}
	return n, err
}

// emptyPage is one with nothing to show.
const emptyPage = "/compare"

// row measures a page that has been asked for before, as it is while somebody
// uses it.
func (p *pageServer) row(s scaling, r row, path string) (row, error) {
	first := time.Now()
	n, err := p.bytes(path)
	if err != nil {
		return r, err
	}
	cold := time.Since(first)
	took, err := medians(s.rounds, func() error { return p.get(path) }, func() error { return p.get(emptyPage) })
	if err != nil {
		return r, err
	}
	r.Took, r.Other, r.Baseline = took[0], took[1], "an empty page"
	r.Note = fmt.Sprintf("%s; %s the first time", size(n), short(cold))
	r.RSS, err = p.memory()
	return r, err
}

// memory is what the server takes now, in bytes.
func (p *pageServer) memory() (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, after, _ := strings.Cut(string(status), "VmRSS:")
	var kilobytes int64
	_, err = fmt.Sscan(after, &kilobytes)
	return kilobytes << 10, err
}

// idle opens live connections that wait, and gives what the server takes more.
func (p *pageServer) idle(n int) (int64, error) {
	before, err := p.memory()
	if err != nil {
		return 0, err
	}
	u, err := url.Parse(p.address)
	if err != nil {
		return 0, err
	}
	for range n {
		c, err := net.Dial("tcp", u.Host)
		if err != nil {
			return 0, err
		}
		defer c.Close()
		if _, err := fmt.Fprintf(c, "GET /events HTTP/1.1\r\nHost: %s\r\n\r\n", u.Host); err != nil {
			return 0, err
		}
		if _, err := c.Read(make([]byte, 512)); err != nil {
			return 0, err
		}
	}
	after, err := p.memory()
	return after - before, err
}

// browse adds how long it takes until a page is seen in Chromium, beside the
// empty one; nothing where there is no Chromium.
func (p *pageServer) browse(s scaling, rows []row, r row, path string) ([]row, error) {
	browser, err := exec.LookPath("chromium")
	if err != nil {
		return rows, nil
	}
	room, err := os.MkdirTemp("", "exprec-bench-browser-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(room)
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), chromedp.ExecPath(browser), chromedp.Headless, chromedp.NoSandbox,
		chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.UserDataDir(room))
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	took, err := medians(max(3, s.rounds/3), func() error { return see(ctx, p.address+path) }, func() error { return see(ctx, p.address+emptyPage) })
	if err != nil {
		return nil, err
	}
	r.Took, r.Other, r.Baseline, r.RSS = took[0], took[1], "an empty page", 0
	return append(rows, r), nil
}

// see loads a page and waits until two frames of it were drawn.
func see(ctx context.Context, address string) error {
	return chromedp.Do(ctx, chromedp.Navigate(address), chromedp.WaitReady(chromedp.CSS("main")))
}
