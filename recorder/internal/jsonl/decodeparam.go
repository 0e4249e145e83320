package jsonl

import (
	"errors"

	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

func (d *decoder) param(f fields, name any) error {
	value, ok := f.get("v")
	if !ok {
		return errors.New("v is missing")
	}
	return d.addParam(name, value)
}

func (d *decoder) params(_ fields, value any) error {
	o, ok := value.(object)
	if !ok {
		return errors.New("it is no object {…}")
	}
	for _, e := range o {
		if err := d.addParam(e.name, e.value); err != nil {
			return err
		}
	}
	return nil
}

func (d *decoder) addParam(named, value any) error {
	name, err := checkName(named)
	if err != nil {
		return err
	}
	frame := record.ParameterFrame{Name: name, Value: plain(value)}
	if d.refine.Parameter != nil {
		recorded, remark := d.refine.Parameter(name, frame.Value)
		frame.Value = recorded
		if err := d.remark(remark); err != nil {
			return err
		}
	}
	payload, err := record.EncodeParameterFrame(frame)
	if err != nil {
		return err
	}
	return d.add(journal.Parameter, payload)
}

// remark records what there is to say about a value, once.
func (d *decoder) remark(text string) error {
	if text == "" || d.remarks[text] || len(d.remarks) >= maxRemarks {
		return nil
	}
	if d.remarks == nil {
		d.remarks = map[string]bool{}
	}
	d.remarks[text] = true
	return d.warning(fields{}, text)
}
