package jsonl

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

const head = `{"exprec": 1, "run": "0b57a1ae-5f0a-4d9f-8b1c-0c6b4dd0a001", "start": 1764241200000000000, "pid": 7, "process_start": 99, "host": "h", "machine_id": "m", "boot_id": "b", "pid_namespace": "p", "rank": 2}` + "\n"

// file writes a journal.
func file(t testing.TB, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "00000000000000aa.jsonl")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// said reads a journal and puts each frame into words, and each fault.
func said(t testing.TB, name string) (words []string, length int64) {
	t.Helper()
	r, err := Open(name, Refine{})
	if err != nil {
		return []string{err.Error()}, 0
	}
	defer r.Close()
	for {
		f, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return words, r.Offset()
		case err != nil:
			var c *journal.CorruptError
			if !errors.As(err, &c) || c.Next <= c.Offset {
				t.Fatalf("%v", err)
			}
			words = append(words, "! "+c.Reason)
		default:
			words = append(words, inWords(t, r, f))
		}
	}
}

func inWords(t testing.TB, r *Reader, f journal.Frame) string {
	t.Helper()
	var what any
	var err error
	switch f.Kind {
	case journal.Series:
		return fmt.Sprintf("%d is %s", f.Series, f.Payload)
	case journal.Scalar:
		name, _ := r.Name(f.Series)
		return fmt.Sprintf("%v %s %v at %d", f.Time, name, f.Value, f.Step)
	case journal.Parameter:
		what, err = record.DecodeParameterFrame(f.Payload)
	case journal.Result:
		what, err = record.DecodeResultFrame(f.Payload)
	case journal.Goal:
		what, err = record.DecodeGoalFrame(f.Payload)
	case journal.Image:
		what, err = record.DecodeImageFrame(f.Payload)
	case journal.Input:
		what, err = record.DecodeInputFrame(f.Payload)
	case journal.Parent:
		what, err = record.DecodeParentFrame(f.Payload)
	case journal.Meta:
		what, err = record.DecodeMetaFrame(f.Payload)
	case journal.Facts:
		what, err = record.DecodeFactsFrame(f.Payload)
	case journal.Warning:
		what, err = record.DecodeWarningFrame(f.Payload)
	case journal.Error:
		what, err = record.DecodeFailureFrame(f.Payload)
	case journal.End:
		end, derr := record.DecodeEndFrame(f.Payload)
		code := "no code"
		if end.ExitCode != nil {
			code = fmt.Sprint(*end.ExitCode)
		}
		what, err = fmt.Sprint(end.Status, " ", code, " ", end.Signal), derr
	case journal.Heartbeat:
		what = "alive"
	}
	if err != nil {
		t.Fatalf("frame %d: %v", f.Kind, err)
	}
	return fmt.Sprintf("%v %v", f.Time, what)
}

