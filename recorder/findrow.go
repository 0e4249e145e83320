package recorder

import (
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/exprec/exprec/recorder/internal/index"
	"github.com/exprec/exprec/recorder/internal/record"
)

// summary is what a list keeps of the run. The error is that of the run, or of
// its parameters or scalars; what could be read is in the row.
func (r *Run) summary() (index.Row, error) {
	info := r.Info()
	row := index.Row{
		Key: index.Key{ID: idBytes(r.uuid), Tip: runCopy{hash: r.tip, remote: r.remote}.key()}, Status: string(r.Status()),
		Alias: info.Alias, Name: info.Name, Title: r.Title(), Group: info.Group,
		Description: r.Description(), Conclusion: r.Conclusion(),
		Host: info.Host.Name, User: info.User, Author: info.Author, Directory: info.Directory, Runtime: info.Runtime,
		Signal: info.Signal, Continues: info.Continues, RerunOf: info.RerunOf,
		Tags: r.Tags(), Command: info.Command,
		Started: nanoseconds(r.Started()), Ended: nanoseconds(r.Ended()), Exit: index.Absent,
		Rank: int64(info.Rank), Steps: info.Steps, Bytes: r.Bytes(),
		Results: info.Results, Goals: info.Goals,
	}
	if info.ExitCode != nil {
		row.Exit = int64(*info.ExitCode)
	}
	if e := info.Error; e != nil {
		row.ErrorType, row.Error, row.Fingerprint = e.Type, e.Message, e.Fingerprint
	}
	if g := info.Git; g != nil {
		row.Commit, row.Branch = g.Commit, g.Branch
	}
	for _, parent := range info.Parents {
		row.Parents = append(row.Parents, parent.UUID)
	}
	if tree, ok, err := r.subtree("source"); ok && err == nil {
		row.Snapshot = string(tree[:])
	}
	row.Flags = r.flags(info)
	problem := r.err
	keep := func(err error) {
		if problem == nil {
			problem = err
		}
	}
	params, err := r.Params()
	keep(err)
	if len(params) > 0 {
		row.Params, err = record.EncodeParams(params)
		keep(err)
	}
	row.Scalars, err = r.content().scalars()
	keep(err)
	for i := range row.Scalars {
		row.Scalars[i].Preview, row.Scalars[i].PreviewSteps = nil, nil // much, and no list shows them
	}
	return row, problem
}

// flags are the row's yes and no.
func (r *Run) flags(info *Info) int64 {
	var flags int64
	images, _ := r.Images()
	for flag, is := range map[int64]bool{
		index.Archived: r.Archived(), index.Deleted: r.deleted(), index.Recovered: info.Recovered,
		index.InGit: info.Git != nil, index.Dirty: info.Git != nil && info.Git.Dirty,
		index.HasImage: len(images) > 0, index.HasFile: r.holds("files"), index.HasOutput: r.holds("output"), index.HasSource: r.holds("source"),
		index.HasInput: len(info.Inputs) > 0, index.HasPackage: info.Packages > 0 || r.holds(record.PackagesFile),
		index.HasNote: r.Description() != "" || r.Conclusion() != "",
	} {
		if is {
			flags |= flag
		}
	}
	return flags
}

// holds reports whether there is an entry at the root of the run's tree, or in
// the folder of one that is not sealed.
func (r *Run) holds(name string) bool {
	if r.folder != "" {
		if _, err := os.Stat(filepath.Join(r.folder, name)); err == nil {
			return true
		}
	}
	for _, e := range r.root {
		if e.Name == name {
			return true
		}
	}
	return false
}

// Bytes is the size of the run's source, images and files.
func (r *Run) Bytes() int64 {
	var sum int64
	if source := r.Info().Source; source != nil {
		sum += source.Bytes
	}
	images, _ := r.Images()
	for _, image := range images {
		sum += image.Size
	}
	files, err := r.Files()
	if err != nil || files == nil {
		return sum
	}
	_ = fs.WalkDir(files, ".", func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		if info, err := d.Info(); err == nil {
			sum += info.Size()
		}
		return nil
	})
	return sum
}

// idBytes is a UUID without its hyphens.
func idBytes(uuid string) (id [16]byte) {
	_, _ = hex.Decode(id[:], []byte(strings.ReplaceAll(uuid, "-", ""))) // it was checked
	return id
}

func idText(id [16]byte) string {
	var b [uuidLength]byte
	hex.Encode(b[0:8], id[0:4])
	hex.Encode(b[9:13], id[4:6])
	hex.Encode(b[14:18], id[6:8])
	hex.Encode(b[19:23], id[8:10])
	hex.Encode(b[24:], id[10:])
	b[8], b[13], b[18], b[23] = '-', '-', '-', '-'
	return string(b[:])
}

// nanoseconds is a time in a row, and timeOf the time again.
func nanoseconds(t time.Time) int64 {
	if t.IsZero() {
		return index.Absent
	}
	return t.UnixNano()
}

func timeOf(nanoseconds int64) time.Time {
	if nanoseconds == index.Absent {
		return time.Time{}
	}
	return time.Unix(0, nanoseconds).UTC()
}
