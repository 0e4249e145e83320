package views

import (
	"testing"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/views/browsertest"
)

// W6: a file of a run runs nothing, neither opened by itself nor asked for as the
// script, the style or the worker of a page, whatever its name promises and its
// bytes could also be.
func TestFilesOfRunsNeverRun(t *testing.T) {
	const script = "self.__pwn = 1; postMessage(1);"
	files := map[string]string{
		"a.svg":        `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="` + script + `"><script>` + script + `</script></svg>`,
		"a.html":       `<!DOCTYPE html><script>` + script + `</script><img src=x onerror="` + script + `">`,
		"a.xml":        `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script>` + script + `</script></html>`,
		"a.js":         script,
		"a.css":        `main { display: none }`,
		"a.txt":        `<html><script>` + script + `</script></html>`,
		"a.gif":        "GIF89a=1;" + script + "//",
		"a.png":        "\x89PNG\r\n\x1a\n<script>" + script + "</script>",
		"gif-and.html": "GIF89a/*<script>" + script + "</script>*/",
	}
	b := newBench(t)
	run := b.record(recorder.Options{}, func(e *recorder.Experiment) {
		for name, content := range files {
			b.addFile(e, name, content)
		}
	})
	at := func(name string) string { return "/runs/" + run + "/files/" + name + "?raw=1" }
	opened := browsertest.NewTab(t, 800, 600, false)
	opened.Excuse("sandbox")                    // Chromium says that it ran nothing
	opened.Excuse("ContentSecurityPolicyIssue") // and that no handler is one
	opened.Excuse("Content Security Policy")
	opened.Excuse("/favicon.ico")
	for name := range files {
		opened.Open(b.url + at(name))
		if browsertest.Eval[bool](opened, "self.__pwn !== undefined") {
			t.Errorf("%s ran when it was opened", name)
		}
		if origin := browsertest.Eval[string](opened, "self.origin"); origin != "null" {
			t.Errorf("%s has the origin %s of the dashboard", name, origin)
		}
	}
	page := browsertest.NewTab(t, 800, 600, false)
	page.Excuse("files/") // each refusal is told
	page.Open(b.url + "/")
	for name := range files {
		for _, ask := range []string{
			`Object.assign(document.createElement("script"), {src: address})`,
			`Object.assign(document.createElement("script"), {src: address, type: "module"})`,
			`Object.assign(document.createElement("link"), {href: address, rel: "stylesheet"})`,
		} {
			page.Eval(`new Promise(done => {
				const address = ` + quoted(at(name)) + `, e = ` + ask + `;
				e.onload = e.onerror = done;
				document.head.append(e);
			})`)
		}
		page.Eval(`new Promise(done => {
			let w;
			try { w = new Worker(` + quoted(at(name)) + `); } catch { return done(); }
			w.onerror = done;
			w.onmessage = () => { self.__pwn = 1; done(); };
		})`)
		if browsertest.Eval[bool](page, "self.__pwn !== undefined") {
			t.Fatalf("%s ran in a page", name)
		}
		if browsertest.Eval[bool](page, `getComputedStyle(document.querySelector("main")).display === "none"`) {
			t.Fatalf("%s was the style of a page", name)
		}
	}
}

// quoted writes an address as JavaScript.
func quoted(address string) string { return `"` + address + `"` }
