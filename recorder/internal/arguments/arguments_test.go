package arguments

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for command, want := range map[string]string{
		"./train --lr 0.1 --epochs=3 -bs 32":                  "lr=0.1 float64, epochs=3 int64, bs=32 int64",
		"./train --verbose --lr -0.5 --dry-run":               "verbose=true bool, lr=-0.5 float64, dry-run=true bool",
		"./train lr=1e-3 model.depth=4 +opt=adam ++x.y=False": "lr=0.001 float64, model.depth=4 int64, opt=adam string, x.y=false bool",
		"./train data.csv --out - rest":                       "out=- string",
		"./train --lr 1 --lr 2":                               "lr=1 int64, lr=2 int64",
		"./train --id 007 --seed 18446744073709551615":        "id=007 string, seed=18446744073709551615 uint64",
		"./train --big 99999999999999999999 --e=":             "big=99999999999999999999 string, e= string",
		"./train http://host/?a=b /x/y=1 -- --lr 1":           "lr=1 int64",
		"./train -- -":                                  "",
		"python train.py --lr 0.1":                      "lr=0.1 float64",
		"python3.11 -u -W ignore train.py --lr 0.1":     "lr=0.1 float64",
		"/usr/bin/python3 -m pkg.train --lr 0.1":        "lr=0.1 float64",
		"python -c print(1) --lr 0.1":                   "lr=0.1 float64",
		"Rscript --vanilla fit.R --lr 0.1":              "lr=0.1 float64",
		"java -cp a:b -Xmx2g Main --lr 0.1":             "lr=0.1 float64",
		"java -jar train.jar k=1":                       "k=1 int64",
		"env CUDA=1 python -u train.py --lr 0.1":        "lr=0.1 float64",
		"torchrun --nproc_per_node 4 train.py --lr 0.1": "lr=0.1 float64",
		"uv run --with numpy python train.py --lr 0.1":  "lr=0.1 float64",
		"go run ./cmd/train --lr 0.1":                   "lr=0.1 float64",
		"go run . -lr 0.1":                              "lr=0.1 float64",
		"nice -n 5 /bin/sh train.sh --lr 0.1":           "lr=0.1 float64",
		"srun -n 4 --gpus=2 nice python x.py a=1":       "a=1 int64",
		"timeout 10 no-such-program --lr 1":             "",
		"python":                                        "",
		"python -m":                                     "",
	} {
		var got []string
		for _, p := range Parse(strings.Fields(command)) {
			got = append(got, fmt.Sprintf("%s=%v %T", p.Name, p.Value, p.Value))
		}
		if joined := strings.Join(got, ", "); joined != want {
			t.Errorf("%s\n got %s\nwant %s", command, joined, want)
		}
	}
	if Parse(nil) != nil {
		t.Error("no words have parameters")
	}
}

func TestValue(t *testing.T) {
	if f, ok := Value("nan").(float64); !ok || !math.IsNaN(f) {
		t.Error("nan is no number")
	}
	if Value("-Infinity") != math.Inf(-1) {
		t.Error("-Infinity is no number")
	}
	for _, text := range []string{"", "1.2.3", "0x10", "1_000", "e5", "yes", "12px", "1e400000"} {
		if got, ok := Value(text).(string); !ok && text != "1e400000" || ok && got != text {
			t.Errorf("%q became %v", text, Value(text))
		}
	}
}
