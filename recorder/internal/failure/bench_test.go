package failure

import (
	"strings"
	"testing"
)

// The last words of a program are at most 64 KiB, and read once a run.
func BenchmarkParse(b *testing.B) {
	frame := "  File \"/home/u/project/train.py\", line 12, in step\n    loss = model(x)\n"
	for name, text := range map[string]string{
		"traceback": traceback + "\n" + strings.Repeat(frame, 800) + "ValueError: bad\n",
		"progress":  strings.Repeat("\x1b[32mstep\x1b[0m 12/100 loss 0.12\r", 2000),
		"lines":     strings.Repeat("step 12/100 loss 0.12\n", 3000),
		"at":        strings.Repeat("    at f (a.js:1:2)\n", 3000),
		"goroutine": "panic: x\n\ngoroutine 1 [running]:\n" + strings.Repeat("main.main()\n\t/x/main.go:9 +0x1\n", 2000),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				kind, message, stack, _ := Parse([]byte(text))
				Fingerprint(kind, message, stack)
			}
		})
	}
}
