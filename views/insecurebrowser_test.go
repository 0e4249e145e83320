package views

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/views/browsertest"
	"github.com/exprec/exprec/views/guard"
)

// Under the name of another machine, without encryption, browsers have no
// clipboard and no locks for a page: it copies, and is told of changes, all the
// same.
func TestPageOfAnotherMachine(t *testing.T) {
	b := newBench(t)
	run := b.record(recorder.Options{Name: "one"}, func(*recorder.Experiment) {})
	server := httptest.NewServer(guard.New(guard.Options{Names: []string{"lab.test"}})(b.dashboard))
	t.Cleanup(func() {
		b.dashboard.live.Close() // the server waits for its streams
		server.Close()
	})
	tab := browsertest.NewTab(t, 1200, 900, false)
	tab.Open(strings.Replace(server.URL, "127.0.0.1", "lab.test", 1) + "/runs/" + run)
	if browsertest.Eval[bool](tab, `window.isSecureContext || Boolean(navigator.clipboard)`) {
		t.Fatal("the page is a secure one")
	}
	tab.Eval(`document.addEventListener("copy", () => { window.copied = document.activeElement.value ?? String(getSelection()); })`)
	tab.Click(`button.copy`)
	tab.Poll(`window.copied === document.querySelector("button.copy").dataset.copy && copied.includes("` + short(run) + `")`)
	tab.Poll(isLive)
}
