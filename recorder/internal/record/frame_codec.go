package record

import "fmt"

// The payloads of frames have no version of their own: the journal's header
// carries it. Fields that are not known are passed over.

// EncodeParameterFrame fails on values [EncodeParams] refuses.
func EncodeParameterFrame(f ParameterFrame) ([]byte, error) {
	w := &valueWriter{}
	if err := w.value(f.Value, maxDepth-1); err != nil {
		return nil, fmt.Errorf("parameter %q: %w", f.Name, err)
	}
	return writeStruct(func(c *coder) {
		c.string("name", &f.Name)
		c.key("value")
		c.buf = append(c.buf, w.buf...)
	}), nil
}

// DecodeParameterFrame reads what EncodeParameterFrame wrote.
func DecodeParameterFrame(data []byte) (ParameterFrame, error) {
	var f ParameterFrame
	err := readFrame("parameter", data, func(c *coder) {
		c.string("name", &f.Name)
		if r, ok := c.value("value"); ok {
			value, err := (&valueReader{reader: r}).value(maxDepth - 1)
			if c.check("value", err) {
				f.Value = value
			}
		}
	})
	return f, err
}

// EncodeResultFrame gives a frame's payload.
func EncodeResultFrame(f ResultFrame) []byte {
	return writeStruct(func(c *coder) { resultFrameFields(c, &f) })
}

// DecodeResultFrame reads what EncodeResultFrame wrote.
func DecodeResultFrame(data []byte) (ResultFrame, error) {
	var f ResultFrame
	err := readFrame("result", data, func(c *coder) { resultFrameFields(c, &f) })
	return f, err
}

func resultFrameFields(c *coder, f *ResultFrame) {
	c.string("name", &f.Name)
	c.float("value", &f.Value)
}

// EncodeGoalFrame gives a frame's payload.
func EncodeGoalFrame(f GoalFrame) []byte {
	return writeStruct(func(c *coder) { goalFrameFields(c, &f) })
}

// DecodeGoalFrame reads what EncodeGoalFrame wrote.
func DecodeGoalFrame(data []byte) (GoalFrame, error) {
	var f GoalFrame
	err := readFrame("goal", data, func(c *coder) { goalFrameFields(c, &f) })
	return f, err
}

func goalFrameFields(c *coder, f *GoalFrame) {
	c.string("name", &f.Name)
	c.goal("goal", &f.Goal)
}

// EncodeImageFrame gives a frame's payload.
func EncodeImageFrame(f ImageFrame) []byte {
	return writeStruct(func(c *coder) { imageFrameFields(c, &f) })
}

// DecodeImageFrame reads what EncodeImageFrame wrote.
func DecodeImageFrame(data []byte) (ImageFrame, error) {
	var f ImageFrame
	err := readFrame("image", data, func(c *coder) { imageFrameFields(c, &f) })
	return f, err
}

func imageFrameFields(c *coder, f *ImageFrame) {
	c.string("name", &f.Name)
	c.int64("step", &f.Step)
	c.string("file", &f.File)
	c.int("w", &f.Width)
	c.int("h", &f.Height)
	c.int64("size", &f.Size)
}

// EncodeInputFrame gives a frame's payload.
func EncodeInputFrame(f InputFrame) []byte {
	return writeStruct(func(c *coder) { inputFields(c, &f.Input) })
}

// DecodeInputFrame reads what EncodeInputFrame wrote.
func DecodeInputFrame(data []byte) (InputFrame, error) {
	var f InputFrame
	err := readFrame("input", data, func(c *coder) { inputFields(c, &f.Input) })
	return f, err
}

// EncodeParentFrame gives a frame's payload.
func EncodeParentFrame(f ParentFrame) []byte {
	return writeStruct(func(c *coder) { parentFrameFields(c, &f) })
}

// DecodeParentFrame reads what EncodeParentFrame wrote.
func DecodeParentFrame(data []byte) (ParentFrame, error) {
	var f ParentFrame
	err := readFrame("parent", data, func(c *coder) { parentFrameFields(c, &f) })
	return f, err
}

func parentFrameFields(c *coder, f *ParentFrame) {
	c.string("uuid", &f.UUID)
	c.string("file", &f.File)
}

// EncodeMetaFrame gives a frame's payload.
func EncodeMetaFrame(f MetaFrame) []byte {
	return writeStruct(func(c *coder) { metaFrameFields(c, &f) })
}

// DecodeMetaFrame reads what EncodeMetaFrame wrote.
func DecodeMetaFrame(data []byte) (MetaFrame, error) {
	var f MetaFrame
	err := readFrame("meta", data, func(c *coder) { metaFrameFields(c, &f) })
	return f, err
}

func metaFrameFields(c *coder, f *MetaFrame) {
	c.string("title", &f.Title)
	c.string("group", &f.Group)
	c.int64("steps", &f.Steps)
}

// EncodeWarningFrame gives a frame's payload.
func EncodeWarningFrame(f WarningFrame) []byte {
	return writeStruct(func(c *coder) { c.string("text", &f.Text) })
}

// DecodeWarningFrame reads what EncodeWarningFrame wrote.
func DecodeWarningFrame(data []byte) (WarningFrame, error) {
	var f WarningFrame
	err := readFrame("warning", data, func(c *coder) { c.string("text", &f.Text) })
	return f, err
}

// EncodeFailureFrame gives a frame's payload.
func EncodeFailureFrame(f FailureFrame) []byte {
	return writeStruct(func(c *coder) { failureFields(c, &f.Failure) })
}

// DecodeFailureFrame reads what EncodeFailureFrame wrote.
func DecodeFailureFrame(data []byte) (FailureFrame, error) {
	var f FailureFrame
	err := readFrame("failure", data, func(c *coder) { failureFields(c, &f.Failure) })
	return f, err
}

// EncodeEndFrame gives a frame's payload.
func EncodeEndFrame(f EndFrame) []byte {
	return writeStruct(func(c *coder) { endFrameFields(c, &f) })
}

// DecodeEndFrame reads what EncodeEndFrame wrote.
func DecodeEndFrame(data []byte) (EndFrame, error) {
	var f EndFrame
	err := readFrame("end", data, func(c *coder) { endFrameFields(c, &f) })
	return f, err
}

func endFrameFields(c *coder, f *EndFrame) {
	c.string("status", (*string)(&f.Status))
	c.present("exit", &f.ExitCode)
	c.string("signal", &f.Signal)
	c.time("time", &f.Time)
	c.uint64("dropped", &f.Dropped)
}

func readFrame(kind string, data []byte, fields func(*coder)) error {
	if err := readStruct(data, fields); err != nil {
		return fmt.Errorf("%s frame: %w", kind, err)
	}
	return nil
}
