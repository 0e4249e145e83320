package environ

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// Cache keeps what was found out about files as long as they stay the same, in
// one file that several processes may read and write at once: it is replaced as
// a whole, and who loses a race finds out again. The file may be deleted at any
// time. A nil Cache keeps nothing.
type Cache struct {
	path string
	mu   sync.Mutex
}

// NewCache is a cache in the file at path, in a folder that is made when needed.
func NewCache(path string) *Cache { return &Cache{path: path} }

// maxCached bounds the files that are remembered.
const maxCached = 200

// cached is the content of the cache's file, the entry that was used last at
// the end.
type cached struct {
	Format int         `json:"format"`
	Files  []knownFile `json:"files"`
	GPUs   knownGPUs   `json:"gpus"`
}

// cacheFormat is the version of the cache's file: any other one is not read.
const cacheFormat = 1

// knownFile is what is known of a file, and how it is told that it has not
// changed.
type knownFile struct {
	Path    string            `json:"path"`
	Stamp   string            `json:"stamp"`
	SHA256  string            `json:"sha256,omitempty"`
	Answers map[string]string `json:"answers,omitempty"`
}

// SHA256 is the hash of a file in lower-case hex, from the cache where the file
// has not changed; empty where it cannot be read or ctx ends before.
func (c *Cache) SHA256(ctx context.Context, path string) string {
	stamp := stampOf(path)
	if stamp == "" {
		return ""
	}
	if known, ok := c.file(path, stamp); ok && len(known.SHA256) == 2*sha256.Size {
		return known.SHA256
	}
	sum, err := hash(ctx, path)
	if err != nil || stampOf(path) != stamp {
		return ""
	}
	c.update(path, stamp, func(k *knownFile) { k.SHA256 = sum })
	return sum
}

func hash(ctx context.Context, path string) (string, error) {
	f := openRegular(path)
	if f == nil {
		return "", os.ErrInvalid
	}
	defer f.Close()
	h := sha256.New()
	for ctx.Err() == nil {
		if _, err := io.CopyN(h, f, 1<<20); errors.Is(err, io.EOF) {
			return hex.EncodeToString(h.Sum(nil)), nil
		} else if err != nil {
			return "", err
		}
	}
	return "", ctx.Err()
}

func (c *Cache) answer(path, question string) (string, bool) {
	known, _ := c.file(path, stampOf(path))
	answer, ok := known.Answers[question]
	return answer, ok
}

func (c *Cache) keepAnswer(path, question, answer string) {
	c.update(path, stampOf(path), func(k *knownFile) {
		if k.Answers == nil {
			k.Answers = map[string]string{}
		}
		k.Answers[question] = answer
	})
}

func (c *Cache) file(path, stamp string) (knownFile, bool) {
	for _, known := range c.read().Files {
		if known.Path == path && known.Stamp == stamp {
			return known, true
		}
	}
	return knownFile{}, false
}

// update changes what is known of a file and writes the cache anew. Where that
// fails nothing is kept.
func (c *Cache) update(path, stamp string, change func(*knownFile)) {
	if c == nil || stamp == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	content := c.read()
	changed := knownFile{Path: path, Stamp: stamp}
	var files []knownFile
	for _, known := range content.Files {
		if known.Path != path {
			files = append(files, known)
		} else if known.Stamp == stamp {
			changed = known
		}
	}
	change(&changed)
	files = append(files, changed)
	content.Files = files[max(0, len(files)-maxCached):]
	c.write(content)
}

func (c *Cache) read() cached {
	var content cached
	if c == nil {
		return content
	}
	if json.Unmarshal(readHead(c.path, maxFile), &content) != nil || content.Format != cacheFormat {
		return cached{}
	}
	return content
}

func (c *Cache) write(content cached) {
	content.Format = cacheFormat
	data, err := json.Marshal(content)
	if err != nil || os.MkdirAll(filepath.Dir(c.path), 0o700) != nil {
		return
	}
	tmp, err := os.CreateTemp(filepath.Dir(c.path), ".new-")
	if err != nil {
		return
	}
	_, err = tmp.Write(data)
	if err = errors.Join(err, tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), c.path)
	}
	if err != nil {
		os.Remove(tmp.Name())
	}
}
