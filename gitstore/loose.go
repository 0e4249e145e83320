package gitstore

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

// maxLooseHead is the length of the longest head of a loose object, in bytes.
const maxLooseHead = 32

func errLoose(f *os.File, what string) error {
	return fmt.Errorf("the object file %q is damaged (%s): %w", f.Name(), what, ErrCorrupt)
}

// looseHead reads the head of a loose object and gives its content.
func (d *database) looseHead(f *os.File) (plumbing.ObjectType, int64, io.Reader, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, 0, nil, err
	}
	if !info.Mode().IsRegular() {
		return 0, 0, nil, errLoose(f, "no file")
	}
	z, err := d.inflater(f)
	if err != nil {
		return 0, 0, nil, errLoose(f, err.Error())
	}
	kind, size, err := parseLooseHead(z.zlib)
	if err == nil && size/maxInflation > info.Size() {
		err = errors.New("more bytes than the file can hold")
	}
	if err != nil {
		return 0, 0, nil, errLoose(f, err.Error())
	}
	return kind, size, z.zlib, nil
}

// parseLooseHead reads "blob 12" and the zero byte after it.
func parseLooseHead(r io.Reader) (plumbing.ObjectType, int64, error) {
	var head []byte
	var b [1]byte
	for len(head) < maxLooseHead {
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return 0, 0, err
		}
		if b[0] != 0 {
			head = append(head, b[0])
			continue
		}
		name, digits, _ := strings.Cut(string(head), " ")
		kind, err := plumbing.ParseObjectType(name)
		if err != nil || kind > plumbing.TagObject {
			return 0, 0, errors.New("type")
		}
		size, err := strconv.ParseUint(digits, 10, 62)
		if err != nil {
			return 0, 0, errors.New("size")
		}
		return kind, int64(size), nil
	}
	return 0, 0, errors.New("head")
}

func (d *database) looseRead(f *os.File, limit int64) (plumbing.ObjectType, []byte, error) {
	kind, size, r, err := d.looseHead(f)
	if err != nil || size > limit {
		return kind, nil, tooLarge(size, limit, err)
	}
	data := make([]byte, size)
	stream := &objectStream{Reader: r, left: size}
	if _, err := io.ReadFull(stream, data); err != nil {
		return kind, nil, errLoose(f, err.Error())
	}
	if _, err := stream.Read(nil); !errors.Is(err, io.EOF) {
		return kind, nil, errLoose(f, fmt.Sprint(err))
	}
	return kind, data, nil
}
