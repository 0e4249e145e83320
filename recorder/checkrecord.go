package recorder

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/record"
)

// record checks that every file of a sealed run can be decoded, and that what
// they say about each other is so.
func (c *checker) record() {
	s := &sealed{run: c.run}
	_, err := s.params()
	c.found(record.ParamsFile, err)
	_, err = s.packages()
	c.found(record.PackagesFile, err)
	c.images(s)
	c.output(s)
	c.columns(s)
	c.sums()
}

// images checks that each image of the index is there, with its size.
func (c *checker) images(s *sealed) {
	images, err := s.images()
	c.found(record.ImagesFile, err)
	r := c.run
	for _, image := range images {
		path := "images/" + image.File
		if !fs.ValidPath(image.File) {
			c.found(record.ImagesFile, fmt.Errorf("the path %.80q leads out of the images", image.File))
			continue
		}
		entry, err := r.store.Lookup(r.tree, path)
		if err != nil {
			c.found(path, fmt.Errorf("the index names an image that is not there: %w", err))
			continue
		}
		if size, err := r.store.BlobSize(entry.Hash); err == nil && size != image.Size {
			c.found(path, fmt.Errorf("the image has %d bytes, the index says %d", size, image.Size))
		}
	}
}

// sums checks that the record says what journals it was made from.
func (c *checker) sums() {
	info := c.run.started
	if len(info.Journal) == 0 && len(info.Warnings) == 0 {
		c.found(record.RunFile, errors.New("it does not say from which journals the record was made"))
	}
	for _, sum := range info.Journal {
		if raw, err := hex.DecodeString(sum.SHA256); err != nil || len(raw) != sha256.Size || sum.Length <= 0 || sum.Name == "" {
			c.found(record.RunFile, fmt.Errorf("the sum of the journal %.80q is none", sum.Name))
		}
	}
}

// large checks the content of files that are Git LFS pointers in the tree.
func (c *checker) large(folder string, files []record.LargeFile) {
	for _, file := range files {
		if c.ctx.Err() != nil {
			return
		}
		path := folder + "/" + file.Path
		err := c.largeFile(path, file.Size)
		if errors.Is(err, gitstore.ErrPruned) {
			c.report.Pruned++
			continue
		}
		c.found(path, err)
		c.report.Large++
	}
}

// maxPointer bounds a Git LFS pointer, in bytes.
const maxPointer = 1024

func (c *checker) largeFile(path string, size int64) error {
	r := c.run
	entry, err := r.store.Lookup(r.tree, path)
	if err != nil {
		return err
	}
	data, err := r.store.ReadBlob(entry.Hash, maxPointer)
	if err != nil {
		return err
	}
	pointer, ok := gitstore.ParsePointer(data)
	if !ok {
		return errors.New("it is no Git LFS pointer, and run.msgpack says it is")
	}
	if pointer.Size != size {
		return fmt.Errorf("the pointer says %d bytes, run.msgpack says %d", pointer.Size, size)
	}
	f, err := r.store.LFS().Open(pointer)
	if err != nil {
		return fmt.Errorf("its content is not here: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return err
	}
	if [sha256.Size]byte(h.Sum(nil)) != pointer.OID {
		return errors.New("its content in the LFS store is damaged: it does not have the hash of its pointer")
	}
	return nil
}
