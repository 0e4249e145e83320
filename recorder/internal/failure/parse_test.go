package failure

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// said is what a file of testdata says: real last words of programs.
var said = []struct{ file, kind, message, stack string }{
	{"python-a", "RuntimeError", "outer\nline two", "ValueError: bad 3"},
	{"python-b", "SyntaxError", "invalid syntax", "def f(:"},
	{"python-c", "ExceptionGroup", "multi (2 sub-exceptions)", "TypeError: two"},
	{"python-e", "KeyError", "'missing'", "line 2, in w"},
	{"python-f", "Fatal Python error", "Segmentation fault", "in string_at"},
	{"python-h", "", "could not open the data", ""},
	{"python-i", "TimeoutError", "", "asyncio.exceptions.CancelledError"},
	{"python-j", "Odd", "a note", "raise e"},
	{"python-rank", "RuntimeError", "CUDA error: out of memory\nCompile with TORCH_USE_CUDA_DSA.", "line 9, in <module>"},
	{"python-pool", "ValueError", "bad 1", "line 125, in worker"},
	{"python-torchrun", "ValueError", "bad shard", "line 5, in main"},
	{"node-a", "TypeError", "Cannot read properties of undefined (reading 'bar')", "at f (/home/u/project/a.js:1:29)"},
	{"node-b", "uncaught", "5", "throw 5"},
	{"node-d", "Error", "ENOENT: no such file or directory, open '/nope/x'", "d.js:1:15"},
	{"node-e", "MyErr", "outer\nsecond line", "[cause]: TypeError"},
	{"node-f", "SyntaxError", "Unexpected token ';'", "node:internal/main"},
	{"r-a", "Error", "bad value 3", "Calls: g -> f"},
	{"r-b", "Error", "plain", "Execution halted"},
	{"r-c", "Error", "a message that is quite long so that R breaks the line after the call and puts it below", "another_long_one = 2"},
	{"r-d", "Error", `unexpected '*' in "x <- 1 +*"`, "Execution halted"},
	{"r-e", "Error", "there is no package called ‘nosuchpkg’", "library(nosuchpkg)"},
	{"r-f", "Error", "x must be positive", "Execution halted"},
	{"r-warnings", "Error", "bad thing", "NaNs produced"},
	{"ruby", "", "a.rb:1:in `f': bad thing (RuntimeError)", "from a.rb:5"},
	{"perl", "", "bad thing at -e line 1.", "main::f() called"},
	{"julia-a", "DomainError", "DomainError with -1.0:\nsqrt was called with a negative real argument but will only return a complex result if called with a complex argument. Try sqrt(Complex(x)).", "in expression starting at"},
	{"julia-b", "UndefVarError", "`x` not defined in `Main`", "top-level scope"},
	{"go-string", "panic", "boom 12", "main.go:9"},
	{"go-E", "panic", "E 3\nwith a second line", "goroutine 1 [running]"},
	{"go-nil", "panic", "runtime error: invalid memory address or nil pointer dereference", "[signal SIGSEGV"},
	{"go-go", "panic", "in goroutine", "main.main.func1()"},
	{"go-re", "panic", "again: first", "panic: first [recovered]"},
	{"go-same", "panic", "first", "main.main.func4()"},
	{"go-two", "panic", "second", "main.main.func5()"},
	{"go-dead", "fatal error", "all goroutines are asleep - deadlock!", "[chan receive]"},
	{"go-map", "fatal error", "concurrent map writes", "main.main.func2()"},
	{"go-goexit", "fatal error", "no goroutines (main called runtime.Goexit) - deadlock!", ""},
	{"go-stack", "fatal error", "stack overflow", "main.main.func6"},
	{"rust-index", "panic", "index out of bounds: the len is 3 but the index is 5", "a::deep"},
	{"rust-multi", "panic", "one\ntwo", "a.rs:8:16"},
	{"rust-thread", "panic", "called `Result::unwrap()` on an `Err` value: Any { .. }", "thread 'main'"},
	{"rust-plain", "panic", "index out of bounds: the len is 3 but the index is 5", "RUST_BACKTRACE"},
	{"rust-old", "panic", "no such layer", "src/main.rs:4:5"},
	{"rust-error", "Error", "ParseIntError { kind: InvalidDigit }", ""},
	{"java-cause", "java.lang.NumberFormatException", `For input string: "abc"`, "java.lang.IllegalStateException: cannot read the step"},
	{"java-thread", "java.lang.RuntimeException", "in thread\nsecond", "at A.lambda$main$0(A.java:4)"},
	{"java-none", "java.lang.Exception", "", "at A.main"},
	{"java-oom", "java.lang.OutOfMemoryError", "Requested array size exceeds VM limit", "at A.main"},
	{"native-throw", "std::runtime_error", "bad\nthing", ""},
	{"native-int", "int", "terminate called after throwing an instance of 'int'", ""},
	{"native-assert", "assertion", "acc: a.cc:11: int main(int, char**): Assertion `c==5' failed.", ""},
	{"native-free", "abort", "free(): double free detected in tcache 2", ""},
	{"native-noactive", "terminate", "terminate called without an active exception", ""},
	{"native-segv", "shell", "bash: line 1: 26105 Segmentation fault      ./acc segv", ""},
	{"native-smash", "abort", "*** stack smashing detected ***: terminated", ""},
	{"native-asan", "AddressSanitizer", "heap-use-after-free on address 0x602000000010 at pc 0x56088fc21826 bp 0x7ffc0029b950 sp 0x7ffc0029b948", "in main /home/u/project/a.cc:14"},
	{"shell-sh", "shell", "a.sh: 1: foo_nope: not found", ""},
	{"shell-bash", "shell", "a.sh: line 1: foo_nope: command not found", ""},
	{"shell-unset", "shell", "b.sh: line 1: nope: unbound variable", ""},
}

