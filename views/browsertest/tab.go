package browsertest

import (
	"context"
	"net/url"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Tab is a tab of the browser that fails its test on everything that goes wrong
// in it. A step that cannot be done ends the test.
type Tab struct {
	t     testing.TB
	ctx   context.Context
	watch *watch
	close func()
}

type settings struct {
	noScript bool
	scale    float64
}

// An Option changes how a tab is.
type Option func(*settings)

// NoScript makes a tab in which no script of a page runs.
func NoScript(s *settings) { s.noScript = true }

// Scale makes a tab with more pixels of the device per pixel of CSS.
func Scale(factor float64) Option { return func(s *settings) { s.scale = factor } }

// NewTab opens a tab of width times height pixels, whose reader prefers dark
// colours or light ones. It is closed, and what went wrong in it is reported, at
// the end of the test.
func NewTab(t testing.TB, width, height int, dark bool, options ...Option) *Tab {
	t.Helper()
	b, err := theBrowser()
	if err != nil {
		t.Fatal(err)
	}
	set := settings{scale: 1}
	for _, option := range options {
		option(&set)
	}
	return open(t, b.ctx, set, width, height, dark, chromedp.WithNewBrowserContext())
}

// Beside opens another tab that has the cookies, the storage and the shared
// workers of this one, which must outlive it.
func (tab *Tab) Beside(width, height int, dark bool, options ...Option) *Tab {
	tab.t.Helper()
	set := settings{scale: 1}
	for _, option := range options {
		option(&set)
	}
	return open(tab.t, tab.ctx, set, width, height, dark)
}

// Close closes the tab before the end of the test.
func (tab *Tab) Close() {
	tab.t.Helper()
	tab.close()
}

func open(t testing.TB, parent context.Context, set settings, width, height int, dark bool, of ...chromedp.ContextOption) *Tab {
	t.Helper()
	w := newWatch()
	ctx, cancel := chromedp.NewContext(parent, append(of, chromedp.WithListener(w.event))...)
	tab := &Tab{t: t, ctx: ctx, watch: w}
	// The tab lives as long as the context of its first step: no limit here.
	if err := chromedp.Do(ctx, prepare(int64(width), int64(height), dark, set)); err != nil {
		cancel()
		t.Fatal("open a tab: ", err)
	}
	go tab.closeDialogs()
	tab.close = sync.OnceFunc(func() {
		t.Helper()
		tab.Settle()
		tab.Check()
		cancel()
	})
	t.Cleanup(tab.close)
	return tab
}

// closeDialogs closes what asks something of the reader: everything waits for an
// answer, the steps of the test too.
func (tab *Tab) closeDialogs() {
	for {
		select {
		case <-tab.ctx.Done():
			return
		case <-tab.watch.dialogs:
			_, _ = chromedp.Call(tab.ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true})
		}
	}
}

// prepare makes a tab what it should be before its first page.
func prepare(width, height int64, dark bool, set settings) chromedp.Action[chromedp.Void] {
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, audits.Enable, cdp.Empty{}); err != nil {
			return err
		}
		media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme},
			{Name: "prefers-reduced-motion", Value: "reduce"},
		}}
		if _, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, media); err != nil {
			return err
		}
		if set.noScript {
			if _, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
				return err
			}
		}
		metrics := emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: set.scale}
		_, err := cdp.Call(ctx, t, emulation.SetDeviceMetricsOverride, metrics)
		return err
	})
}

// Open goes to a page and waits until it is loaded. Its host, with its port, is
// from then on the only one that may be asked for anything.
func (tab *Tab) Open(address string) {
	tab.t.Helper()
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		tab.t.Fatalf("%q is no address of a page", address)
	}
	tab.watch.allow(u.Host)
	tab.do("open "+address, chromedp.Navigate(address))
}

// Expect says that an answer with this status, 400 or more, is meant to come for
// a path: it and the line that Chromium logs for it are no failure.
func (tab *Tab) Expect(status int, path string) { tab.watch.expect(status, path) }

// Excuse says that problems with this text in them are meant to come, where a test
// does what no page of the dashboard does.
func (tab *Tab) Excuse(text string) { tab.watch.excuse(text) }

// Allow lets pages ask a further host, with its port, for something.
func (tab *Tab) Allow(host string) { tab.watch.allow(host) }

// Check fails the test with what went wrong since the last time. The end of the
// test does it too.
func (tab *Tab) Check() {
	tab.t.Helper()
	for _, problem := range tab.watch.take() {
		tab.t.Errorf("browser: %s", problem)
	}
}
