package record

import "fmt"

// ImageEntry is what images.msgpack says about one image.
type ImageEntry struct {
	Name   string // as the user gave it
	Step   int64
	File   string // below images/: <encoded name>/<step>.<png|jpg|gif|webp>
	Width  int    // pixels
	Height int    // pixels
	Size   int64  // bytes

	unknown string
}

// imageIndex is images.msgpack.
type imageIndex struct {
	Format  int
	Images  []ImageEntry
	unknown map[string][]byte
}

// EncodeImages gives the bytes of images.msgpack. The order is kept; recorders
// write them by name, then by step.
func EncodeImages(images []ImageEntry) []byte {
	i := &imageIndex{Format: Format, Images: images}
	return writeStruct(i, imageIndexFields)
}

// DecodeImages reads images.msgpack. Of a later major version it gives
// what is still understood, and [ErrNewer].
func DecodeImages(data []byte) ([]ImageEntry, error) {
	i := &imageIndex{}
	newer, err := readVersioned(data, &i.Format, i, imageIndexFields)
	if err == nil && newer {
		err = ErrNewer
	}
	if err != nil {
		return i.Images, fmt.Errorf("images.msgpack: %w", err)
	}
	return i.Images, nil
}

func imageIndexFields(c *coder, i *imageIndex) {
	c.format(&i.Format)
	structs(c, "images", &i.Images, imageFields)
	c.unknownMap(&i.unknown)
}

func imageFields(c *coder, i *ImageEntry) {
	c.text("name", &i.Name)
	c.int64("step", &i.Step)
	c.string("file", &i.File)
	c.int("w", &i.Width)
	c.int("h", &i.Height)
	c.int64("size", &i.Size)
	c.unknown(&i.unknown)
}
