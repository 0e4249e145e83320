package views

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
)

// Every page of an output that is larger than what is kept in memory shows its
// lines, in the order of printing, while it is printed and when it has ended.
func TestPagesOfALongOutput(t *testing.T) {
	b := newBench(t)
	c := b.command(recorder.Options{})
	const lines = 30_000
	filler := strings.Repeat("x", 60)
	n := 0
	printLines := func(until int) {
		for ; n < until; n++ {
			if n%10 == 9 {
				c.err("line %d %s\n", n+1, filler)
			} else {
				c.out("\x1b[3%dmline %d %s\n", n%8, n+1, filler)
			}
		}
	}
	check := func(when string, lines int) {
		for _, from := range []int{1, 4001, lines/2/pageLines*pageLines + 1, (lines-1)/pageLines*pageLines + 1} {
			page := b.get(fmt.Sprintf("%s?line=%d", runURL(c.id(), "output"), from), http.StatusOK)
			numbers := lineNumbers(page)
			if len(numbers) != min(pageLines, lines-from+1) || numbers[0] != from {
				t.Fatalf("%s from line %d there are %d lines", when, from, len(numbers))
			}
			texts := regexp.MustCompile(`id="L\d+"><a[^>]*>\d+</a><code>(.*?)</code></div>`).FindAllStringSubmatch(page, -1)
			for i, text := range texts {
				number := from + i
				want := fmt.Sprintf(`<span class="f%d">line %d %s</span>`, (number-1)%8, number, filler)
				if number%10 == 0 { // the colour is still that of the line before
					want = fmt.Sprintf(`<span class="err f%d">line %d %s</span>`, (number-2)%8, number, filler)
				}
				if text[1] != want {
					t.Fatalf("%s line %d is\n%s, want\n%s", when, number, text[1], want)
				}
			}
		}
	}
	printLines(lines / 2)
	check("halfway", lines/2)
	printLines(lines)
	check("while it runs", lines)
	c.end()
	check("in the end", lines)
}

// Where the middle of an output was not kept the page says so, above and in place.
func TestOutputWithAGap(t *testing.T) {
	dir := gitstoretest.New(t)
	gitstoretest.Git(t, dir, "config", "exprec.maxOutputSize", "64k")
	b := benchOf(t, dir)
	c := b.command(recorder.Options{})
	for i := range 20_000 {
		c.out("line %d\n", i+1)
		if i == 15_000 {
			b.get(runURL(c.id(), "output"), http.StatusOK)
		}
	}
	check := func() {
		page := b.get(runURL(c.id(), "output")+"?page=1", http.StatusOK)
		if !strings.Contains(page, "in the middle of stdout were not kept") || !strings.Contains(page, "<code>line 1</code>") {
			t.Errorf("the page does not tell of the gap:\n%.3000s", page)
		}
		if page := b.get(runURL(c.id(), "output"), http.StatusOK); !strings.Contains(page, "<code>line 20000</code>") {
			t.Error("the end is not shown")
		}
		if page := b.get(runURL(c.id(), "output")+"?find=left+out+here", http.StatusOK); !strings.Contains(page, "<strong>1 line</strong>") {
			t.Errorf("there is no line in place of the gap:\n%s", page)
		}
	}
	check()
	c.end()
	check()
}

func TestLRU(t *testing.T) {
	c := newLRU[string, int](10)
	c.put("a", 1, 4)
	c.put("b", 2, 4)
	if v, ok := c.get("a"); !ok || v != 1 {
		t.Error("a is not kept")
	}
	c.put("c", 3, 4) // b was used before a
	if _, ok := c.get("b"); ok {
		t.Error("b is kept beyond the room")
	}
	if v := c.put("a", 9, 4); v != 1 {
		t.Errorf("another value took the place of a: %d", v)
	}
	if c.put("huge", 7, 11); c.used != 8 || len(c.byKey) != 2 || c.order.Len() != 2 {
		t.Errorf("%d used by %d values", c.used, len(c.byKey))
	}
}

// A long output opens as fast as a short one.
func BenchmarkOutputPage(b *testing.B) {
	for _, size := range []int{1, 100} {
		dir := gitstoretest.New(b)
		gitstoretest.Git(b, dir, "config", "exprec.maxOutputSize", "300m")
		bench := benchOf(b, dir)
		c := bench.command(recorder.Options{})
		chunk := bytes.Repeat([]byte("[09:12:03] INFO step 12345 loss=0.123456 val/acc=0.9123 tokens/s 18342.2 eta 00:12:34 lr=0.00100\n"), 10_000)
		for range size {
			if _, err := c.s.Stdout().Write(chunk); err != nil {
				b.Fatal(err)
			}
		}
		for _, state := range []string{"running", "ended"} {
			if state == "ended" {
				c.end()
			}
			url := runURL(c.id(), "output")
			for _, page := range []string{"", "?page=3"} {
				b.Run(fmt.Sprintf("%dMB/%s/first%s", size, state, page), func(b *testing.B) {
					for b.Loop() {
						bench.dashboard.outputs = newLRU[outputKey, *outputLog](keptLogs)
						bench.get(url+page, http.StatusOK)
					}
				})
				b.Run(fmt.Sprintf("%dMB/%s/again%s", size, state, page), func(b *testing.B) {
					for b.Loop() {
						bench.get(url+page, http.StatusOK)
					}
				})
			}
		}
	}
}
