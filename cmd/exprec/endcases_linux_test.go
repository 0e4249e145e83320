package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/exprec/exprec/recorder"
)

// told is what a record says of an end.
type told struct {
	status  recorder.Status
	exit    int    // unknown: no code
	signal  string // as in the record
	kind    string // of the error, empty for none
	message string // its beginning
}

// unknown is the exit code of a run that has none.
const unknown = -1

func (e told) String() string {
	return fmt.Sprintf("%s, exit %d, signal %q, error %q %q", e.status, e.exit, e.signal, e.kind, e.message)
}

func (e told) fits(got told) bool {
	return e.status == got.status && e.exit == got.exit && e.signal == got.signal && e.kind == got.kind &&
		strings.HasPrefix(got.message, e.message) && (e.message == "") == (got.message == "")
}

// endCase is a way to end, and what the record says of it.
type endCase struct {
	how  string // see endsMain
	by   string // what is done to it once it is ready; empty: it ends by itself
	want map[mode]told
}

var endCases = slices.Concat(finishedCases, unfinishedCases, struckCases)

var finishedCases = []endCase{
	{"return", "", same(told{recorder.Succeeded, 0, "", "", ""})},
	{"error", "", with(same(told{recorder.Failed, unknown, "", "*errors.errorString", "train: no convergence"}), inside, 0)},
	{"cancelled", "", with(same(told{recorder.Stopped, unknown, "", "*errors.errorString", "train: context canceled"}), inside, 0)},
	{"panic", "", map[mode]told{
		alone:  {recorder.Failed, unknown, "", "panic", "the program ended by a panic"},
		helped: {recorder.Failed, 2, "", "panic", "out of cheese"},
		inside: {recorder.Failed, 2, "", "panic", "out of cheese"},
	}},
	{"exit finish", "", map[mode]told{
		alone:  {recorder.Succeeded, 0, "", "", ""},
		helped: {recorder.Succeeded, 0, "", "", ""},
		inside: {recorder.Failed, 3, "", "exit code 3", "last words"},
	}},
	{"recovered", "", map[mode]told{
		alone:  {recorder.Failed, unknown, "", "panic", "the program ended by a panic"},
		helped: {recorder.Failed, 0, "", "panic", "the program ended by a panic"},
		inside: {recorder.Failed, 0, "", "panic", "the program ended by a panic"},
	}},
	{"goexit", "", with(same(told{recorder.Failed, unknown, "", "goexit", "the program ended by a goexit"}), inside, 2)},
	{"main goes", "", same(told{recorder.Succeeded, 0, "", "", ""})},
	{"record return", "", same(told{recorder.Succeeded, 0, "", "", ""})},
	{"record error", "", with(same(told{recorder.Failed, unknown, "", "*errors.errorString", "no convergence"}), inside, 1)},
	{"record cancel", "", with(same(told{recorder.Stopped, unknown, "", "*errors.errorString", "train: context canceled"}), inside, 1)},
	{"record panic", "", map[mode]told{
		alone:  {recorder.Failed, unknown, "", "panic", "out of cheese"},
		helped: {recorder.Failed, 2, "", "panic", "out of cheese"},
		inside: {recorder.Failed, 2, "", "panic", "out of cheese"},
	}},
	{"record goexit", "", with(same(told{recorder.Failed, unknown, "", "goexit", "the program ended by a goexit"}), inside, 0)},
	{"fatal", "", same(told{recorder.Failed, 1, "", "*errors.errorString", "no data"})},
}

var unfinishedCases = []endCase{
	{"log.Fatal", "", seen(told{recorder.Failed, 1, "", "exit code 1", "no data"})},
	{"exit 0", "", seen(told{recorder.Succeeded, 0, "", "", ""})},
	{"exit 3", "", seen(told{recorder.Failed, 3, "", "exit code 3", "last words"})},
	{"goroutine", "", crash(told{recorder.Failed, 2, "", "panic", "in a goroutine"})},
	{"nil map", "", crash(told{recorder.Failed, 2, "", "panic", "assignment to entry in nil map"})},
	{"segv", "", crash(told{recorder.Failed, 2, "", "SIGSEGV", "segmentation violation"})},
	{"abort", "", crash(told{recorder.Failed, 2, "", "SIGABRT", "abort"})},
}

var struckCases = []endCase{
	{"wait", "SIGINT", seen(told{recorder.Stopped, 130, "SIGINT", "signal", "interrupt"})},
	{"wait", "SIGTERM", seen(told{recorder.Stopped, 143, "SIGTERM", "signal", "terminated"})},
	{"wait", "SIGHUP", seen(told{recorder.Stopped, 129, "SIGHUP", "signal", "hangup"})},
	{"wait", "SIGKILL", seen(told{recorder.Lost, 137, "SIGKILL", "signal", "killed by SIGKILL"})},
	{"wait", interrupt, seen(told{recorder.Stopped, 130, "SIGINT", "signal", "interrupt"})},
	{"record wait", interrupt, with(same(told{recorder.Stopped, unknown, "SIGINT", "signal", "interrupt"}), inside, 1)},
	{"wait", power, same(lostAlone)},
	{"wait", hangUp, seen(told{recorder.Stopped, 129, "SIGHUP", "signal", "hangup"})},
	{"eat", memory, seen(told{recorder.Lost, 137, "SIGKILL", "signal", "killed by SIGKILL, probably out of memory"})},
	{"record wait", "SIGINT", with(same(told{recorder.Stopped, unknown, "SIGINT", "signal", "interrupt"}), inside, 1)},
	{"record wait", "SIGTERM", with(same(told{recorder.Stopped, unknown, "SIGTERM", "signal", "terminated"}), inside, 1)},
	{"record nil", "SIGINT", with(same(told{recorder.Stopped, unknown, "SIGINT", "signal", "interrupt"}), inside, 0)},
	{"record nil", "SIGHUP", with(same(told{recorder.Stopped, unknown, "SIGHUP", "signal", "hangup"}), inside, 0)},
	{"record wait", "SIGKILL", seen(told{recorder.Lost, 137, "SIGKILL", "signal", "killed by SIGKILL"})},
}

// same is an end that is told alike however the program is recorded.
func same(e told) map[mode]told { return map[mode]told{alone: e, helped: e, inside: e} }

// seen is an end that only who looks from outside can tell.
func seen(e told) map[mode]told { return map[mode]told{alone: lostAlone, helped: e, inside: e} }

// crash is an end that the Go runtime reports: alone nobody sees the exit code.
func crash(e told) map[mode]told { return with(same(e), alone, unknown) }

var lostAlone = told{recorder.Lost, unknown, "", "lost", "its process died without a word; heard last"}

// with is ends with another exit code in one mode: there it is seen.
func with(all map[mode]told, m mode, exit int) map[mode]told {
	changed := maps.Clone(all)
	e := changed[m]
	e.exit = exit
	changed[m] = e
	return changed
}
