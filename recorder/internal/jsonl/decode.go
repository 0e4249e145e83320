package jsonl

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// Refine is what is done to values before they are recorded: as a library
// that calls the recorder would have done it.
type Refine struct {
	// Parameter gives what is recorded of a parameter, and what is to be said
	// about that.
	Parameter func(name string, value any) (recorded any, remark string)
	// Failure gives what is recorded of an error.
	Failure func(record.Failure) record.Failure
}

// maxRemarks bounds how many remarks about parameters one journal gives.
const maxRemarks = 100

// decoder turns lines into frames.
type decoder struct {
	refine  Refine
	start   time.Time // of the journal
	remarks map[string]bool

	names []string          // of scalars, by their id - 1
	ids   map[string]uint32 // by name
	steps []int64           // the last one of each scalar
	last  time.Duration     // the time of the line before

	at     time.Duration // of the line that is read
	frames []journal.Frame
}

// line appends the frames of a line to frames. Where it fails nothing of the
// line counts.
func (d *decoder) line(line []byte, frames []journal.Frame) ([]journal.Frame, error) {
	o, err := parseLine(line)
	if err != nil {
		return frames, err
	}
	f := fields{object: o}
	d.frames = frames
	known := len(d.names)
	if err := d.time(f); err != nil {
		return frames, err
	}
	for _, word := range words {
		if value, ok := f.get(word.name); ok {
			if err := word.take(d, f, value); err != nil {
				d.forget(known)
				return frames, fmt.Errorf("%s: %w", word.name, err)
			}
		}
	}
	d.last = d.at
	return d.frames, nil
}

// words are what a line can say, in the order in which that is taken.
var words = []struct {
	name string
	take func(d *decoder, f fields, value any) error
}{
	{"meta", (*decoder).meta},
	{"facts", (*decoder).facts},
	{"param", (*decoder).param},
	{"params", (*decoder).params},
	{"goal", (*decoder).goal},
	{"scalar", (*decoder).scalar},
	{"scalars", (*decoder).scalars},
	{"result", (*decoder).result},
	{"image", (*decoder).image},
	{"input", (*decoder).input},
	{"parent", (*decoder).parent},
	{"heartbeat", (*decoder).heartbeat},
	{"warning", (*decoder).warning},
	{"error", (*decoder).failure},
	{"end", (*decoder).end},
}

// time reads when the line was written: in t or at, as the line before where it
// does not say.
func (d *decoder) time(f fields) error {
	d.at = d.last
	if value, ok := f.get("t"); ok {
		ms, err := number(value)
		if err != nil || !(math.Abs(ms) < maxMilliseconds) {
			return errors.New("t is no number of milliseconds since the start")
		}
		d.at = time.Duration(ms * 1e6)
	} else if value, ok := f.get("at"); ok {
		s, err := number(value)
		if err != nil || !(math.Abs(s) < maxMilliseconds/1e3) {
			return errors.New("at is no number of seconds since 1970")
		}
		whole, part := math.Modf(s)
		d.at = time.Unix(int64(whole), int64(part*1e9)).Sub(d.start)
	}
	return nil
}

// maxMilliseconds is more than what a time can hold.
const maxMilliseconds = math.MaxInt64 / 1e6

func (d *decoder) add(kind journal.Kind, payload []byte) error {
	if len(payload) > journal.MaxPayload {
		return fmt.Errorf("it is larger than %d bytes", journal.MaxPayload)
	}
	d.frames = append(d.frames, journal.Frame{Kind: kind, Time: d.at, Payload: payload})
	return nil
}

// forget takes back the names of scalars beyond those known.
func (d *decoder) forget(known int) {
	for _, name := range d.names[known:] {
		delete(d.ids, name)
	}
	d.names, d.steps = d.names[:known], d.steps[:known]
}

// checkName refuses what cannot be the name of something recorded.
func checkName(value any) (string, error) {
	name, ok := value.(string)
	switch {
	case !ok:
		return "", errors.New("its name is no text")
	case name == "":
		return "", errors.New("its name is empty")
	case len(name) > record.MaxName:
		return "", fmt.Errorf("its name has %d bytes, more than %d", len(name), record.MaxName)
	}
	return name, nil
}

func (d *decoder) result(f fields, named any) error {
	name, err := checkName(named)
	if err != nil {
		return err
	}
	v, _ := f.get("v")
	value, err := number(v)
	if err != nil {
		return err
	}
	return d.add(journal.Result, record.EncodeResultFrame(record.ResultFrame{Name: name, Value: value}))
}

func (d *decoder) goal(f fields, named any) error {
	name, err := checkName(named)
	if err != nil {
		return err
	}
	switch v, _ := f.text("v"); v {
	case "max", "min":
		goal := record.Maximize
		if v == "min" {
			goal = record.Minimize
		}
		return d.add(journal.Goal, record.EncodeGoalFrame(record.GoalFrame{Name: name, Goal: goal}))
	}
	return errors.New(`v is neither "max" nor "min"`)
}

func (d *decoder) input(f fields, named any) error {
	name, err := checkName(named)
	if err != nil {
		return err
	}
	input := record.InputFrame{Input: record.Input{Name: name}}
	input.Path, _ = f.text("path")
	input.Size, _ = f.int("size")
	input.SHA256, _ = f.text("sha256")
	return d.add(journal.Input, record.EncodeInputFrame(input))
}

func (d *decoder) parent(f fields, value any) error {
	id, _ := value.(string)
	if err := record.CheckUUID(id); err != nil {
		return err
	}
	file, _ := f.text("file")
	return d.add(journal.Parent, record.EncodeParentFrame(record.ParentFrame{UUID: id, File: file}))
}

func (d *decoder) heartbeat(fields, any) error { return d.add(journal.Heartbeat, nil) }
