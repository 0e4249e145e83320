package main

import (
	"strings"

	"github.com/exprec/exprec/recorder"
)

// plan is what exprec run does beside running a command.
type plan struct {
	id      *idFile
	pattern *pattern // nil without --scalars
}

// newPlan checks what was asked for.
func newPlan(o *runOptions) (*plan, error) {
	for _, word := range o.params {
		if name, _, ok := strings.Cut(word, "="); !ok || name == "" {
			return nil, usage("write --param NAME=VALUE", "--param %q is no parameter", word)
		}
	}
	p := &plan{}
	if o.scalars != "" {
		var err error
		if p.pattern, err = newPattern(o.scalars); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// reading looks at the lines of one stream of a run's output.
func (p *plan) reading(e *recorder.Experiment) *lines {
	l := &lines{readers: []reader{values{e}}}
	if p.pattern != nil {
		own := *p.pattern
		own.to = e
		l.readers = append(l.readers, &own)
	}
	return l
}
