package views

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/exprec/exprec/recorder"
)

// command is a run of a command that the test plays.
type command struct {
	b *bench
	s *recorder.Supervisor
}

// command begins a run that prints what the test writes.
func (b *bench) command(o recorder.Options) *command {
	b.Helper()
	o.Dir, o.Quiet, o.NoSystem = b.dir, true, true
	s := recorder.Supervise(o, recorder.Command{Args: []string{"train"}, Messages: io.Discard})
	s.Started(os.Getpid())
	return &command{b, s}
}

func (c *command) id() string { return c.s.Experiment().ID() }

func (c *command) out(format string, args ...any) { fmt.Fprintf(c.s.Stdout(), format, args...) }
func (c *command) err(format string, args ...any) { fmt.Fprintf(c.s.Stderr(), format, args...) }

// end seals the run.
func (c *command) end() string {
	c.b.Helper()
	id, code := c.id(), 0
	c.s.End(recorder.Ending{ExitCode: &code})
	if err := c.s.Experiment().Err(); err != nil {
		c.b.Fatal(err)
	}
	return id
}

// lineNumbers are the numbers of the lines on a page.
func lineNumbers(page string) []int {
	var all []int
	for _, m := range regexp.MustCompile(`<div class="l[ e]*" id="L(\d+)">`).FindAllStringSubmatch(page, -1) {
		n, _ := strconv.Atoi(m[1])
		all = append(all, n)
	}
	return all
}

func TestOutputPage(t *testing.T) {
	b := newBench(t)
	c := b.command(recorder.Options{})
	c.out("epoch 1\r\x1b[32mepoch 2\x1b[0m <b>\n")
	c.err("a warning\n")
	c.out("\x1b]8;;javascript:alert(1)\x07done\x1b]8;;\x07\x1b]1337;File=inline=1:AAAA\x07")
	check := func(when string) {
		url := runURL(c.id(), "output")
		page := b.get(url, http.StatusOK)
		for _, want := range []string{`<code><span class="f2">epoch 2</span> &lt;b&gt;</code>`, `<span class="err">a warning</span>`, "<code>done[image]</code>"} {
			if !strings.Contains(page, want) {
				t.Errorf("%s the page lacks %s:\n%s", when, want, page)
			}
		}
		if strings.Contains(page, "javascript:alert") || strings.Contains(page, "<b>") || strings.Contains(page, "data:") {
			t.Errorf("%s what was printed became markup", when)
		}
		if page := b.get(url+"?stream=err", http.StatusOK); !strings.Contains(page, "a warning") || strings.Contains(page, "epoch") {
			t.Errorf("%s stderr alone:\n%s", when, page)
		}
		if page := b.get(url+"?stream=out&times=1", http.StatusOK); strings.Contains(page, "a warning") || !regexp.MustCompile(`<span class="at">\d:\d\d\.\d</span><code>`).MatchString(page) {
			t.Errorf("%s stdout with times:\n%s", when, page)
		}
	}
	check("while it runs")
	c.end()
	check("in the end")
	url := runURL(c.id(), "output")
	b.get(url+"?stream=none", http.StatusBadRequest)
	b.get(url+"?page=0", http.StatusBadRequest)
	b.get(url+"?page=2", http.StatusNotFound)
	b.get(url+"?find="+strings.Repeat("x", maxFind+1), http.StatusBadRequest)
}

