package recorder

import (
	"context"
	"fmt"

	"github.com/exprec/exprec/gitstore"
)

// cacheName is the folder below a home that holds what can be made anew.
const cacheName = "cache"

// pointersOf gives the pointers to large content that a run holds, with their
// paths in its tree.
func (p *Project) pointersOf(r *Run) (map[gitstore.Pointer][]string, error) {
	found := map[gitstore.Pointer][]string{}
	if !r.known() || r.store == nil {
		return found, nil
	}
	add := func(folder, path string) error {
		pointer, err := r.pointer(folder + "/" + path)
		if err == nil {
			found[pointer] = append(found[pointer], folder+"/"+path)
		}
		return err
	}
	for _, file := range r.started.Large {
		if err := add("files", file.Path); err != nil {
			return nil, err
		}
	}
	for _, file := range r.largeSource() {
		if err := add("source", file.Path); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// pointer reads the pointer at a path of the run's tree.
func (r *Run) pointer(path string) (gitstore.Pointer, error) {
	entry, err := r.store.Lookup(r.tree, path)
	if err != nil {
		return gitstore.Pointer{}, r.damaged(path, err)
	}
	data, err := r.store.ReadBlob(entry.Hash, maxPointer)
	if err != nil {
		return gitstore.Pointer{}, r.damaged(path, err)
	}
	pointer, ok := gitstore.ParsePointer(data)
	if !ok {
		return pointer, fmt.Errorf("%w: %s of the run %s is no Git LFS pointer, and run.msgpack says it is", ErrDamaged, path, r.Short())
	}
	return pointer, nil
}

// pointersBut gives all pointers that runs hold but for some runs, in every
// copy of theirs, and those of runs that vanished and may be brought back. Where
// a run cannot be read the error says so: what it needs is not known, and
// nothing may be removed.
func (p *Project) pointersBut(ctx context.Context, without map[string]bool) (map[gitstore.Pointer]bool, error) {
	needed := map[gitstore.Pointer]bool{}
	listed, _, err := p.listedHere()
	if err != nil {
		return nil, err
	}
	for _, v := range p.compareLedger(listed) {
		if !v.Gone {
			listed = append(listed, listedRun{v.ID, []runCopy{{store: v.store, hash: v.tip}}})
		}
	}
	for _, run := range listed {
		if without[run.uuid] {
			continue
		}
		for _, c := range run.copies {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if err := p.addPointers(needed, run.uuid, c); err != nil {
				return nil, err
			}
		}
	}
	return needed, nil
}

// addPointers adds the pointers that one copy of a run holds.
func (p *Project) addPointers(needed map[gitstore.Pointer]bool, uuid string, c runCopy) error {
	r := p.load(c.store, uuid, c.hash)
	if r.err != nil {
		return fmt.Errorf("what the run %s needs is not known: %w", r.Short(), r.err)
	}
	pointers, err := p.pointersOf(r)
	for pointer := range pointers {
		needed[pointer] = true
	}
	return err
}
