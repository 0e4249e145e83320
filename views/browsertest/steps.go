package browsertest

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/chromedp/chromedp"
)

// limit is how long a step may take, on a machine with much else to do.
const limit = 30 * time.Second

// pause is how long Poll waits between two looks.
const pause = 15 * time.Millisecond

func (tab *Tab) do(what string, step chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	_ = run(tab, what, step)
}

// run takes a step, or ends the test.
func run[T any](tab *Tab, what string, step chromedp.Action[T]) T {
	tab.t.Helper()
	ctx, stop := context.WithTimeout(tab.ctx, limit)
	defer stop()
	value, err := chromedp.Run(ctx, step)
	if err != nil {
		tab.Check()
		tab.t.Fatalf("browser: %s: %v", what, err)
	}
	return value
}

// Eval gives the value of an expression of JavaScript; a promise is waited for.
func Eval[T any](tab *Tab, js string) T {
	tab.t.Helper()
	return run(tab, js, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
}

// Eval runs JavaScript in the page; a promise is waited for.
func (tab *Tab) Eval(js string) {
	tab.t.Helper()
	tab.do(js, chromedp.Evaluate[chromedp.Void](js, chromedp.EvalAwaitPromise))
}

// Text is what a reader sees of the first element that a CSS selector finds,
// which must be there.
func (tab *Tab) Text(selector string) string {
	tab.t.Helper()
	return Eval[string](tab, element(selector)+".innerText")
}

// Count is how many elements a CSS selector finds.
func (tab *Tab) Count(selector string) int {
	tab.t.Helper()
	return Eval[int](tab, "document.querySelectorAll("+quote(selector)+").length")
}

// Attribute is an attribute of the first element that a CSS selector finds; ""
// where it has none.
func (tab *Tab) Attribute(selector, name string) string {
	tab.t.Helper()
	return Eval[string](tab, element(selector)+".getAttribute("+quote(name)+") ?? ''")
}

// URL is the page's address.
func (tab *Tab) URL() string {
	tab.t.Helper()
	return Eval[string](tab, "location.href")
}

// Click clicks in the middle of the first element that a CSS selector finds,
// once it is visible.
func (tab *Tab) Click(selector string) {
	tab.t.Helper()
	tab.do("click "+selector, present(chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible)))
}

// Type types text into an element, key by key.
func (tab *Tab) Type(selector, text string) {
	tab.t.Helper()
	tab.do("type into "+selector, present(chromedp.SendKeys(chromedp.CSS(selector), text, chromedp.NodeVisible)))
}

// present takes a step again when the element went between its being found and
// the step: a page that lives puts another in its place.
func present(step chromedp.Action[chromedp.Void]) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		for {
			done, err := step(ctx, t)
			if err == nil || ctx.Err() != nil || !isGone(err) {
				return done, err
			}
		}
	}
}

// isGone reports whether an error of the protocol says that there is no such
// element any more; Chromium has no code for it.
func isGone(err error) bool {
	text := err.Error()
	return strings.Contains(text, "node with given id") || strings.Contains(text, "Node is detached")
}

// Press presses keys wherever the focus is: letters, or those of package kb of
// chromedp such as kb.Enter. Modifiers are held meanwhile.
func (tab *Tab) Press(keys string, modifiers ...chromedp.Modifier) {
	tab.t.Helper()
	tab.do("press "+strconv.Quote(keys), chromedp.KeyEvent(keys, chromedp.KeyModifiers(modifiers...)))
}

// Do takes steps of chromedp that have no method here.
func (tab *Tab) Do(steps ...chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	tab.do("steps", chromedp.Steps(steps...))
}

// Back goes one page back. A page that comes from Chromium's memory sends no
// event of loading: Poll for what it shows.
func (tab *Tab) Back() {
	tab.t.Helper()
	// Afterwards: a page that goes while it is asked gives no answer.
	tab.do("go back", chromedp.Evaluate[chromedp.Void]("void setTimeout(() => history.back())"))
}

// Poll waits until an expression of JavaScript is true.
func (tab *Tab) Poll(js string) {
	tab.t.Helper()
	var last error
	ok := tab.until(func(ctx context.Context) bool {
		var yes bool
		// While a page goes and the next one comes there is none to ask.
		yes, last = chromedp.Run(ctx, chromedp.Evaluate[bool]("!!("+js+")", chromedp.EvalAwaitPromise))
		return last == nil && yes
	})
	if !ok {
		tab.Check()
		tab.t.Fatalf("browser: not within %v: %s %v", limit, js, errText(last))
	}
}

// Settle waits until no request is without an answer; streams of events do not
// count.
func (tab *Tab) Settle() {
	tab.t.Helper()
	ok := tab.until(func(ctx context.Context) bool {
		if len(tab.watch.open()) > 0 {
			return false
		}
		// What was sent before the answer to this has arrived.
		_, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void]("0"))
		return (err == nil || ctx.Err() == nil) && len(tab.watch.open()) == 0
	})
	if !ok {
		tab.t.Errorf("browser: no answer within %v: %s", limit, strings.Join(tab.watch.open(), " "))
	}
}

// until asks again and again, and reports whether the answer was yes in time.
func (tab *Tab) until(yes func(context.Context) bool) bool {
	ctx, stop := context.WithTimeout(tab.ctx, limit)
	defer stop()
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	for {
		if yes(ctx) {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-ticker.C:
		}
	}
}

// element is the expression for the first element that a selector finds.
func element(selector string) string {
	return "(document.querySelector(" + quote(selector) + ") ?? (() => { throw new Error('nothing is ' + " + quote(selector) + ") })())"
}

// quote writes a string as JavaScript, which JSON is a part of.
func quote(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always can be written
	}
	return string(text)
}

func errText(err error) string {
	if err == nil || errors.Is(err, context.DeadlineExceeded) {
		return ""
	}
	return "(" + err.Error() + ")"
}
