package views

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/views/browsertest"
)

// A page that is open follows the run, and leaves alone what somebody is typing.
func TestRunPageFollowsTheRun(t *testing.T) {
	b := newBench(t)
	e := recorder.Start(recorder.Options{Dir: b.dir, Name: "going on", Quiet: true, NoSystem: true, NoOutput: true, Steps: 4})
	defer e.Finish()
	e.SetGoal("loss", recorder.Minimize)
	for step := range 2 {
		e.AddScalar("loss", 0.5, step)
	}
	if err := e.Sync(); err != nil {
		t.Fatal(err)
	}
	tab := browsertest.NewTab(t, 1200, 900, false)
	tab.Open(b.url + "/runs/" + e.ID())
	tab.Settle()
	tab.Click("#edit-conclusion")
	tab.Poll(`document.activeElement?.id === "note-conclusion"`)
	tab.Press("so far")

	e.AddScalar("loss", 0.125, 2)
	if err := e.Sync(); err != nil {
		t.Fatal(err)
	}
	tab.Poll(`document.querySelector("#run-metrics .value").textContent.trim() === "0.125"`)
	tab.Poll(`document.querySelector("#run-head progress").value === 3`)

	e.Fail(errors.New("out of luck"))
	e.Finish()
	tab.Poll(`document.querySelector(".failure .error")?.textContent.includes("out of luck")`)
	tab.Poll(`document.querySelector("#run-head .status").textContent === "failed"`)
	tab.Poll(`document.activeElement?.value === "so far"`)
	tab.Press(", so good")
	tab.Click("#run-notes form button")
	tab.Poll(`document.querySelector("#run-notes .prose")?.textContent.trim() === "so far, so good"`)
	if n := tab.Count("#run-output"); n != 1 {
		t.Errorf("the output is on the page %d times", n)
	}
}

// Who asks for one region gets it, and not what costs more.
func TestRegionsOfARunPage(t *testing.T) {
	b := newBench(t)
	_, id := b.full()
	for region, words := range map[string]string{"run-metrics": "best 0.9", "run-charts": "<svg", "run-head": ">net-2</h1>", "run-tabs": "Overview", "run-changed": "Changed since", "run-grid": "Changed since"} {
		request, err := http.NewRequest("GET", b.url+"/runs/"+id, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("HX-Request", "true")
		request.Header.Set("HX-Target", "section#"+region)
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		page := b.body(answer, region, http.StatusOK)
		b.has(page, words, `id="`+region+`"`)
		if region == "run-metrics" && strings.Contains(page, `class="chart"`) {
			t.Error("charts were drawn for who asks for the metrics")
		}
	}
}
