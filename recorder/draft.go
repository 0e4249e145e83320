package recorder

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/record"
)

// draftRecord is the whole content of a run: what the start holds, the record,
// and the files of the run's folder.
func (p *Project) draftRecord(ctx context.Context, t tip, run *record.Run, f *folded, folder string) (*draft, error) {
	d := &draft{tree: gitstore.NewTree(), written: map[string][]byte{}}
	if err := carryOver(d.tree, t); err != nil {
		return nil, err
	}
	if err := p.addFiles(ctx, d.tree, t.store, run, folder); err != nil {
		return nil, err
	}
	limit, _ := p.outputLimit() // a bad value was reported when the run began
	if err := d.addOutput(run, f, folder, limit); err != nil {
		return nil, err
	}
	f.addImages(d, run, folder)
	d.add(record.ParamsFile, f.encodeParams(run))
	f.addScalars(d, run.Goals)
	d.add(record.RunFile, record.EncodeRun(run))
	return d, nil
}

// draft is what the record will hold. The files that the record writes go into
// the run's folder too, which mirrors it, once they are safe in git.
type draft struct {
	tree    *gitstore.Tree
	written map[string][]byte // by path
}

func (d *draft) add(path string, data []byte) {
	d.tree.AddBytes(path, data)
	d.written[path] = data
}

// mirror writes what it can: the run's folder is derived and may be missing.
func (d *draft) mirror(folder string) {
	for path, data := range d.written {
		file := filepath.Join(folder, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err == nil {
			_ = os.WriteFile(file, data, 0o600)
		}
	}
	mirrorOutput(folder)
}

// encodeParams writes the parameters. Where they are more than a file may hold,
// the largest are left out, and the run says how many: a record without them
// is better than none.
func (f *folded) encodeParams(run *record.Run) []byte {
	data, err := record.EncodeParams(f.params)
	if err == nil {
		return data
	}
	why, bySize := err, namesBySize(f.params)
	for err != nil {
		bySize = bySize[:len(bySize)*7/8]
		data, err = record.EncodeParams(only(f.params, bySize))
	}
	run.Warnings = append(run.Warnings, fmt.Sprintf("the %d largest of %d parameters are not recorded: %v", len(f.params)-len(bySize), len(f.params), why))
	return data
}

// namesBySize are the names of parameters, the smallest first; those that
// cannot be written at all come last.
func namesBySize(params map[string]any) []string {
	sizes := make(map[string]int, len(params))
	for name, value := range params {
		data, err := record.EncodeParams(map[string]any{name: value})
		sizes[name] = len(data)
		if err != nil {
			sizes[name] = math.MaxInt
		}
	}
	return slices.SortedFunc(maps.Keys(params), func(a, b string) int {
		return cmp.Or(cmp.Compare(sizes[a], sizes[b]), strings.Compare(a, b))
	})
}

func only(params map[string]any, names []string) map[string]any {
	kept := make(map[string]any, len(names))
	for _, name := range names {
		kept[name] = params[name]
	}
	return kept
}

// carryOver keeps the entries of the tip that the record does not write anew:
// the source, and notes that were made while the run went on.
func carryOver(tree *gitstore.Tree, t tip) error {
	if t.source != nil {
		tree.AddSnapshot("source", t.source)
	}
	if t.hash.IsZero() {
		return nil
	}
	entries, err := t.store.ReadTree(t.info.Tree)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.Name != record.RunFile {
			tree.AddObject(entry.Name, entry.Mode, entry.Hash)
		}
	}
	return nil
}

// addFiles adds packages.txt and files/ of the run's folder. Files over the
// threshold go into the LFS store.
func (p *Project) addFiles(ctx context.Context, tree *gitstore.Tree, store *gitstore.Store, run *record.Run, folder string) error {
	limit := p.lfsThreshold()
	search := &secretSearch{}
	for _, name := range []string{record.PackagesFile, "files"} {
		root := filepath.Join(folder, name)
		err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() || strings.HasPrefix(d.Name(), ".new-") {
				return nil
			}
			rel, err := filepath.Rel(folder, file)
			if err != nil {
				return err
			}
			if !d.Type().IsRegular() {
				run.Warnings = append(run.Warnings, fmt.Sprintf("%s was left out: it is not a regular file", filepath.ToSlash(rel)))
				return nil
			}
			if under, inFiles := strings.CutPrefix(filepath.ToSlash(rel), "files/"); inFiles {
				search.look(run, under, file)
			}
			return addFile(ctx, tree, store, run, filepath.ToSlash(rel), file, d, limit)
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// addFile adds one file; from limit bytes on one in files/ becomes a pointer,
// never where limit is below 0.
func addFile(ctx context.Context, tree *gitstore.Tree, store *gitstore.Store, run *record.Run, path, file string, d fs.DirEntry, limit int64) error {
	info, err := d.Info()
	if err != nil {
		return err
	}
	under, inFiles := strings.CutPrefix(path, "files/")
	if !inFiles || limit < 0 || info.Size() < limit {
		tree.AddFile(path, file, info.Mode()&0o100 != 0)
		return nil
	}
	pointer, err := store.LFS().Put(ctx, file, true)
	if err != nil {
		return err
	}
	tree.AddPointer(path, pointer)
	run.Large = append(run.Large, record.LargeFile{Path: under, Size: pointer.Size})
	return nil
}

// lfsThreshold is the size in bytes from which files are kept in the LFS store:
// the snapshot's, whose bad values were reported when the run began.
func (p *Project) lfsThreshold() int64 {
	options, _ := p.snapshotOptions()
	return cmp.Or(options.LFSThreshold, gitstore.DefaultLFSThreshold)
}

// addImages adds the images that the journals name, and their index.
func (f *folded) addImages(d *draft, run *record.Run, folder string) {
	var index []record.ImageEntry
	for _, image := range f.sortedImages() {
		file := filepath.Join(folder, "images", filepath.FromSlash(image.File))
		if _, err := os.Stat(file); err != nil {
			run.Warnings = append(run.Warnings, fmt.Sprintf("the image %q at step %d is gone: its file was removed", image.Name, image.Step))
			continue
		}
		d.tree.AddFile("images/"+image.File, file, false)
		index = append(index, imageEntry(image))
	}
	if len(index) > 0 {
		d.add(record.ImagesFile, record.EncodeImages(index))
	}
}

func imageEntry(i record.ImageFrame) record.ImageEntry {
	return record.ImageEntry{Name: i.Name, Step: i.Step, File: i.File, Width: i.Width, Height: i.Height, Size: i.Size}
}

func (f *folded) sortedImages() []record.ImageFrame {
	return slices.SortedFunc(maps.Values(f.images), func(a, b record.ImageFrame) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.Step, b.Step))
	})
}

// addScalars adds the columns and their index.
func (f *folded) addScalars(d *draft, goals []record.NamedGoal) {
	for _, goal := range goals {
		f.columns.SetGoal(goal.Name, goal.Goal)
	}
	for _, chunk := range f.columns.Chunks() {
		d.add("scalars/"+chunk.Name, chunk.Data)
	}
	if summaries := f.columns.Index(); len(summaries) > 0 {
		d.add(record.ScalarsFile, record.EncodeIndex(summaries))
	}
}