// Each line says what the form's description says.
func TestLines(t *testing.T) {
	for line, want := range map[string]string{
		`{"t": 1.5, "scalar": "loss", "v": 0.25, "s": 3}`:                      "1 is loss|1.5ms loss 0.25 at 3",
		`{"t": 2, "scalars": {"b": 1, "a": "NaN"}, "s": -4}`:                   "1 is b|2ms b 1 at -4|2 is a|2ms a NaN at -4",
		`{"scalars": {"a": NaN, "b": -Infinity, "c": "Infinity"}, "s": 0}`:     "1 is a|0s a NaN at 0|2 is b|0s b -Inf at 0|3 is c|0s c +Inf at 0",
		`{"scalar": "n", "v": 1}` + "\n" + `{"scalar": "n", "v": 2}`:           "1 is n|0s n 1 at 0|0s n 2 at 1",
		`{"scalar": "n", "v": 1, "s": 5.0}` + "\n" + `{"scalar": "n", "v": 2}`: "1 is n|0s n 1 at 5|0s n 2 at 6",
		`{"t": 3, "heartbeat": true}` + "\n\n  \n" + `{"heartbeat": true}`:     "3ms alive|3ms alive",
		`{"at": 1764241201.25, "heartbeat": true}`:                             "1.25s alive",
		`{"param": "lr", "v": 0.5}`:                                            "0s {lr 0.5}",
		`{"params": {"n": 3, "s": "x", "no": null, "yes": true}}`:              "0s {n 3}|0s {s x}|0s {no <nil>}|0s {yes true}",
		`{"param": "f", "v": 3.0}`:                                             "0s {f 3}",
		`{"param": "deep", "v": {"a": [1, {"float": "NaN"}]}}`:                 "0s {deep map[a:[1 NaN]]}",
		`{"param": "b", "v": {"bytes": "AQI="}}`:                               "0s {b [1 2]}",
		`{"param": "b", "v": {"map": {"bytes": "AQI="}}}`:                      "0s {b map[bytes:AQI=]}",
		`{"param": "b", "v": {"bytes": "AQI=", "n": 1}}`:                       "0s {b map[bytes:AQI= n:1]}",
		`{"param": "b", "v": {"float": 1}}`:                                    "0s {b map[float:1]}",
		`{"param": "big", "v": 18446744073709551615}`:                          "0s {big 18446744073709551615}",
		`{"param": "bigger", "v": 18446744073709551616}`:                       "0s {bigger 1.8446744073709552e+19}",
		`{"param": "u", "v": "\u00e9\ud83d\ude00\ud83d\n\/"}`:                  "0s {u é😀\uFFFD\n/}",
		`{"result": "acc", "v": 0.9}`:                                          "0s {acc 0.9}",
		`{"goal": "acc", "v": "max"}`:                                          "0s {acc max}",
		`{"image": "p", "s": 3, "file": "p/3.png", "w": 4, "h": 5, "size": 6}`: "0s {p 3 p/3.png 4 5 6}",
		`{"input": "d", "path": "d.csv", "size": 3, "sha256": "aa"}`:           "0s {{d d.csv 3 aa }}",
		`{"parent": "0b57a1ae-5f0a-4d9f-8b1c-0c6b4dd0a002", "file": "m"}`:      "0s {0b57a1ae-5f0a-4d9f-8b1c-0c6b4dd0a002 m}",
		`{"meta": {"title": "T", "group": "g", "steps": 9, "tags": ["a"]}}`:    "0s {T g 9  [a]}",
		`{"facts": {"runtime": "Python 3.11.2"}}`:                              "0s {Python 3.11.2 <nil> 0 []}",
		`{"warning": "w"}`: "0s {w}",
		`{"error": {"type": "E", "message": "m", "stack": "s"}}`:        "0s {{E m s  }}",
		`{"end": {"status": "failed", "exit": 3, "signal": "SIGTERM"}}`: "0s failed 3 SIGTERM",
		`{"end": {"status": "succeeded"}, "later": [1]}`:                "0s succeeded no code ",
		`{"unknown": 1}`: "",
		`{}`:             "",
	} {
		words, length := said(t, file(t, head+line+"\n"))
		if got := strings.Join(words, "|"); got != want || length != int64(len(head)+len(line)+1) {
			t.Errorf("%s says %q up to %d, want %q", line, got, length, want)
		}
	}
}

