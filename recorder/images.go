package recorder

import (
	"bytes"
	"fmt"
	"image"
	_ "image/gif" // so that AddImageFile knows their size
	_ "image/jpeg"
	"image/png"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/exprec/exprec/recorder/internal/journal"
	"github.com/exprec/exprec/recorder/internal/record"
)

// maxImageFile bounds an encoded image, in bytes.
const maxImageFile = 64 << 20

// AddImage records an image at a step, as PNG. A later image of the same name
// and step replaces it. The pixels are read before the call returns.
func (e *Experiment) AddImage(name string, img image.Image, step int) {
	if e.off() {
		return
	}
	data, err := encodePNG(img)
	if err != nil {
		e.fail(fmt.Errorf("the image %q at step %d is not recorded: %w", name, step, err))
		return
	}
	e.addImage(name, step, "png", img.Bounds().Size(), data)
}

// encodePNG prefers speed: git compresses nothing of it again, and an image is
// written while the program waits.
func encodePNG(img image.Image) (data []byte, err error) {
	if img == nil {
		return nil, fmt.Errorf("a nil image %w", ErrInvalid)
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("reading its pixels panicked: %v", r)
		}
	}()
	var buf bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	err = encoder.Encode(&buf, img)
	return buf.Bytes(), err
}

// AddImageFile records an encoded image (PNG, JPEG, GIF or WebP) at a step,
// byte for byte.
func (e *Experiment) AddImageFile(name, file string, step int) {
	if e.off() {
		return
	}
	data, err := readBounded(file, maxImageFile)
	if err != nil {
		e.fail(fmt.Errorf("the image %q at step %d is not recorded: %w", name, step, err))
		return
	}
	kind, size, err := imageKind(data)
	if err != nil {
		e.fail(fmt.Errorf("the image file %q is not recorded: %w", file, err))
		return
	}
	e.addImage(name, step, kind, size, data)
}

func readBounded(file string, limit int64) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%q %w: it is not a regular file", file, ErrInvalid)
	}
	if info.Size() > limit {
		return nil, fmt.Errorf("%q of %d bytes %w: the limit is %d", file, info.Size(), ErrInvalid, limit)
	}
	return os.ReadFile(file)
}

// imageKind tells the format by its first bytes, never by the file's name.
func imageKind(data []byte) (kind string, size image.Point, err error) {
	if len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP" {
		return "webp", webpSize(data), nil
	}
	config, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return "", size, fmt.Errorf("it %w: it is no PNG, JPEG, GIF or WebP image", ErrInvalid)
	}
	if format == "jpeg" {
		format = "jpg"
	}
	return format, image.Pt(config.Width, config.Height), nil
}

// webpSize reads the canvas of the three forms of WebP (RFC 9649); zero where
// the file is too short to tell.
func webpSize(data []byte) image.Point {
	if len(data) < 30 {
		return image.Point{}
	}
	at := func(i int) int { return int(data[i]) }
	switch string(data[12:16]) {
	case "VP8X":
		return image.Pt(1+at(24)+at(25)<<8+at(26)<<16, 1+at(27)+at(28)<<8+at(29)<<16)
	case "VP8L":
		bits := at(21) + at(22)<<8 + at(23)<<16 + at(24)<<24
		return image.Pt(1+bits&0x3fff, 1+bits>>14&0x3fff)
	case "VP8 ":
		return image.Pt((at(26)+at(27)<<8)&0x3fff, (at(28)+at(29)<<8)&0x3fff)
	}
	return image.Point{}
}

func (e *Experiment) addImage(name string, step int, kind string, size image.Point, data []byte) {
	if err := checkName("image", name); err != nil {
		e.fail(err)
		return
	}
	at := path.Join(e.imageNames.encode(name), strconv.Itoa(step)+"."+kind)
	file := filepath.Join(e.folder, "images", filepath.FromSlash(at))
	if err := replaceFile(file, data); err != nil {
		e.fail(fmt.Errorf("the image %q at step %d is not recorded: %w", name, step, err))
		return
	}
	e.files.touched(file)
	e.append(journal.Image, record.EncodeImageFrame(record.ImageFrame{
		Name: name, Step: int64(step), File: at, Width: size.X, Height: size.Y, Size: int64(len(data)),
	}))
}

// imageNames gives the folders of image names; names that differ in case only
// get folders that do not.
type imageNames struct {
	mu    sync.Mutex
	names record.Names
}

func (n *imageNames) encode(name string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.names.Encode(name)
}
