package journal

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// createFile makes a file with a name that no other has.
func createFile(folder string) (*os.File, uint64, error) {
	for {
		var b [8]byte
		rand.Read(b[:])
		nonce := binary.LittleEndian.Uint64(b[:])
		name := filepath.Join(folder, fmt.Sprintf("%016x.bin", nonce))
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		return f, nonce, err
	}
}
