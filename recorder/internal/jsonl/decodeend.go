package jsonl

import (
	"errors"
	"fmt"

	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

func (d *decoder) meta(_ fields, value any) error {
	o, ok := value.(object)
	if !ok {
		return errors.New("it is no object {…}")
	}
	f := fields{object: o}
	var meta record.MetaFrame
	meta.Title, _ = f.text("title")
	meta.Group, _ = f.text("group")
	meta.Steps = int64(f.small("steps"))
	if name, ok := f.get("name"); ok {
		var err error
		if meta.Name, err = checkName(name); err != nil {
			return err
		}
	}
	tags, _ := f.get("tags")
	list, _ := tags.([]any)
	for _, tag := range list {
		text, _ := tag.(string)
		if err := record.CheckTag(text); err != nil {
			return err
		}
		meta.Tags = append(meta.Tags, text)
	}
	return d.add(journal.Meta, record.EncodeMetaFrame(meta))
}

func (d *decoder) facts(_ fields, value any) error {
	o, ok := value.(object)
	if !ok {
		return errors.New("it is no object {…}")
	}
	runtime, _ := fields{object: o}.text("runtime")
	return d.add(journal.Facts, record.EncodeFactsFrame(record.FactsFrame{Runtime: runtime}))
}

func (d *decoder) warning(_ fields, value any) error {
	text, ok := value.(string)
	if !ok {
		return errors.New("it is no text")
	}
	return d.add(journal.Warning, record.EncodeWarningFrame(record.WarningFrame{Text: text}))
}

func (d *decoder) failure(_ fields, value any) error {
	o, ok := value.(object)
	if !ok {
		return errors.New("it is no object {…}")
	}
	f := fields{object: o}
	var failure record.Failure
	failure.Type, _ = f.text("type")
	failure.Message, _ = f.text("message")
	failure.Stack, _ = f.text("stack")
	if d.refine.Failure != nil {
		failure = d.refine.Failure(failure)
	}
	return d.add(journal.Error, record.EncodeFailureFrame(record.FailureFrame{Failure: failure}))
}

func (d *decoder) end(_ fields, value any) error {
	o, ok := value.(object)
	if !ok {
		return errors.New("it is no object {…}")
	}
	f := fields{object: o}
	word, _ := f.text("status")
	end := record.EndFrame{Status: record.Status(word)}
	if !end.Status.Final() || end.Status == record.Lost {
		return fmt.Errorf("there is no status %.40q: write succeeded, failed or stopped", word)
	}
	if code, ok := f.int("exit"); ok && code == int64(int32(code)) {
		exit := int(code)
		end.ExitCode = &exit
	}
	end.Signal, _ = f.text("signal")
	return d.add(journal.End, record.EncodeEndFrame(end))
}
