package recorder

import (
	"errors"
	"fmt"

	"github.com/exprec/exprec/recorder/internal/capture"
)

// output checks that what the program printed is there with its length, and
// that the marks lie in it.
func (c *checker) output(s *sealed) {
	lengths := map[uint8]int64{}
	for _, stream := range capture.Streams {
		o, err := s.output(stream)
		path := outputDir + "/" + stream.File()
		c.found(path, err)
		if err == nil {
			c.found(path, o.check())
		}
		lengths[uint8(stream)] = o.Length
	}
	for _, said := range c.run.started.Outputs {
		if said.Size > 0 && (said.Stream != "stdout" || lengths[1] == 0) && (said.Stream != "stderr" || lengths[2] == 0) {
			c.found(outputDir, fmt.Errorf("the output of the stream %.40q is not there", said.Stream))
		}
	}
	marks, err := s.marks()
	c.found(marksName, err)
	last := map[uint8]int64{}
	for i, m := range marks {
		length, known := lengths[m.Stream]
		if !known || m.Offset < last[m.Stream] || m.Offset > length {
			c.found(marksName, fmt.Errorf("mark %d, at byte %d of stream %d, does not lie in the output", i, m.Offset, m.Stream))
			return
		}
		last[m.Stream] = m.Offset
	}
}

// check compares the text with what the run says of it.
func (o Output) check() error {
	kept := o.Size - o.Cut
	switch {
	case o.Size < 0 || o.Cut < 0 || o.CutAt < 0 || kept < 0 || o.CutAt > kept:
		return errors.New("what run.msgpack says of its size cannot be")
	case o.Cut == 0 && o.Length != o.Size:
		return fmt.Errorf("it has %d bytes, run.msgpack says %d", o.Length, o.Size)
	case o.Cut > 0 && o.Length <= kept:
		return fmt.Errorf("it has %d bytes, run.msgpack says that %d are kept and a line for each gap", o.Length, kept)
	}
	return nil
}