// A line that cannot be read costs itself, says why, and leaves the numbers of
// scalars and steps as they were.
func TestBadLines(t *testing.T) {
	for line, why := range map[string]string{
		`{`:                                    "column 2: a name in quotes is missing",
		`[]`:                                   "it is no object",
		`{"a": 1} x`:                           "there is more",
		`{"a": 1,}`:                            "a name in quotes is missing",
		`{"a" 1}`:                              "a : is missing",
		`{"a": tru}`:                           `"tru" is no value`,
		`{"a": 0x10}`:                          `"0x10" is no value`,
		`{"a": +1}`:                            `"+1" is no value`,
		`{"a": "x}`:                            "a text has no end",
		"{\"a\": \"\x01\"}":                    "a control character",
		`{"a": "\x"}`:                          "an escape that is none",
		`{"a": "\u12"}`:                        "four hexadecimal digits",
		strings.Repeat(`{"a":`, 70) + "1":      "it nests deeper than 60 levels",
		"\x00\x00\x00":                         "it ends too early",
		`{"t": "x", "heartbeat": true}`:        "t is no number",
		`{"t": NaN, "heartbeat": true}`:        "t is no number",
		`{"t": 1e300, "heartbeat": true}`:      "t is no number",
		`{"scalar": "y"}`:                      "scalar: v is missing",
		`{"scalar": "y", "v": "high", "s": 1}`: "its value is no number",
		`{"scalars": {"y": 1, "z": []}}`:       "its value is no number",
		`{"scalar": "y", "v": 1, "s": 1.5}`:    "s is no step",
		`{"scalar": "", "v": 1}`:               "its name is empty",
		`{"scalar": 1, "v": 1}`:                "its name is no text",
		`{"param": "` + strings.Repeat("n", 257) + `", "v": 1}`: "its name has 257 bytes",
		`{"params": []}`:                                "it is no object",
		`{"goal": "a", "v": "more"}`:                    "neither",
		`{"image": "p", "s": 1, "file": "../../x.png"}`: "no path below images/",
		`{"image": "p", "s": 1, "file": "/etc/x.png"}`:  "no path below images/",
		`{"image": "p", "s": 1, "file": "p/x.sh"}`:      "no path below images/",
		`{"image": "p", "file": "p/3.png"}`:             "s is no step",
		`{"parent": "x"}`:                               "parent:",
		`{"meta": {"tags": ["A B"]}}`:                   "meta:",
		`{"error": "m"}`:                                "it is no object",
		`{"end": {"status": "lost"}}`:                   `there is no status "lost"`,
	} {
		text := head + `{"scalar": "x", "v": 1}` + "\n" + line + "\n" + `{"scalar": "x", "v": 2}` + "\n"
		words, length := said(t, file(t, text))
		if len(words) != 4 || !strings.HasPrefix(words[2], "! line 3: ") || !strings.Contains(words[2], why) || words[3] != "0s x 2 at 1" {
			t.Errorf("%.80s: %q, want %q", line, words, why)
		}
		if length != int64(len(text)) {
			t.Errorf("%.80s: read up to %d of %d", line, length, len(text))
		}
	}
}

// What no journal begins with is told apart from one that has only begun.
func TestHeaders(t *testing.T) {
	r, err := Open(file(t, head), Refine{})
	if err != nil {
		t.Fatal(err)
	}
	want := journal.Header{
		Version: 1, Run: uuid.MustParse("0b57a1ae-5f0a-4d9f-8b1c-0c6b4dd0a001"), Start: time.Unix(1764241200, 0).UTC(), Host: "h",
		PID: 7, MachineID: "m", BootID: "b", PIDNamespace: "p", Rank: 2, ProcessStart: 99,
	}
	if got := r.Header(); got != want || r.Close() != nil {
		t.Errorf("%+v", got)
	}
	for text, want := range map[string]error{
		"": journal.ErrTorn, head[:40]: journal.ErrTorn, head[:len(head)-1]: journal.ErrTorn,
		strings.Replace(head, `"exprec": 1`, `"exprec": 2`, 1): journal.ErrNewer,
		strings.Replace(head, `"exprec": 1`, `"exprec": 0`, 1): journal.ErrNotJournal,
		strings.Replace(head, `"start"`, `"began"`, 1):         journal.ErrNotJournal,
		strings.Replace(head, `"run"`, `"runs"`, 1):            journal.ErrNotJournal,
		"exprecJ\n": journal.ErrNotJournal, "{}\n": journal.ErrNotJournal, strings.Repeat("x", maxHeader+2): journal.ErrNotJournal,
	} {
		if _, err := Open(file(t, text), Refine{}); !errors.Is(err, want) {
			t.Errorf("%.60q: %v, want %v", text, err, want)
		}
	}
}

