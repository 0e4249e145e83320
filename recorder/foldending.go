package recorder

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// ending is what the journals, and the crash files beside them, say of how the
// run ended. Its processes speak for themselves; watchers tell what they saw
// of the program from outside.
type ending struct {
	own, seen []record.EndFrame
	ownError  *record.Failure // the first of the run's processes
	seenError *record.Failure // the first of a watcher
	crashes   []record.Failure
	silent    []journal.Header // of processes that died without a word; empty where it cannot be read
	watched   []int            // ids of the processes that are watched
	orphaned  bool             // the supervisor of a program in another language said nothing of the end
}

// take folds in a frame that tells of the end. Kinds that a later version
// added are passed over.
func (e *ending) take(s *source, frame journal.Frame) error {
	switch frame.Kind {
	case journal.Watch:
		w, err := record.DecodeWatchFrame(frame.Payload)
		s.watch, s.by = true, w.By
		if err == nil && w.PID != 0 {
			e.watched = append(e.watched, w.PID)
		}
		return err
	case journal.Error:
		f, err := record.DecodeFailureFrame(frame.Payload)
		if err == nil {
			e.takeError(s, f.Failure)
		}
		return err
	case journal.End:
		end, err := record.DecodeEndFrame(frame.Payload)
		if err == nil {
			e.takeEnd(s, end)
		}
		return err
	}
	return nil
}

func (e *ending) takeError(s *source, failure record.Failure) {
	first := &e.ownError
	if s.watch {
		first = &e.seenError
	}
	if *first == nil {
		*first = &failure
	}
}

func (e *ending) takeEnd(s *source, end record.EndFrame) {
	s.ended = true
	if s.watch {
		e.seen = append(e.seen, end)
		return
	}
	e.own = append(e.own, end)
}

// outcome is how the run ended. What its processes say of a failure or a stop
// counts before what was seen, because it says why; that they succeeded does
// not, because they cannot know what comes after. Processes that died without
// a word make the run lost where nobody saw the end.
func (e *ending) outcome() record.EndFrame {
	own, seen := worst(e.own), e.sight()
	end := own
	switch {
	case len(e.seen) == 0 && len(e.silent) > len(e.crashes):
		end = record.EndFrame{Status: record.Lost}
	case own.Status == record.Failed || own.Status == record.Stopped:
	case len(e.crashes) > 0 && !tells(seen):
		end.Status, end.ExitCode = record.Failed, nil
	case tells(seen) || own.Status == "":
		end.Status = cmp.Or(seen.Status, record.Lost)
	}
	if end.Status == record.Succeeded && e.ownError != nil { // it said so, and exited before Finish
		end.Status = record.Failed
	}
	if seen.ExitCode != nil {
		end.ExitCode = seen.ExitCode
	}
	end.Signal = cmp.Or(seen.Signal, end.Signal)
	return end
}

// tells reports whether a watcher knows how the program ended, and not only
// that it did.
func tells(seen record.EndFrame) bool { return seen.ExitCode != nil || seen.Signal != "" }

// sight is what counts of that which watchers saw: the word of those that know
// how before that of others.
func (e *ending) sight() record.EndFrame {
	var known []record.EndFrame
	for _, end := range e.seen {
		if tells(end) {
			known = append(known, end)
		}
	}
	if len(known) > 0 {
		return worst(known)
	}
	return worst(e.seen)
}

// worst is the end that counts of several: the first of the worst.
func worst(ends []record.EndFrame) (end record.EndFrame) {
	rank := map[record.Status]int{record.Succeeded: 1, record.Stopped: 2, record.Failed: 3, record.Lost: 4}
	for _, e := range ends {
		if rank[e.Status] > rank[end.Status] {
			end = e
		}
	}
	return end
}

// failure is the error of the run as far as somebody put it into words. The
// value of a panic, which the program itself cannot know while it unwinds, is
// what the watcher or the Go runtime says.
func (e *ending) failure() *record.Failure {
	said := e.ownError
	if said == nil || unknownPanic(said) {
		switch {
		case len(e.crashes) > 0:
			return &e.crashes[0]
		case said == nil || e.seenError != nil && isCrash(e.seenError):
			return e.seenError
		}
	}
	return said
}

// recovered reports whether the run's own processes cannot have sealed it:
// nobody was left.
func (e *ending) recovered() bool {
	return len(e.seen) == 0 && (len(e.silent) > 0 || len(e.own) == 0)
}

// warnings name the processes that joined the run and died without a word, or
// crashed, where its end says nothing of them.
func (e *ending) warnings() (warnings []string) {
	if len(e.seen) == 0 {
		return nil
	}
	for _, h := range e.silent {
		if h.PID != 0 && !slices.Contains(e.watched, h.PID) {
			warnings = append(warnings, fmt.Sprintf("the process %d, rank %d, ended without a word", h.PID, h.Rank))
		}
	}
	if e.outcome().Status == record.Succeeded {
		for _, crash := range e.crashes {
			warnings = append(warnings, fmt.Sprintf("a process crashed: %s: %s", crash.Type, crash.Message))
		}
	}
	return warnings
}

// describeEnd says in run how it ended, and when: at the last end of a
// process, or else when the last was heard.
func (f *folded) describeEnd(run *record.Run) {
	end := f.ending.outcome()
	run.Status, run.ExitCode, run.Signal = end.Status, end.ExitCode, end.Signal
	run.Recovered = f.ending.recovered()
	run.Ended = f.ended(run.Started)
	run.Error = f.ending.failure()
	switch {
	case run.Status == record.Succeeded:
		run.Error = nil
	case run.Error == nil && run.Status == record.Lost:
		run.Error = f.lostError(run)
	}
	for _, e := range slices.Concat(f.ending.own, f.ending.seen) {
		run.Dropped += e.Dropped
	}
}

func (f *folded) ended(started time.Time) time.Time {
	at := f.last
	if !f.ending.recovered() {
		for _, e := range slices.Concat(f.ending.own, f.ending.seen) {
			if e.Time.After(at) {
				at = e.Time
			}
		}
	}
	if at.Before(started) {
		at = started
	}
	return at.UTC()
}
