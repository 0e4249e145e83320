package console

import (
	"bytes"
	"fmt"
	"testing"
)

// logText is about 10 MB of plain lines, barText of a progress bar in colours.
func logText() []byte {
	var b bytes.Buffer
	for i := range 100_000 {
		fmt.Fprintf(&b, "[09:12:%02d] INFO step %6d loss=%.6f val/acc=%.4f eta 00:12:34 lr=0.001000 tokens/s 18342.2\n", i%60, i, 1/float64(i+1), 0.5)
	}
	return b.Bytes()
}

func barText() []byte {
	var b bytes.Buffer
	for i := range 100_000 {
		fmt.Fprintf(&b, "\r\x1b[32mepoch 1\x1b[0m: %3d%%|████████▌ | %d/100000 [00:21<00:00, 18.3it/s, loss=1.412]", i/1000, i)
		if i%1000 == 999 {
			b.WriteByte('\n')
		}
	}
	return b.Bytes()
}

func BenchmarkScreen(b *testing.B) {
	for name, text := range map[string][]byte{"log": logText(), "bar": barText()} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				bytes := 0
				s := NewScreen(func(l Line) { bytes += len(l.AppendHTML(nil)) })
				s.Write(0, -1, text)
			}
		})
	}
}

func BenchmarkIndex(b *testing.B) {
	for name, text := range map[string][]byte{"log": logText(), "bar": barText()} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				var x Index
				x.Write(0, text)
			}
		})
	}
}