func words(t testing.TB, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", file+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestParse(t *testing.T) {
	for _, test := range said {
		kind, message, stack, ok := Parse(words(t, test.file))
		if !ok || kind != test.kind || message != test.message || !strings.Contains(stack, test.stack) || test.stack == "" && test.kind != "fatal error" && stack != "" {
			t.Errorf("%s: got %q, %q, %q, %v, want %q, %q, a stack with %q", test.file, kind, message, stack, ok, test.kind, test.message, test.stack)
		}
	}
}

// What stands around an error does not hide it, and an error that a program
// lived through is not what ended it.
func TestParseAmongOtherLines(t *testing.T) {
	python := string(words(t, "python-a"))
	for _, test := range []struct{ text, kind, message string }{
		{"epoch 1\nepoch 2\n" + python, "RuntimeError", "outer\nline two"},
		{python + "\nwandb: syncing\nrun.sh: line 3:  77 Terminated python a.py\n", "RuntimeError", "outer\nline two"},
		{python + strings.Repeat("\nepoch 3", maxAfter+1), "", "epoch 3"},
		{string(words(t, "go-string")) + "\n" + python, "RuntimeError", "outer\nline two"},
		{"\x1b[31m" + strings.ReplaceAll(python, "\n", "\x1b[0m\r\n\x1b[31m"), "RuntimeError", "outer\nline two"},
		{"  0%|   \r 50%|###\r100%|######\n", "", "100%|######"},
		{"│ boxed traceback │\nmy.module.BadError: no such layer\n", "my.module.BadError", "no such layer"},
		{"    all\n  indented", "", "indented"},
		{"\n \n", "", ""},
		{"error: token ghp_0123456789abcdefghijABCDEFGHIJ012345 refused\n", "", "error: token [masked] refused"},
		{"bad \xff\xfe bytes \x07\n", "", "bad \uFFFD bytes"},
	} {
		kind, message, _, ok := Parse([]byte(test.text))
		if kind != test.kind || message != test.message || ok != (strings.TrimSpace(test.text) != "") {
			t.Errorf("Parse(%.60q…) = %q, %q, %v, want %q, %q", test.text, kind, message, ok, test.kind, test.message)
		}
	}
}

func TestParseIsBounded(t *testing.T) {
	frame := "  File \"a.py\", line 1, in größe\n"
	end := "ValueError: " + strings.Repeat("é", 10000)
	kind, message, stack, _ := Parse([]byte(traceback + "\n" + strings.Repeat(frame, 3000) + end))
	if kind != "ValueError" || len(message) > MaxMessage || len(message) < MaxMessage-4 || len(stack) > MaxStack || len(stack) < MaxStack-4 {
		t.Errorf("%s, message of %d bytes, stack of %d", kind, len(message), len(stack))
	}
	if !utf8.ValidString(message+stack) || !strings.HasPrefix(stack, traceback) || !strings.HasSuffix(stack, "é") {
		t.Errorf("the stack has lost its beginning or its end: %.40q", stack)
	}
	kind, message, stack, _ = Parse([]byte(traceback + "\n" + strings.Repeat(frame, 30000) + end))
	if kind != "ValueError" || len(message) > MaxMessage || stack != "" {
		t.Errorf("a traceback whose head is far away: %q, %d bytes", kind, len(message))
	}
}

func FuzzParse(f *testing.F) {
	for _, test := range said {
		f.Add(words(f, test.file))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		kind, message, stack, ok := Parse(data)
		if len(kind) > MaxType || len(message) > MaxMessage || len(stack) > MaxStack {
			t.Fatalf("too long: %d, %d, %d bytes", len(kind), len(message), len(stack))
		}
		all := kind + message + stack
		if !utf8.ValidString(all) || strings.ContainsAny(all, "\x1b\r\x00") || !ok && all != "" {
			t.Fatalf("%q %v", all, ok)
		}
		Fingerprint(kind, message, stack)
	})
}
