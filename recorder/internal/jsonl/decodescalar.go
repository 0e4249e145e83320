package jsonl

import (
	"errors"
	"fmt"

	"github.com/exprec/exprec/recorder/internal/journal"
)

func (d *decoder) scalar(f fields, name any) error {
	value, ok := f.get("v")
	if !ok {
		return errors.New("v is missing")
	}
	return d.addScalar(f, name, value)
}

func (d *decoder) scalars(f fields, value any) error {
	o, ok := value.(object)
	if !ok {
		return errors.New("it is no object {…}")
	}
	for _, e := range o {
		if err := d.addScalar(f, e.name, e.value); err != nil {
			return fmt.Errorf("%.80q: %w", e.name, err)
		}
	}
	return nil
}

func (d *decoder) addScalar(f fields, named, value any) error {
	name, err := checkName(named)
	if err != nil {
		return err
	}
	v, err := number(value)
	if err != nil {
		return err
	}
	stated, given := f.get("s")
	step, whole := whole(stated)
	if given && !whole {
		return errors.New("s is no step")
	}
	id := d.id(name)
	if !given {
		step = d.steps[id-1] + 1
	}
	d.steps[id-1] = step
	d.frames = append(d.frames, journal.Frame{Kind: journal.Scalar, Series: id, Step: step, Value: v, Time: d.at})
	return nil
}

// id is the number of a scalar. A new one is named first.
func (d *decoder) id(name string) uint32 {
	if id, ok := d.ids[name]; ok {
		return id
	}
	if d.ids == nil {
		d.ids = map[string]uint32{}
	}
	d.names, d.steps = append(d.names, name), append(d.steps, -1)
	id := uint32(len(d.names))
	d.ids[name] = id
	d.frames = append(d.frames, journal.Frame{Kind: journal.Series, Series: id, Time: d.at, Payload: []byte(name)})
	return id
}
