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
	return writeStruct(&f, func(c *coder, f *ParameterFrame) {
		c.string("name", &f.Name)
		c.key("value")
		c.buf = append(c.buf, w.buf...)
	}), nil
}

// DecodeParameterFrame reads what EncodeParameterFrame wrote.
func DecodeParameterFrame(data []byte) (ParameterFrame, error) {
	var f ParameterFrame
	err := readFrame("parameter", data, &f, func(c *coder, f *ParameterFrame) {
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
	return writeStruct(&f, resultFrameFields)
}

// DecodeResultFrame reads what EncodeResultFrame wrote.
func DecodeResultFrame(data []byte) (ResultFrame, error) {
	var f ResultFrame
	err := readFrame("result", data, &f, resultFrameFields)
	return f, err
}

func resultFrameFields(c *coder, f *ResultFrame) {
	c.string("name", &f.Name)
	c.float("value", &f.Value)
}

// EncodeGoalFrame gives a frame's payload.
func EncodeGoalFrame(f GoalFrame) []byte {
	return writeStruct(&f, goalFrameFields)
}

// DecodeGoalFrame reads what EncodeGoalFrame wrote.
func DecodeGoalFrame(data []byte) (GoalFrame, error) {
	var f GoalFrame
	err := readFrame("goal", data, &f, goalFrameFields)
	return f, err
}

func goalFrameFields(c *coder, f *GoalFrame) {
	c.string("name", &f.Name)
	c.goal("goal", &f.Goal)
}

// EncodeImageFrame gives a frame's payload.
func EncodeImageFrame(f ImageFrame) []byte {
	return writeStruct(&f, imageFrameFields)
}

// DecodeImageFrame reads what EncodeImageFrame wrote.
func DecodeImageFrame(data []byte) (ImageFrame, error) {
	var f ImageFrame
	err := readFrame("image", data, &f, imageFrameFields)
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
	return writeStruct(&f.Input, inputFields)
}

// DecodeInputFrame reads what EncodeInputFrame wrote.
func DecodeInputFrame(data []byte) (InputFrame, error) {
	var f InputFrame
	err := readFrame("input", data, &f.Input, inputFields)
	return f, err
}

// EncodeParentFrame gives a frame's payload.
func EncodeParentFrame(f ParentFrame) []byte {
	return writeStruct(&f, parentFrameFields)
}

// DecodeParentFrame reads what EncodeParentFrame wrote.
func DecodeParentFrame(data []byte) (ParentFrame, error) {
	var f ParentFrame
	err := readFrame("parent", data, &f, parentFrameFields)
	return f, err
}

func parentFrameFields(c *coder, f *ParentFrame) {
	c.string("uuid", &f.UUID)
	c.string("file", &f.File)
}

// EncodeMetaFrame gives a frame's payload.
func EncodeMetaFrame(f MetaFrame) []byte {
	return writeStruct(&f, metaFrameFields)
}

// DecodeMetaFrame reads what EncodeMetaFrame wrote.
func DecodeMetaFrame(data []byte) (MetaFrame, error) {
	var f MetaFrame
	err := readFrame("meta", data, &f, metaFrameFields)
	return f, err
}

func metaFrameFields(c *coder, f *MetaFrame) {
	c.string("title", &f.Title)
	c.string("group", &f.Group)
	c.int64("steps", &f.Steps)
	c.string("name", &f.Name)
	c.strings("tags", &f.Tags)
}

// EncodeMarkFrame gives a frame's payload.
func EncodeMarkFrame(f MarkFrame) []byte {
	return writeStruct(&f, markFrameFields)
}

// DecodeMarkFrame reads what EncodeMarkFrame wrote.
func DecodeMarkFrame(data []byte) (MarkFrame, error) {
	var f MarkFrame
	err := readFrame("mark", data, &f, markFrameFields)
	return f, err
}

func markFrameFields(c *coder, f *MarkFrame) {
	stream := int(f.Stream)
	c.int("stream", &stream)
	if stream < 0 || stream > 255 {
		c.check("stream", corrupt("there is no stream %d", stream))
	}
	f.Stream = uint8(stream)
	c.int64("offset", &f.Offset)
}

// EncodeWatchFrame gives a frame's payload.
func EncodeWatchFrame(f WatchFrame) []byte {
	return writeStruct(&f, watchFrameFields)
}

// DecodeWatchFrame reads what EncodeWatchFrame wrote.
func DecodeWatchFrame(data []byte) (WatchFrame, error) {
	var f WatchFrame
	err := readFrame("watch", data, &f, watchFrameFields)
	return f, err
}

func watchFrameFields(c *coder, f *WatchFrame) {
	c.int("pid", &f.PID)
	c.string("by", &f.By)
}

// EncodeFactsFrame gives a frame's payload.
func EncodeFactsFrame(f FactsFrame) []byte {
	return writeStruct(&f, factsFrameFields)
}

// DecodeFactsFrame reads what EncodeFactsFrame wrote.
func DecodeFactsFrame(data []byte) (FactsFrame, error) {
	var f FactsFrame
	err := readFrame("facts", data, &f, factsFrameFields)
	return f, err
}

func factsFrameFields(c *coder, f *FactsFrame) {
	c.string("runtime", &f.Runtime)
	optional(c, "executable", &f.Executable, executableFields)
	c.int("packages", &f.Packages)
	structs(c, "gpus", &f.GPUs, gpuFields)
}

// EncodeWarningFrame gives a frame's payload.
func EncodeWarningFrame(f WarningFrame) []byte {
	return writeStruct(&f, warningFields)
}

// DecodeWarningFrame reads what EncodeWarningFrame wrote.
func DecodeWarningFrame(data []byte) (WarningFrame, error) {
	var f WarningFrame
	err := readFrame("warning", data, &f, warningFields)
	return f, err
}

func warningFields(c *coder, f *WarningFrame) { c.string("text", &f.Text) }

// EncodeFailureFrame gives a frame's payload.
func EncodeFailureFrame(f FailureFrame) []byte {
	return writeStruct(&f.Failure, failureFields)
}

// DecodeFailureFrame reads what EncodeFailureFrame wrote.
func DecodeFailureFrame(data []byte) (FailureFrame, error) {
	var f FailureFrame
	err := readFrame("failure", data, &f.Failure, failureFields)
	return f, err
}

// EncodeEndFrame gives a frame's payload.
func EncodeEndFrame(f EndFrame) []byte {
	return writeStruct(&f, endFrameFields)
}

// DecodeEndFrame reads what EncodeEndFrame wrote.
func DecodeEndFrame(data []byte) (EndFrame, error) {
	var f EndFrame
	err := readFrame("end", data, &f, endFrameFields)
	return f, err
}

func endFrameFields(c *coder, f *EndFrame) {
	c.string("status", (*string)(&f.Status))
	c.present("exit", &f.ExitCode)
	c.string("signal", &f.Signal)
	c.time("time", &f.Time)
	c.uint64("dropped", &f.Dropped)
}

func readFrame[T any](kind string, data []byte, f *T, fields func(*coder, *T)) error {
	if err := readStruct(data, f, fields); err != nil {
		return fmt.Errorf("%s frame: %w", kind, err)
	}
	return nil
}
