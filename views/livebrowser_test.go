package views

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/exprec/exprec/internal/poll"
	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/views/browsertest"
	"github.com/exprec/exprec/views/guard"
)

const (
	isLive = `document.querySelector("#live").dataset.state === "live"`
	// heard counts what the elements of a page were told, by what they name.
	heard = `
window.heard = {};
window.listen = (live) => {
	const element = document.createElement("i");
	element.dataset.live = live;
	element.addEventListener("exprec:changed", () => { heard[live] = (heard[live] ?? 0) + 1; });
	document.body.append(element);
};`
)

// A page hears what it names, and nothing else, also when it was read before the
// project was watched.
func TestAPageHearsWhatItNames(t *testing.T) {
	b := newBench(t)
	e := recorder.Start(recorder.Options{Dir: b.dir, Quiet: true, NoSystem: true, NoOutput: true})
	defer e.Finish()
	id := e.ID()
	tab := browsertest.NewTab(t, 1000, 700, false)
	listen := heard
	for _, live := range []string{"runs", "run/" + id, "run/" + id + "/scalars", "run/" + id + "/images notes", "run/other"} {
		listen += fmt.Sprintf("\nlisten(%q);", live)
	}
	tab.BeforePages(`addEventListener("DOMContentLoaded", () => {` + listen + `})`)
	tab.Open(b.url + "/")
	tab.Poll(isLive)
	tab.Poll(`heard["run/other"] === 1`) // the page was read before anybody watched
	tab.Eval("window.heard = { runs: 0 }")
	e.AddScalar("loss", 1, 1)
	tab.Poll(`heard.runs > 0 && heard["run/` + id + `"] > 0 && heard["run/` + id + `/scalars"] > 0`)
	if browsertest.Eval[int](tab, `(heard["run/other"] ?? 0) + (heard["run/`+id+`/images notes"] ?? 0)`) != 0 {
		t.Error("told of what they do not name:", browsertest.Eval[string](tab, "JSON.stringify(heard)"))
	}
	b.record(recorder.Options{Name: "another"}, func(*recorder.Experiment) {})
	tab.Poll(`heard.runs > 1`)
}

// The first run appears on the page that waits for it.
func TestTheFirstRunAppears(t *testing.T) {
	b := newBench(t)
	tab := browsertest.NewTab(t, 1000, 700, false)
	tab.Open(b.url + "/")
	if text := tab.Text("h1"); text != "No runs yet" {
		t.Fatal(text)
	}
	tab.Poll(isLive)
	b.record(recorder.Options{Name: "the-first"}, func(*recorder.Experiment) {})
	tab.Poll(`document.body.textContent.includes("the-first")`)
	tab.Axe()
}

// 20 tabs have one connection, so that none of them waits for another; closing
// the first one changes nothing for the rest; and a page that follows another
// asks for nothing twice.
func TestManyTabsHaveOneConnection(t *testing.T) {
	b := newBench(t)
	b.record(recorder.Options{Name: "one"}, func(*recorder.Experiment) {})
	holder := browsertest.NewTab(t, 800, 600, false)
	var tabs []*browsertest.Tab
	for i := range 20 {
		tab := holder.Beside(800, 600, false)
		began := time.Now()
		tab.Open(b.url + "/")
		if took := time.Since(began); i >= 7 && i < 9 {
			t.Logf("tab %d was there after %v", i+1, took)
		}
		tab.Eval(heard)
		tab.Eval(`listen("run/x")`)
		tabs = append(tabs, tab)
	}
	for _, tab := range tabs {
		tab.Poll(isLive)
	}
	if n := b.dashboard.live.Listeners(); n != 1 {
		t.Errorf("%d tabs have %d connections", len(tabs), n)
	}
	tell := func(tabs []*browsertest.Tab) {
		t.Helper()
		for _, tab := range tabs {
			tab.Eval("window.heard = {}")
		}
		b.dashboard.live.Tell("run/x/scalars")
		for _, tab := range tabs {
			tab.Poll(`heard["run/x"] >= 1`)
		}
	}
	poll.Until(t, "the project is watched", func() bool { return b.dashboard.live.Mark()[13:] != "0" })
	tell(tabs)
	tabs[0].Close()
	tell(tabs[1:])
	if n := b.dashboard.live.Listeners(); n != 1 {
		t.Errorf("without the first tab there are %d connections", n)
	}
	// The next page of a tab begins with what the one before knew.
	tabs[1].Open(b.url + "/?n=50")
	tabs[1].Eval(heard)
	tabs[1].Eval(`listen("run/x")`)
	tabs[1].Poll(isLive)
	tell(tabs[1:])
	for _, tab := range tabs[1:] {
		tab.Close()
	}
	poll.Until(t, "nobody listens", func() bool { return b.dashboard.live.Listeners() == 0 })
}

