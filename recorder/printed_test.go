package recorder

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/exprec/exprec/recorder/internal/capture"
	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// heard collects pieces as "stream:text", those of one stream in a row as one.
type heard struct {
	pieces  []string
	unknown int // pieces without a time
}

func (h *heard) visit(p Piece) error {
	if p.Time < 0 {
		h.unknown++
	}
	if last := len(h.pieces) - 1; last >= 0 && strings.HasPrefix(h.pieces[last], p.Stream+":") {
		h.pieces[last] += string(p.Text)
		return nil
	}
	h.pieces = append(h.pieces, p.Stream+":"+string(p.Text))
	return nil
}

func (h *heard) all() string { return strings.Join(h.pieces, "|") }

// What was printed on two streams is given in the order of printing, of a run
// that goes on as of one that is sealed.
func TestPrintedInOrder(t *testing.T) {
	b := newBench(t)
	m := b.run("r")
	m.Started = time.Now()
	b.printed(m, 1<<20, func(s *capture.Sink) {
		for i := range 20 {
			s.Write(capture.Stdout, fmt.Appendf(nil, "out %d\n", i))
			s.Write(capture.Stderr, fmt.Appendf(nil, "err %d\n", i))
		}
	})
	var order, out []string
	for i := range 20 {
		order = append(order, fmt.Sprintf("stdout:out %d\n|stderr:err %d\n", i, i))
		out = append(out, fmt.Sprintf("out %d\n", i))
	}
	p := b.open()
	for range 2 {
		r := b.one(p, m)
		var both, one, tail, on heard
		for h, err := range map[*heard]error{
			&both: r.Printed(0, both.visit), &one: r.Printed(0, one.visit, "stdout"), &tail: r.Printed(7, tail.visit),
			&on: r.PrintedFrom(int64(len("out 0\n")*10+len("out 10\n")*8), 1<<20, on.visit),
		} {
			if err != nil || h.unknown > 0 {
				t.Errorf("%s: %v, %d pieces without a time", r.Status(), err, h.unknown)
			}
		}
		want(t, "both", both.all(), strings.Join(order, "|"))
		want(t, "one", one.all(), "stdout:"+strings.Join(out, ""))
		want(t, "the end", tail.all(), "stdout:out 19\n|stderr:err 19\n")
		want(t, "from a place on", on.all(), "stdout:out 18\nout 19\n")
		if r.Status() == Lost {
			b.sealNow(p)
		}
	}
}

// A run that is followed gives each byte once and in order, to its end.
func TestFollow(t *testing.T) {
	for name, limit := range map[string]int64{"whole": 1 << 20, "with its middle left out": 64} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			m := b.run("r")
			m.Started = time.Now()
			b.start(m)
			w, lock := b.journal(m, nil)
			sink, err := capture.OpenSink(filepath.Join(filepath.Dir(filepath.Dir(w.Path())), outputDir), limit, func(s capture.Stream, at int64) {
				w.Append(journal.Mark, record.EncodeMarkFrame(record.MarkFrame{Stream: uint8(s), Offset: at}))
			})
			if err != nil {
				t.Fatal(err)
			}
			p := b.open()
			f := b.one(p, m).Follow()
			defer f.Close()
			var h heard
			var order []string
			next := func(live bool) {
				t.Helper()
				for deadline := time.Now().Add(30 * time.Second); h.all() != strings.Join(order, "|"); {
					ended, err := f.Next(h.visit)
					if err != nil || ended == live {
						t.Fatal(ended, err)
					}
					if time.Now().After(deadline) {
						t.Fatalf("got %q, want %q", h.all(), order)
					}
				}
			}
			for i := range 30 {
				stream := capture.Streams[i%2]
				line := fmt.Sprintf("line %d\n", i)
				sink.Write(stream, []byte(line))
				order = append(order, stream.String()+":"+line)
				if i%3 == 0 {
					next(true)
				}
			}
			sink.Write(capture.Stdout, []byte("the "))
			sink.Write(capture.Stdout, []byte("end"))
			if order = append(order, "stdout:the end"); limit < 1<<20 {
				next(true) // what is left out by now cannot be given later
			}
			code := 0
			w.Append(journal.End, record.EncodeEndFrame(record.EndFrame{Status: Succeeded, ExitCode: &code, Time: time.Now()}))
			for _, err := range []error{sink.Close(), w.Close(), lock.Unlock()} {
				if err != nil {
					t.Fatal(err)
				}
			}
			b.sealNow(p)
			if ended, err := f.Next(h.visit); !ended || err != nil {
				t.Fatal(ended, err)
			}
			want(t, "all", h.all(), strings.Join(order, "|"))
			if o, err := b.one(p, m).Output("stdout"); err != nil || (o.Cut > 0) != (limit == 64) {
				t.Errorf("%d bytes were left out, %v", o.Cut, err)
			}
		})
	}
}

// Following one stream gives that alone; following a run that has ended gives
// all of it.
func TestFollowWhatHasEnded(t *testing.T) {
	b := newBench(t)
	m := b.run("r")
	b.printed(m, 1<<20, alternate)
	p := b.open()
	for range 2 {
		r := b.one(p, m)
		var h, both heard
		f, all := r.Follow("stderr"), r.Follow()
		for f, h := range map[*Following]*heard{f: &h, all: &both} {
			if ended, err := f.Next(h.visit); !ended || err != nil {
				t.Errorf("%s: %v, %v", r.Status(), ended, err)
			}
			f.Close()
		}
		if !strings.HasPrefix(h.all(), "stderr:oops\n") || strings.Contains(h.all(), "|") {
			t.Errorf("%s: stderr is %q", r.Status(), h.all())
		}
		if !strings.HasPrefix(both.all(), "stdout:one\n|stderr:oops\n") {
			t.Errorf("%s: both are %q", r.Status(), both.all())
		}
		if r.Status() == Lost {
			b.sealNow(p)
		}
	}
	if b.one(p, m).Status() != Succeeded {
		t.Error("the run was not sealed")
	}
}
