package gitstore

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Config is the git configuration that holds for a repository: of the system,
// the user, the repository, the work tree and the environment, in this order.
// A nil Config is empty.
type Config struct {
	entries []configEntry
}

// configEntry is one line of a configuration.
type configEntry struct {
	key   string // section and name in lower case, the subsection as written
	value string
	bare  bool // a name without "=", which stands for true
	trust bool // not from the repository, so that its owner cannot have set it
}

// Get is the last value of a key such as "core.autocrlf" or
// "remote.origin.url".
func (c *Config) Get(key string) (string, bool) {
	e, ok := c.last(key)
	return e.value, ok
}

func (c *Config) last(key string) (configEntry, bool) {
	if c == nil {
		return configEntry{}, false
	}
	key = foldKey(key)
	for i := len(c.entries) - 1; i >= 0; i-- {
		if c.entries[i].key == key {
			return c.entries[i], true
		}
	}
	return configEntry{}, false
}

// All are the values of a key, in the order in which git reads them.
func (c *Config) All(key string) []string {
	var values []string
	if c == nil {
		return nil
	}
	key = foldKey(key)
	for _, e := range c.entries {
		if e.key == key {
			values = append(values, e.value)
		}
	}
	return values
}

// Bool is a key's value as git reads a boolean, def where the key is not set or
// holds something else.
func (c *Config) Bool(key string, def bool) bool {
	e, ok := c.last(key)
	if !ok {
		return def
	}
	if e.bare {
		return true
	}
	switch strings.ToLower(e.value) {
	case "true", "yes", "on":
		return true
	case "false", "no", "off", "":
		return false
	}
	if n, err := parseSize(e.value); err == nil {
		return n != 0
	}
	return def
}

// Size is a key's value as a number with an optional k, m or g for powers of
// 1024; def where the key is not set.
func (c *Config) Size(key string, def int64) (int64, error) {
	value, ok := c.Get(key)
	if !ok {
		return def, nil
	}
	n, err := parseSize(value)
	if err != nil {
		return def, fmt.Errorf("%w has %s = %.80q, which is no size: use a number such as 10m", ErrSetting, key, value)
	}
	return n, nil
}

func parseSize(text string) (int64, error) {
	text = strings.TrimSpace(text)
	unit := int64(1)
	if n := len(text); n > 0 {
		switch text[n-1] {
		case 'k', 'K':
			unit = 1 << 10
		case 'm', 'M':
			unit = 1 << 20
		case 'g', 'G':
			unit = 1 << 30
		}
		if unit > 1 {
			text = text[:n-1]
		}
	}
	n, err := strconv.ParseInt(text, 0, 64)
	if err != nil {
		return 0, err
	}
	if n > math.MaxInt64/unit || n < math.MinInt64/unit {
		return 0, strconv.ErrRange
	}
	return n * unit, nil
}

// foldKey lowers the section and the name; a subsection between them is kept.
func foldKey(key string) string {
	first, last := strings.IndexByte(key, '.'), strings.LastIndexByte(key, '.')
	if first < 0 {
		return strings.ToLower(key)
	}
	return strings.ToLower(key[:first]) + key[first:last] + strings.ToLower(key[last:])
}
