package browsertest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
)

// watch collects what goes wrong in a tab. Its event runs on the goroutine that
// reads the tab's messages.
type watch struct {
	dialogs chan struct{} // one waits for an answer

	mu       sync.Mutex
	problems []string
	hosts    map[string]bool
	expected map[answer]bool
	excused  []string
	requests map[network.RequestID]request // those without an end
	document cdp.LoaderID                  // of the page that came last
}

// request is one that a page has sent.
type request struct {
	url      string
	document cdp.LoaderID
}

// answer is a status that is meant to come for a path.
type answer struct {
	status int64
	path   string
}

func newWatch() *watch {
	return &watch{dialogs: make(chan struct{}, 1), hosts: map[string]bool{}, expected: map[answer]bool{}, requests: map[network.RequestID]request{}}
}

func (w *watch) allow(host string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hosts[host] = true
}

func (w *watch) expect(status int, path string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.expected[answer{int64(status), path}] = true
}

// take gives the problems since the last time.
func (w *watch) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	problems := w.problems
	w.problems = nil
	return problems
}

// open gives the URLs of the requests of the page that have no whole answer yet.
// Of those of a page that is left Chromium does not always say how they ended.
func (w *watch) open() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var urls []string
	for _, r := range w.requests {
		if r.document == w.document {
			urls = append(urls, r.url)
		}
	}
	return urls
}

func (w *watch) event(ev any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := ev.(type) {
	case *runtime.EventConsoleAPICalled:
		w.problem("console.%s: %s", e.Type, consoleText(e.Args))
	case *runtime.EventExceptionThrown:
		w.problem("exception: %s", exceptionText(e.ExceptionDetails))
	case *log.EventEntryAdded:
		w.entry(e.Entry)
	case *audits.EventIssueAdded:
		w.issue(e.Issue)
	case *page.EventJavascriptDialogOpening:
		w.problem("dialog: %s: %s", e.Type, e.Message)
		select {
		case w.dialogs <- struct{}{}:
		default:
		}
	case *network.EventRequestWillBeSent:
		w.request(e)
	case *network.EventResponseReceived:
		w.response(e)
	case *network.EventLoadingFinished:
		delete(w.requests, e.RequestID)
	case *network.EventLoadingFailed:
		w.failed(e)
	}
}

func (w *watch) excuse(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.excused = append(w.excused, text)
}

func (w *watch) problem(format string, args ...any) {
	problem := fmt.Sprintf(format, args...)
	for _, text := range w.excused {
		if strings.Contains(problem, text) {
			return
		}
	}
	w.problems = append(w.problems, problem)
}

// entry is a line that Chromium itself logs.
func (w *watch) entry(e *log.Entry) {
	if e.Source == log.EntrySourceNetwork && w.expects(e.URL) {
		return
	}
	w.problem("log: %s: %s %s", e.Level, e.Text, e.URL)
}

// expects reports whether some error is meant to come for a URL. Chromium's log
// has the status only in prose.
func (w *watch) expects(address string) bool {
	for a := range w.expected {
		if a.path == pathOf(address) {
			return true
		}
	}
	return false
}

// issue is a report of the content security policy or another finding of the
// panel Issues.
func (w *watch) issue(i *audits.InspectorIssue) {
	details, err := json.Marshal(i.Details)
	if err != nil {
		details = []byte(err.Error())
	}
	w.problem("issue: %s: %s", i.Code, details)
}

func (w *watch) request(e *network.EventRequestWillBeSent) {
	u, err := url.Parse(e.Request.URL)
	if err != nil {
		w.problem("request for %q: %v", e.Request.URL, err)
		return
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return // data: and blob: ask nobody
	}
	if !w.hosts[u.Host] {
		w.problem("request to another host: %s", e.Request.URL)
	}
	if e.Type == network.ResourceTypeDocument {
		w.document = e.LoaderID
	}
	// The end of a stream does not come, and that of a shared worker's script is
	// told to nobody. An icon is asked for late, and not told of once the page is left.
	worker := e.Type == network.ResourceTypeScript && e.DocumentURL == e.Request.URL
	if e.Type != network.ResourceTypeEventSource && e.Type != network.ResourceTypeOther && !worker {
		w.requests[e.RequestID] = request{e.Request.URL, e.LoaderID}
	}
}

func (w *watch) response(e *network.EventResponseReceived) {
	r := e.Response
	if r.Status >= 400 && !w.expected[answer{r.Status, pathOf(r.URL)}] {
		w.problem("answer %d %s for %s", r.Status, r.StatusText, r.URL)
	}
}

// failed is a request without a whole answer. One that the page gave up itself,
// by going on to another page, is none.
func (w *watch) failed(e *network.EventLoadingFailed) {
	address := w.requests[e.RequestID].url
	delete(w.requests, e.RequestID)
	if e.Canceled && e.BlockedReason == "" && e.CorsErrorStatus == nil {
		return
	}
	w.problem("request failed: %s %s %s", address, e.ErrorText, e.BlockedReason)
}

// pathOf is the path of a URL with its query.
func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.RequestURI()
}

func consoleText(args []*runtime.RemoteObject) string {
	var words []string
	for _, a := range args {
		if a.Description != "" {
			words = append(words, a.Description)
		} else {
			words = append(words, string(a.Value))
		}
	}
	return strings.Join(words, " ")
}

func exceptionText(d *runtime.ExceptionDetails) string {
	if d.Exception != nil && d.Exception.Description != "" {
		return d.Text + " " + d.Exception.Description
	}
	return fmt.Sprintf("%s (%s:%d)", d.Text, d.URL, d.LineNumber+1)
}
