package recorder

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/exprec/exprec/recorder/internal/capture"
	"github.com/exprec/exprec/recorder/internal/record"
	"github.com/exprec/exprec/recorder/internal/redact"
)

const (
	outputDir = "output" // of what the program printed, below the run's folder and in its tree
	marksName = outputDir + "/marks.msgpack"
	// joinedPrefix begins the name of a text that was put together for the
	// record from several files.
	joinedPrefix = ".new-"
	// maxMarksFile bounds output/marks.msgpack, in bytes.
	maxMarksFile = 64 << 20
)

// outputLimit is how many bytes of a stream are kept.
func (p *Project) outputLimit() (int64, error) {
	if p.repo == nil {
		return capture.DefaultLimit, nil
	}
	return p.repo.Config.Size("exprec.maxoutputsize", capture.DefaultLimit)
}

// addOutput adds what the program printed, and when. Like all of the record it
// follows from the run's folder and journals alone.
func (d *draft) addOutput(run *record.Run, f *folded, folder string, limit int64) error {
	dir := filepath.Join(folder, outputDir)
	texts := map[capture.Stream]capture.Text{}
	for _, stream := range capture.Streams {
		text, err := capture.Stored(dir, stream)
		if err != nil {
			return fmt.Errorf("find the program's output: %w", err)
		}
		if len(text.Files()) == 0 {
			continue
		}
		text = text.Bounded(limit)
		file, err := oneFile(dir, stream, text)
		if err != nil {
			return fmt.Errorf("put the program's %s together: %w", stream, err)
		}
		texts[stream] = text
		d.tree.AddFile(outputDir+"/"+stream.File(), file, false)
		run.Outputs = append(run.Outputs, record.Output{Stream: stream.String(), Size: text.Size, CutAt: text.CutAt, Cut: text.Cut})
		run.Warnings = append(run.Warnings, secretsIn(text, stream)...)
	}
	if marks := placeMarks(f.marks, texts); len(marks) > 0 {
		d.add(marksName, record.EncodeMarks(marks))
	}
	return nil
}

// oneFile is a file that holds a text. Where the text lies in pieces it is put
// together beside them, which become the mirror once the record is in git.
func oneFile(dir string, stream capture.Stream, text capture.Text) (string, error) {
	head := filepath.Join(dir, stream.File())
	if files := text.Files(); len(files) == 1 && files[0] == head && text.Cut == 0 {
		return head, nil
	}
	name := filepath.Join(dir, joinedPrefix+stream.File())
	from, err := text.Open()
	if err != nil {
		return "", err
	}
	defer from.Close()
	to, err := os.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	_, err = to.ReadFrom(from)
	return name, errors.Join(err, to.Close())
}

// mirrorOutput leaves in the folder of a sealed run the texts that are in its
// record. It can be done again where it was interrupted: a text that was put
// together was whole before the record was written. What a crash file said is
// in the record too.
func mirrorOutput(folder string) {
	crashes, _ := filepath.Glob(filepath.Join(folder, crashFiles))
	for _, name := range crashes {
		_ = os.Remove(name)
	}
	dir := filepath.Join(folder, outputDir)
	for _, stream := range capture.Streams {
		head := filepath.Join(dir, stream.File())
		_ = os.Rename(filepath.Join(dir, joinedPrefix+stream.File()), head)
		text, err := capture.Stored(dir, stream)
		if err != nil {
			continue
		}
		for _, name := range text.Files() {
			if name != head {
				_ = os.Remove(name)
			}
		}
	}
}

// placeMarks makes marks of the streams ones of the texts that are kept. Of
// those that fall on one place the first stays.
func placeMarks(marks []record.Mark, texts map[capture.Stream]capture.Text) []record.Mark {
	var placed []record.Mark
	last := map[uint8]int64{}
	for _, m := range marks {
		text, ok := texts[capture.Stream(m.Stream)]
		if !ok {
			continue
		}
		m.Offset = text.Place(m.Offset)
		if m.Offset <= last[m.Stream] {
			continue
		}
		last[m.Stream] = m.Offset
		placed = append(placed, m)
	}
	return placed
}

// maxSecrets is how many secrets of a stream are named.
const maxSecrets = 10

// secretsIn warns of what looks like a secret in a text. The text stays as it
// is: it is what the program printed.
func secretsIn(text capture.Text, stream capture.Stream) (warnings []string) {
	r, err := text.Open()
	if err != nil {
		return nil
	}
	defer r.Close()
	for _, s := range redact.FindSecrets(r, maxSecrets) {
		warnings = append(warnings, fmt.Sprintf("the program's %s has what looks like a secret in line %d: %s; look at it before you push the run", stream, s.Line, s.Kind))
	}
	return warnings
}