func TestOutputPages(t *testing.T) {
	b := newBench(t)
	c := b.command(recorder.Options{})
	for i := range 3200 {
		c.out("line %d\n", i+1)
	}
	id := c.end()
	url := runURL(id, "output")
	for query, want := range map[string][2]int{"": {2001, 3200}, "?page=1": {1, 1000}, "?page=3": {2001, 3000}, "?page=4": {3001, 3200}, "?line=1500": {1001, 2000}} {
		page := b.get(url+query, http.StatusOK)
		numbers := lineNumbers(page)
		if len(numbers) == 0 || numbers[0] != want[0] || numbers[len(numbers)-1] != want[1] || len(numbers) != want[1]-want[0]+1 {
			t.Errorf("%q shows %d lines, want %v", query, len(numbers), want)
			continue
		}
		for _, n := range []int{want[0], want[1]} {
			if line := fmt.Sprintf(`<div class="l" id="L%d"><a class="n" href="?line=%d#L%d">%d</a><code>line %d</code></div>`, n, n, n, n, n); !strings.Contains(page, line) {
				t.Errorf("%q lacks %s", query, line)
			}
		}
	}
	if page := b.get(url, http.StatusOK); !strings.Contains(page, `?page=2"`) || strings.Contains(page, "Newer") {
		t.Error("the last page does not lead to the one before")
	}
	found := b.get(url+"?find=LINE+320", http.StatusOK)
	if !strings.Contains(found, "<strong>2 lines</strong>") || !strings.Contains(found, `href="?line=3200#L3200"`) || !strings.Contains(found, "<mark>line 320</mark>0") {
		t.Errorf("what was found:\n%s", found)
	}
	if found := b.get(url+"?find=line", http.StatusOK); !strings.Contains(found, "the first 500 lines") {
		t.Error("a search that finds too much does not say so")
	}
}

// Who follows gets what changed, and nothing else.
func TestOutputFollow(t *testing.T) {
	b := newBench(t)
	c := b.command(recorder.Options{})
	for i := range 300 {
		c.out("line %d\n", i+1)
	}
	c.out("10%%")
	url := runURL(c.id(), "output")
	page := b.get(url, http.StatusOK)
	at := func(page, name string) string {
		m := regexp.MustCompile(`data-` + name + `="([^"]*)"`).FindStringSubmatch(page)
		if m == nil {
			t.Fatalf("no data-%s in\n%s", name, page)
		}
		return m[1]
	}
	news := func() string {
		page = b.get(url+"/lines?after="+at(page, "last")+"&at="+at(page, "at"), http.StatusOK)
		return page
	}
	if !strings.Contains(page, `data-live="run/`+c.id()+`/output"`) {
		t.Error("the lines of a run that goes on hear of nothing")
	}
	if n := lineNumbers(news()); len(n) != 0 {
		t.Errorf("nothing was printed, and lines %v came", n)
	}
	c.out("\r20%%\nnext\n")
	if n := lineNumbers(news()); fmt.Sprint(n) != "[301 302]" || !strings.Contains(page, "20%") {
		t.Errorf("lines %v came", n)
	}
	c.out("\x1b[2A\x1b[2Kchanged\x1b[2B")
	if n := lineNumbers(news()); fmt.Sprint(n) != "[301]" || !strings.Contains(page, "changed") {
		t.Errorf("lines %v came:\n%s", n, page)
	}
	for i := range 5000 {
		c.out("more %d\n", i)
	}
	if n := lineNumbers(news()); len(n) != 2*pageLines || n[len(n)-1] != 5302 {
		t.Errorf("%d lines came of many", len(n))
	}
	c.end()
	if news(); !strings.Contains(page, "data-ended") {
		t.Error("the end is not told")
	}
	b.get(url+"/lines", http.StatusBadRequest)
	b.get(url+"/lines?after=-1&at=0", http.StatusBadRequest)
}

func TestOutputRaw(t *testing.T) {
	b := newBench(t)
	c := b.command(recorder.Options{})
	c.out("a\x1b[31m\x00\xff")
	c.err("<script>")
	id := c.end()
	for query, want := range map[string]string{"": "a\x1b[31m\x00\xff<script>", "?stream=out": "a\x1b[31m\x00\xff", "?stream=err": "<script>"} {
		answer, err := http.Get(b.url + runURL(id, "output") + "/raw" + query)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || string(data) != want {
			t.Errorf("%q gives %q, %v, want %q", query, data, err, want)
		}
		for name, part := range map[string]string{"Content-Type": "text/plain", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox", "Content-Disposition": "attachment; filename=" + id[:8]} {
			if !strings.Contains(answer.Header.Get(name), part) {
				t.Errorf("%q has the header %s: %q", query, name, answer.Header.Get(name))
			}
		}
	}
}
