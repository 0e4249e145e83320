package views

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/views/console"
)

// streamNames are the streams of a run, by their number on a screen.
var streamNames = [console.Streams]string{"stdout", "stderr"}

// Bounds of what is kept in memory of outputs.
const (
	keptLogs = 24        // outputs whose lines are counted
	keptTail = 512 << 10 // bytes at the end of each stream of an output
)

// outputLog knows the lines of what a run printed: how many there are, from where
// each can be shown, and the end itself. It is safe for concurrent use.
type outputLog struct {
	streams []string // that it shows

	mu    sync.Mutex
	index console.Index
	cuts  [console.Streams][2]int64 // what is missing of the texts; another one is another text
	tail  []printedPiece
	begin [console.Streams]int64 // where in the texts the tail begins
	held  int                    // bytes of the tail
}

// printedPiece is a part of what was printed.
type printedPiece struct {
	stream int
	at     int64 // where in its text it begins
	time   time.Duration
	text   []byte
}

type outputKey struct {
	run     string
	streams string
	sealed  bool
}

// outputLog gives what is known of a run's output, up to now.
func (d *Dashboard) outputLog(ctx context.Context, run *recorder.Run, streams []string) (*outputLog, error) {
	key := outputKey{run: run.Address(), sealed: run.Status() != recorder.Running}
	for _, name := range streams {
		key.streams += name
	}
	log, ok := d.outputs.get(key)
	if !ok {
		log = d.outputs.put(key, &outputLog{streams: streams}, 1)
	}
	return log, log.update(ctx, run)
}

// has reports whether a stream is shown.
func (l *outputLog) has(name string) bool {
	for _, s := range l.streams {
		if s == name {
			return true
		}
	}
	return false
}

// update reads what has been printed since the last time.
func (l *outputLog) update(ctx context.Context, run *recorder.Run) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var lengths [console.Streams]int64
	var cuts [console.Streams][2]int64
	for i, name := range streamNames {
		if !l.has(name) {
			continue
		}
		o, err := run.Output(name)
		if err != nil {
			return err
		}
		lengths[i], cuts[i] = o.Length, [2]int64{o.CutAt, o.Cut}
	}
	at := l.index.At()
	if cuts != l.cuts || at[0] > lengths[0] || at[1] > lengths[1] {
		l.index, l.tail, l.begin, l.held, at = console.Index{}, nil, [console.Streams]int64{}, 0, [console.Streams]int64{}
	}
	l.cuts = cuts
	if at == lengths {
		return nil
	}
	return run.PrintedFrom(at[0], at[1], func(p recorder.Piece) error {
		stream := streamNumber(p.Stream)
		l.keep(stream, p, lengths[stream])
		l.index.Write(stream, p.Text)
		return ctx.Err()
	}, l.streams...)
}

func streamNumber(name string) int {
	if name == streamNames[1] {
		return 1
	}
	return 0
}

// keep holds a piece in memory where it is near the end of its text.
func (l *outputLog) keep(stream int, p recorder.Piece, length int64) {
	at := l.index.At()[stream]
	if length-at > keptTail {
		l.begin[stream] = at + int64(len(p.Text))
		return
	}
	l.tail = append(l.tail, printedPiece{stream, at, p.Time, bytes.Clone(p.Text)})
	l.held += len(p.Text)
	if l.held < 2*console.Streams*keptTail {
		return
	}
	n := 0
	for ; l.held > console.Streams*keptTail; n++ {
		first := l.tail[n]
		l.held -= len(first.text)
		l.begin[first.stream] = first.at + int64(len(first.text))
	}
	l.tail = append([]printedPiece(nil), l.tail[n:]...)
}

// count is the number of lines.
func (l *outputLog) count() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.index.Lines()
}

// errEnough ends reading when all that is wanted was seen.
var errEnough = errors.New("enough was read")

// lines visits the lines of a range of numbers, both inclusive, and gives how
// many bytes were shown by then, for changed. Lines are valid until visit
// returns.
func (l *outputLog) lines(ctx context.Context, run *recorder.Run, from, to int64, visit func(console.Line) error) (total int64, err error) {
	var visitErr error
	hand := func(line console.Line) {
		if line.Number >= from && line.Number <= to && visitErr == nil {
			visitErr = visit(line)
		}
		if line.Number >= to && visitErr == nil {
			visitErr = errEnough
		}
	}
	l.mu.Lock()
	start := l.index.Before(from)
	screen := start.Screen(hand)
	if start.At[0] >= l.begin[0] && start.At[1] >= l.begin[1] {
		for _, p := range l.tail {
			if skip := start.At[p.stream] - p.at; skip < int64(len(p.text)) && visitErr == nil {
				screen.Write(p.stream, p.time, p.text[max(0, skip):])
			}
		}
		l.mu.Unlock()
	} else {
		l.mu.Unlock()
		err = run.PrintedFrom(start.At[0], start.At[1], func(p recorder.Piece) error {
			screen.Write(streamNumber(p.Stream), p.Time, p.Text)
			return errors.Join(visitErr, ctx.Err())
		}, l.streams...)
		if err != nil && !errors.Is(err, errEnough) {
			return screen.Total(), err
		}
	}
	last := l.lastLine(screen)
	for _, line := range screen.Lines() {
		if line.Number <= last && visitErr == nil {
			hand(line)
		}
	}
	if errors.Is(visitErr, errEnough) {
		visitErr = nil
	}
	return screen.Total(), visitErr
}

// lastLine is the number of the last line of a screen that is not merely begun.
func (l *outputLog) lastLine(s *console.Screen) int64 {
	if s.Fresh() {
		return s.Last() - 1
	}
	return s.Last()
}
