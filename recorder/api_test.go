package recorder_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/recorder/recordertest"
)

func TestParametersRoundTrip(t *testing.T) {
	e := recordertest.New(t)
	e.SetParameter("lr", 0.1)
	e.SetParameter("lr", 0.2)
	e.SetParameter("nan", math.NaN())
	e.SetParameter("inf", math.Inf(-1))
	e.SetParameter("big", uint64(math.MaxUint64))
	e.SetParameter("float32", float32(0.1))
	e.SetParameters(struct {
		Model struct {
			Layers []int `json:"layers"`
		} `json:"model"`
	}{})
	e.SetParameters(map[string]any{"seed": 7})
	flags := flag.NewFlagSet("x", flag.ContinueOnError)
	flags.Int("epochs", 3, "")
	flags.Duration("limit", time.Minute, "")
	e.SetParameters(flags)
	params, err := recordertest.Read(t, e).Params()
	if err != nil {
		t.Fatal(err)
	}
	if f, ok := params["nan"].(float64); !ok || !math.IsNaN(f) {
		t.Errorf("nan is %#v", params["nan"])
	}
	delete(params, "nan")
	want := map[string]any{
		"lr": 0.2, "inf": math.Inf(-1), "big": uint64(math.MaxUint64), "float32": float32(0.1), "seed": int64(7),
		"model": map[string]any{"layers": nil}, "epochs": int64(3), "limit": "1m0s",
	}
	if !reflect.DeepEqual(params, want) {
		t.Errorf("got  %#v\nwant %#v", params, want)
	}
}

func TestScalarsRoundTrip(t *testing.T) {
	e := recordertest.New(t)
	e.AddScalar("loss", 1.5, 10)
	e.AddScalar("loss", math.NaN(), -3)
	e.AddScalars(20, map[string]float64{"loss": math.Inf(1), "acc": 0.5})
	counted := e.Scalar("counted")
	counted.AddNext(1)
	counted.AddNext(2)
	counted.Add(3, 100)
	counted.AddNext(4)
	run := recordertest.Read(t, e)
	for _, test := range []struct {
		name   string
		steps  []int64
		values []float64
	}{
		{"loss", []int64{10, -3, 20}, []float64{1.5, math.NaN(), math.Inf(1)}},
		{"acc", []int64{20}, []float64{0.5}},
		{"counted", []int64{0, 1, 100, 101}, []float64{1, 2, 3, 4}},
	} {
		series, err := run.Series(test.name)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(series.Steps, test.steps) {
			t.Errorf("%s: steps %v, want %v", test.name, series.Steps, test.steps)
		}
		for i, want := range test.values {
			if got := series.Values[i]; math.Float64bits(got) != math.Float64bits(want) && !(math.IsNaN(got) && math.IsNaN(want)) {
				t.Errorf("%s[%d] is %v, want %v", test.name, i, got, want)
			}
		}
	}
}

func TestResultsAndGoals(t *testing.T) {
	e := recordertest.New(t)
	e.SetResult("test/accuracy", 0.5)
	e.SetResult("test/loss", 1)
	e.SetResult("test/accuracy", 0.75)
	e.SetGoal("test/accuracy", recorder.Maximize)
	e.SetGoal("test/accuracy", recorder.Minimize)
	info := recordertest.Read(t, e).Info()
	want := []recorder.Result{{Name: "test/accuracy", Value: 0.75}, {Name: "test/loss", Value: 1}}
	if !reflect.DeepEqual(info.Results, want) {
		t.Errorf("results %v, want %v", info.Results, want)
	}
	if len(info.Goals) != 1 || info.Goals[0].Goal != recorder.Maximize {
		t.Errorf("goals %v, want the first one declared", info.Goals)
	}
}