// Cut at any byte a journal holds the lines that are whole, and goes on when
// the rest comes.
func TestTornAtEveryByte(t *testing.T) {
	text := head + `{"t": 1, "params": {"a": 1, "b": "é"}}` + "\n" + `{"t": 2, "scalars": {"x": 1, "y": 2}, "s": 1}` + "\n" +
		"no line\n" + `{"t": 3, "end": {"status": "succeeded"}}` + "\n"
	whole, _ := said(t, file(t, text))
	name := file(t, head)
	r, err := Open(name, Refine{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var growing []string
	for end := len(head); end <= len(text); end++ {
		if err := os.WriteFile(name, []byte(text[:end]), 0o600); err != nil {
			t.Fatal(err)
		}
		lines := strings.LastIndexByte(text[:end], '\n') + 1
		words, length := said(t, file(t, text[:end]))
		if length != int64(lines) || strings.Join(words, "|") != strings.Join(whole[:len(words)], "|") {
			t.Fatalf("cut at %d: %q up to %d", end, words, length)
		}
		for {
			f, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				growing = append(growing, "! line 4: "+strings.SplitN(err.Error(), "line 4: ", 2)[1])
				growing[len(growing)-1] = strings.SplitN(growing[len(growing)-1], ");", 2)[0]
				continue
			}
			growing = append(growing, inWords(t, r, f))
		}
		if len(growing) != len(words) || r.Offset() != length {
			t.Fatalf("grown to %d: %q up to %d, want %q", end, growing, r.Offset(), words)
		}
	}
	if strings.Join(growing, "|") != strings.Join(whole, "|") || len(whole) != 8 {
		t.Errorf("%q, want %q", growing, whole)
	}
}

// A line that is longer than any is passed over, when it has an end.
func TestLongLine(t *testing.T) {
	long := `{"warning": "` + strings.Repeat("x", MaxLine) + `"}`
	name := file(t, head+long)
	if words, length := said(t, name); len(words) != 0 || length != int64(len(head)) {
		t.Errorf("%d words, %d bytes", len(words), length)
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString("\n" + `{"heartbeat": true}` + "\n"); err != nil {
		t.Fatal(err)
	}
	words, _ := said(t, name)
	if len(words) != 2 || !strings.Contains(words[0], "line 2: it is longer than") || words[1] != "0s alive" {
		t.Errorf("%q", words)
	}
	almost := `{"warning": "` + strings.Repeat("x", MaxLine-20) + `"}`
	if words, _ := said(t, file(t, head+almost+"\n")); len(words) != 1 || len(words[0]) < MaxLine-20 {
		t.Errorf("a line of nearly the most says %d things", len(words))
	}
}

// What is done to values before they are recorded is done to each, and said of
// once.
func TestRefine(t *testing.T) {
	refine := Refine{
		Parameter: func(name string, _ any) (any, string) { return "masked", "remark on " + name },
		Failure:   func(f record.Failure) record.Failure { f.Message = "clean"; return f },
	}
	r, err := Open(file(t, head+`{"param": "a", "v": 1}`+"\n"+`{"params": {"a": 2, "b": 3}}`+"\n"+`{"error": {"message": "m"}}`+"\n"), refine)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var words []string
	for f, err := r.Next(); err == nil; f, err = r.Next() {
		words = append(words, inWords(t, r, f))
	}
	want := "0s {remark on a}|0s {a masked}|0s {a masked}|0s {remark on b}|0s {b masked}|0s {{ clean   }}"
	if got := strings.Join(words, "|"); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// A writer's lines are read back, also when another one goes on.
func TestWriter(t *testing.T) {
	h := journal.Header{Run: uuid.New(), Start: time.Now(), PID: 7, Host: "h", BootID: "b", PIDNamespace: "p", ProcessStart: 3}
	w, err := Create(t.TempDir(), h)
	if err != nil {
		t.Fatal(err)
	}
	w.Failure(record.Failure{Type: "E", Message: "m \xff"})
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Append(w.Path())
	if err != nil {
		t.Fatal(err)
	}
	code := 4
	again.End(record.EndFrame{Status: record.Failed, ExitCode: &code})
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := ReadHeader(w.Path())
	h.Version, h.Start = 1, time.Unix(0, h.Start.UnixNano()).UTC()
	if err != nil || got != h {
		t.Errorf("%+v, %v, want %+v", got, err, h)
	}
	words, _ := said(t, w.Path())
	if len(words) != 2 || !strings.HasSuffix(words[0], "{{E m \uFFFD   }}") || !strings.HasSuffix(words[1], "failed 4 ") {
		t.Errorf("%q", words)
	}
	if data, err := os.ReadFile(w.Path()); err != nil || bytes.Count(data, []byte("\n")) != 3 {
		t.Errorf("%q, %v", data, err)
	}
}
