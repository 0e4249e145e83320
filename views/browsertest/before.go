package browsertest

import (
	"context"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// BeforePages runs JavaScript in every page that is opened from now on, before
// any script of its own: to take something away that other browsers do not have.
func (tab *Tab) BeforePages(js string) {
	tab.t.Helper()
	tab.do("run before pages: "+js, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: js})
		return err
	}))
}