func TestImages(t *testing.T) {
	e := recordertest.New(t)
	img := image.NewGray(image.Rect(0, 0, 3, 2))
	img.SetGray(1, 1, color.Gray{Y: 200})
	e.AddImage("confusion/Matrix", img, 0)
	e.AddImage("confusion/matrix", img, 0)
	e.AddImage("confusion/matrix", img, 1)
	file := filepath.Join(t.TempDir(), "photo.bin")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(png.Encode(f, img), f.Close()); err != nil {
		t.Fatal(err)
	}
	e.AddImageFile("photo", file, 5)
	run := recordertest.Read(t, e)
	images, err := run.Images()
	if err != nil || len(images) != 4 {
		t.Fatalf("images %v, %v; want 4", images, err)
	}
	r, err := run.OpenImage("confusion/matrix", 1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	back, err := png.Decode(r)
	if err != nil || back.Bounds() != img.Bounds() {
		t.Fatalf("decode the image: %v, %v", back, err)
	}
	if got, _, _, _ := back.At(1, 1).RGBA(); got != 200*0x101 {
		t.Errorf("the pixel is %#x", got)
	}
}

func TestFiles(t *testing.T) {
	dir := repository(t)
	defer gitstoretest.Unchanged(t, dir)()
	first := recorder.Start(recorder.Options{Dir: dir, Quiet: true, Name: "first"})
	f, err := first.Create("models/best/weights.bin")
	if err != nil {
		t.Fatal(err)
	}
	f.WriteString("weights")
	f.Close()
	f, err = first.OpenFile("log.txt", os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	f.WriteString("one\n")
	f.Close()
	f, err = first.OpenFile("log.txt", os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.WriteString("two\n")
	f.Close()
	first.AddFile("data/copy.txt", filepath.Join(dir, "notes.txt"))
	if _, err := first.OpenFile("log.txt", os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644); !errors.Is(err, fs.ErrExist) {
		t.Errorf("O_EXCL on an existing file: %v", err)
	}
	if back, err := first.Open("models/best/weights.bin"); err != nil {
		t.Error(err)
	} else {
		back.Close()
	}
	for _, name := range []string{"../x", "/etc/passwd", "a/../../b", "", ".", "a\x00b"} {
		if _, err := first.Create(name); err == nil {
			t.Errorf("Create(%q) left the run's folder", name)
		}
	}
	first.Finish()
	if err := first.Err(); err != nil {
		t.Fatal(err)
	}

	second := recorder.Start(recorder.Options{Dir: dir, Quiet: true, Continue: "first"})
	from, err := second.OpenFrom("first", "models/best/weights.bin")
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(from)
	from.Close()
	if err != nil || string(data) != "weights" {
		t.Errorf("read %q, %v", data, err)
	}
	if _, err := second.OpenFrom(second.ID(), "x"); !errors.Is(err, recorder.ErrUnfinished) {
		t.Errorf("OpenFrom a run that goes on: %v", err)
	}
	second.Finish()
	p := open(t, dir)
	run, err := p.Run(t.Context(), second.ID())
	if err != nil {
		t.Fatal(err)
	}
	parents := run.Info().Parents
	if len(parents) != 1 || parents[0].UUID != first.ID() || !reflect.DeepEqual(parents[0].Files, []string{"models/best/weights.bin"}) {
		t.Errorf("parents %+v", parents)
	}
	if run.Info().Continues != first.ID() {
		t.Errorf("continues %q, want %s", run.Info().Continues, first.ID())
	}
	run, err = p.Run(t.Context(), "first")
	if err != nil {
		t.Fatal(err)
	}
	files, err := run.Files()
	if err != nil {
		t.Fatal(err)
	}
	if log, err := fs.ReadFile(files, "log.txt"); err != nil || string(log) != "one\ntwo\n" {
		t.Errorf("log.txt is %q, %v", log, err)
	}
	if copied, err := fs.ReadFile(files, "data/copy.txt"); err != nil || string(copied) != "untracked\n" {
		t.Errorf("data/copy.txt is %q, %v", copied, err)
	}
}

// A file over the threshold is a Git LFS pointer in the tree, and reads back
// byte for byte.
func TestLargeFile(t *testing.T) {
	dir := repository(t)
	gitstoretest.Git(t, dir, "config", "exprec.lfsThreshold", "100k")
	defer gitstoretest.Unchanged(t, dir)()
	e := recorder.Start(recorder.Options{Dir: dir, Quiet: true})
	content := strings.Repeat("0123456789abcdef", 20_000)
	big := filepath.Join(t.TempDir(), "big.bin")
	if err := os.WriteFile(big, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	e.AddFile("big.bin", big)
	e.Finish()
	if err := e.Err(); err != nil {
		t.Fatal(err)
	}
	if blob := gitstoretest.Git(t, dir, "show", "refs/exprec/"+e.ID()+":files/big.bin"); !strings.HasPrefix(blob, "version https://git-lfs") {
		t.Errorf("the blob is %.60q…, want a pointer", blob)
	}
	files, err := onlyRun(t, open(t, dir)).Files()
	if err != nil {
		t.Fatal(err)
	}
	if data, err := fs.ReadFile(files, "big.bin"); err != nil || string(data) != content {
		t.Errorf("read %d bytes, %v; want %d", len(data), err, len(content))
	}
	if data, err := os.ReadFile(filepath.Join(e.Dir(), "files", "big.bin")); err != nil || string(data) != content {
		t.Errorf("the run's folder holds %d bytes, %v; want %d", len(data), err, len(content))
	}
}

func TestInputs(t *testing.T) {
	e := recordertest.New(t)
	dir := t.TempDir()
	gitstoretest.Write(t, dir, "a.csv", "1,2\n")
	gitstoretest.Write(t, dir, "b.csv", "3,4\n")
	e.AddInput("file", filepath.Join(dir, "a.csv"))
	e.AddInput("folder", dir)
	inputs := recordertest.Read(t, e).Info().Inputs
	if len(inputs) != 2 {
		t.Fatalf("inputs %+v", inputs)
	}
	if got := inputs[0]; got.Size != 4 || got.SHA256 != fmt.Sprintf("%x", sha256.Sum256([]byte("1,2\n"))) {
		t.Errorf("file: %+v", got)
	}
	if got := inputs[1]; got.Size != 8 || len(got.SHA256) != 64 {
		t.Errorf("folder: %+v", got)
	}
}

// Whatever is given to a logging call, the program goes on, and Err says what
// was wrong.
func TestBadInput(t *testing.T) {
	long := strings.Repeat("x", 4096)
	for name, use := range map[string]func(*recorder.Experiment){
		"empty scalar name":      func(e *recorder.Experiment) { e.AddScalar("", 1, 1) },
		"4 KB scalar name":       func(e *recorder.Experiment) { e.AddScalar(long, 1, 1) },
		"binary scalar name":     func(e *recorder.Experiment) { e.Scalar("a\xff").Add(1, 1) },
		"4 KB parameter name":    func(e *recorder.Experiment) { e.SetParameter(long, 1) },
		"parameters of a number": func(e *recorder.Experiment) { e.SetParameters(3) },
		"nil image":              func(e *recorder.Experiment) { e.AddImage("x", nil, 0) },
		"image file of text":     func(e *recorder.Experiment) { e.AddImageFile("x", "api_test.go", 0) },
		"missing image file":     func(e *recorder.Experiment) { e.AddImageFile("x", "no-such.png", 0) },
		"missing file":           func(e *recorder.Experiment) { e.AddFile("x", "no-such-file") },
		"a folder as file":       func(e *recorder.Experiment) { e.AddFile("x", ".") },
		"missing input":          func(e *recorder.Experiment) { e.AddInput("x", "no-such-file") },
	} {
		t.Run(name, func(t *testing.T) {
			e := recorder.Start(recorder.Options{Dir: t.TempDir(), Quiet: true, NoSource: true})
			use(e)
			e.AddScalar("good", 1, 1)
			e.Finish()
			if err := e.Err(); err == nil || strings.Contains(err.Error(), "\n") {
				t.Errorf("Err is %v, want one sentence", err)
			}
			if series, err := onlyRun(t, open(t, e.Dir())).Series("good"); err != nil || len(series.Values) != 1 {
				t.Errorf("the good value is gone: %v, %v", series, err)
			}
		})
	}
}

func TestBadOptions(t *testing.T) {
	e := recorder.Start(recorder.Options{
		Dir: t.TempDir(), Quiet: true, NoSource: true,
		Tags: []string{"good", "Not Good", ""}, Name: strings.Repeat("n", 5000), Title: "a\xffb", Continue: "nobody",
	})
	e.Finish()
	if e.Err() == nil {
		t.Error("Err says nothing of the bad options")
	}
	info := onlyRun(t, open(t, e.Dir())).Info()
	if !reflect.DeepEqual(info.Tags, []string{"good"}) || info.Name != "" || info.Title == "" {
		t.Errorf("tags %q, name %q, title %q", info.Tags, info.Name, info.Title)
	}
}

func TestNothingIsRecorded(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("EXPREC", "off")
	for name, e := range map[string]*recorder.Experiment{
		"nil":         nil,
		"no context":  recorder.FromContext(context.Background()),
		"environment": recorder.Start(recorder.Options{Dir: dir}),
	} {
		e.SetParameter("a", 1)
		e.SetParameters(map[string]int{"b": 2})
		e.AddScalar("c", 1, 1)
		e.AddScalars(1, map[string]float64{"c": 1})
		e.Scalar("c").AddNext(1)
		e.SetResult("d", 1)
		e.SetGoal("d", recorder.Minimize)
		e.AddImage("e", image.NewGray(image.Rect(0, 0, 1, 1)), 1)
		e.AddFile("f", "api_test.go")
		e.AddInput("g", "api_test.go")
		if _, err := e.Create("h"); !errors.Is(err, recorder.ErrOff) {
			t.Errorf("%s: Create: %v, want ErrOff", name, err)
		}
		e.Fail(errors.New("i"))
		if err := e.Sync(); err != nil {
			t.Errorf("%s: Sync: %v", name, err)
		}
		e.Finish()
		if e.ID() != "" || e.Dir() != "" || e.Err() != nil {
			t.Errorf("%s: id %q, dir %q, err %v", name, e.ID(), e.Dir(), e.Err())
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("something was written: %v, %v", entries, err)
	}
}

func TestLoggingAfterFinish(t *testing.T) {
	e := recordertest.New(t)
	loss := e.Scalar("loss")
	loss.AddNext(1)
	e.Finish()
	loss.AddNext(2)
	e.AddScalar("late", 1, 1)
	e.SetParameter("late", 1)
	e.Finish()
	if _, err := e.Create("late"); !errors.Is(err, recorder.ErrFinished) {
		t.Errorf("Create after Finish: %v", err)
	}
	run := recordertest.Read(t, e)
	if series, err := run.Series("loss"); err != nil || len(series.Values) != 1 {
		t.Errorf("loss: %v, %v", series, err)
	}
	if params, err := run.Params(); err != nil || len(params) > 0 {
		t.Errorf("params %v, %v", params, err)
	}
}