// After the dashboard has been started again all pages ask for what they show,
// and go on.
func TestARestartHealsItself(t *testing.T) {
	b := newBench(t)
	b.record(recorder.Options{Name: "one"}, func(*recorder.Experiment) {})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	serve := func(l net.Listener) (stop func()) {
		d := New(b.dashboard.options)
		server := &http.Server{Handler: guard.New(guard.Options{})(d), ReadHeaderTimeout: time.Minute}
		ended := make(chan error, 1)
		go func() { ended <- server.Serve(l) }()
		return func() {
			if err := d.Close(); err != nil {
				t.Error(err)
			}
			if err := server.Shutdown(context.Background()); err != nil {
				t.Error(err)
			}
			<-ended
		}
	}
	stop := serve(listener)
	holder := browsertest.NewTab(t, 800, 600, false)
	tabs := []*browsertest.Tab{holder.Beside(800, 600, false), holder.Beside(800, 600, false)}
	for _, tab := range tabs {
		tab.Open("http://" + address + "/")
		tab.Poll(isLive)
	}
	stop()
	for _, tab := range tabs {
		tab.Poll(`document.querySelector("#live").dataset.state === "waiting"`)
		if text := tab.Text("#live"); text != "reconnecting" {
			t.Error("it says", text)
		}
		tab.Eval(heard)
		tab.Eval(`listen("run/x")`)
	}
	if listener, err = net.Listen("tcp", address); err != nil {
		t.Fatal(err)
	}
	stop = serve(listener)
	for _, tab := range tabs {
		tab.Poll(isLive)
		tab.Poll(`heard["run/x"] === 1`)
	}
	for _, tab := range append(tabs, holder) {
		tab.Close()
	}
	stop()
}

// Without shared workers a page has a connection of its own while it is looked
// at.
func TestWithoutSharedWorkers(t *testing.T) {
	b := newBench(t)
	b.record(recorder.Options{Name: "one"}, func(*recorder.Experiment) {})
	tab := browsertest.NewTab(t, 800, 600, false)
	tab.BeforePages("delete window.SharedWorker")
	tab.Open(b.url + "/")
	tab.Poll(isLive)
	poll.Until(t, "it listens", func() bool { return b.dashboard.live.Listeners() == 1 })
	tab.Eval(heard)
	tab.Eval(`listen("runs")`)
	tab.Eval(`Object.defineProperty(document, "hidden", { get: () => window.away ?? false, configurable: true })`)
	tab.Eval(`window.away = true; document.dispatchEvent(new Event("visibilitychange"))`)
	poll.Until(t, "it does not listen while nobody looks", func() bool { return b.dashboard.live.Listeners() == 0 })
	b.record(recorder.Options{Name: "two"}, func(*recorder.Experiment) {})
	tab.Eval(`window.away = false; document.dispatchEvent(new Event("visibilitychange"))`)
	tab.Poll(`heard.runs > 0`)
}

// Who looks at a run, or at the list, sees it go on and end, in the same page.
func TestARunIsWatchedToItsEnd(t *testing.T) {
	b := newBench(t)
	e := recorder.Start(recorder.Options{Dir: b.dir, Name: "watched", Quiet: true, NoSystem: true, NoOutput: true})
	defer e.Finish()
	e.AddScalar("loss", 0.5, 1)
	holder := browsertest.NewTab(t, 1200, 800, false)
	run, list := holder.Beside(1200, 800, false), holder.Beside(1200, 800, false)
	run.Open(b.url + "/runs/" + e.ID())
	list.Open(b.url + "/")
	for _, tab := range []*browsertest.Tab{run, list} {
		tab.Eval("window.samePage = true")
		tab.Poll(isLive)
		tab.Poll(`document.querySelector("main").textContent.includes("running")`)
	}
	e.AddScalar("loss", 0.125, 2)
	for _, tab := range []*browsertest.Tab{run, list} {
		tab.Poll(`document.querySelector("main").textContent.includes("0.125")`)
	}
	run.Screenshot("live-run")
	list.Screenshot("live-runs")
	e.SetResult("accuracy", 0.875)
	e.Finish()
	for _, tab := range []*browsertest.Tab{run, list} {
		tab.Poll(`document.querySelector("main").textContent.includes("succeeded")`)
	}
	run.Poll(`document.querySelector("main").textContent.includes("0.875")`)
	for _, tab := range []*browsertest.Tab{run, list} {
		tab.Poll("window.samePage")
	}
}

// Where something between the browser and the dashboard lets no stream through,
// the page asks now and then.
func TestWithoutStreams(t *testing.T) {
	b := newBench(t)
	b.record(recorder.Options{Name: "one"}, func(*recorder.Experiment) {})
	tab := browsertest.NewTab(t, 800, 600, false)
	tab.BeforePages(`
		delete window.SharedWorker;
		window.EventSource = class {
			static CLOSED = 2;
			readyState = 2;
			constructor() { setTimeout(() => this.onerror(), 0); }
			addEventListener() {}
			close() {}
		};`)
	tab.Open(b.url + "/")
	tab.Eval(heard)
	tab.Eval(`listen("runs")`)
	tab.Poll(isLive)
	tab.Poll("heard.runs > 0") // the page was read before anybody watched
	if n := b.dashboard.live.Listeners(); n != 0 {
		t.Error(n, "listen")
	}
	tab.Eval("heard.runs = 0")
	b.record(recorder.Options{Name: "two"}, func(*recorder.Experiment) {})
	tab.Poll("heard.runs > 0")
}
