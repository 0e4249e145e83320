package recorder

import (
	"fmt"
	"io"
	"io/fs"
	"slices"

	"github.com/exprec/exprec/recorder/internal/record"
)

// Image is an image of a run at a step.
type Image = record.ImageEntry

// Images lists the run's images, those of one name together.
func (r *Run) Images() ([]Image, error) { return r.content().images() }

// OpenImage opens the encoded image (PNG, JPEG, GIF or WebP) of a step. The
// error is [ErrNoImage] where the run has none of that name and step.
func (r *Run) OpenImage(name string, step int64) (io.ReadCloser, error) {
	images, err := r.Images()
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(images, func(i Image) bool { return i.Name == name && i.Step == step })
	if at < 0 {
		return nil, fmt.Errorf("%w: the run %s has no image %q at step %d", ErrNoImage, r.Short(), name, step)
	}
	if file := images[at].File; !fs.ValidPath(file) || file == "." {
		return nil, r.damaged(record.ImagesFile, fmt.Errorf("the image's path %.80q leads out of its folder", file))
	}
	return r.content().openImage(images[at].File)
}
