package recorder

import (
	"context"
	"io/fs"

	"github.com/exprec/exprec/recorder/internal/record"
)

// Status says how a run stands or how it ended.
type Status = record.Status

const (
	Succeeded = record.Succeeded
	Failed    = record.Failed
	Stopped   = record.Stopped
	Lost      = record.Lost
)

// Run is a recorded run, read back.
type Run struct {
	p    *Project
	info *record.Run
	tip  tip
}
type Series struct {
	Steps  []int64
	Values []float64
}

func (p *Project) Run(ctx context.Context, ref string) (*Run, error) {
	t, err := p.tip(ref)
	if err != nil {
		return nil, err
	}
	return &Run{p, t.run, t}, nil
}
func (p *Project) Runs(ctx context.Context, q string) ([]*Run, error) {
	refs, err := p.stores[0].Refs(refPrefix)
	var rs []*Run
	for _, r := range refs {
		x, err := p.Run(ctx, r.Name[len(refPrefix):])
		if err != nil {
			return nil, err
		}
		rs = append(rs, x)
	}
	return rs, err
}
func (r *Run) Status() Status        { return r.info.Status }
func (r *Run) Info() *record.Run     { return r.info }
func (r *Run) ID() string            { return r.info.UUID }
func (r *Run) Short() string         { return r.info.UUID[:8] }
func (r *Run) Files() (fs.FS, error) { return nil, nil }
func (r *Run) Series(n string) (*Series, error) {
	e, err := r.tip.store.Lookup(r.tip.info.Tree, "scalars/0000.msgpack")
	if err != nil {
		return nil, err
	}
	b, err := r.tip.store.ReadBlob(e.Hash, 1<<30)
	if err != nil {
		return nil, err
	}
	c, err := record.DecodeChunk(b, n)
	if err != nil || len(c) == 0 {
		return &Series{}, err
	}
	return &Series{c[0].Steps, c[0].Values}, nil
}
