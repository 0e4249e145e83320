package recorder

import (
	"strings"

	"github.com/exprec/exprec/recorder/internal/index"
	"github.com/exprec/exprec/recorder/internal/query"
)

// The built-in keys that columns hold as they are: texts, sets of texts, and yes
// or no.
var (
	textKeys = map[string]string{"name": "name", "title": "title", "alias": "alias", "status": "status", "group": "group", "description": "description",
		"conclusion": "conclusion", "directory": "directory", "host": "host", "user": "user", "branch": "branch", "commit": "commit",
		"fingerprint": "fingerprint", "signal": "signal", "runtime": "runtime", "continues": "continues", "rerun": "rerun_of"}
	setKeys  = map[string]string{"tag": "tags", "parent": "parents"}
	flagKeys = map[string]int64{"archived": index.Archived, "dirty": index.Dirty, "recovered": index.Recovered}
)

func (c *catalog) builtIn(name string) query.Column {
	if query.IsLater(name) {
		own := c.exchangedValues(name)
		if name == "author" {
			own = c.textValues(name)
		}
		return first(c.paramValues(name), c.scalarValues("", name), c.resultValues(name), own)
	}
	if column, ok := textKeys[name]; ok {
		return c.textValues(column)
	}
	if column, ok := setKeys[name]; ok {
		lists := c.lists(column)
		return values(func(row int) Value {
			half, at := lists.in(row)
			return Value{Kind: query.Texts, List: half.List(at)}
		})
	}
	if flag, ok := flagKeys[name]; ok {
		return values(func(row int) Value { return query.FlagOf(c.flag(flag, row)) })
	}
	switch name {
	case "id":
		return values(func(row int) Value { return query.TextOf(idText(c.key(row).ID)) })
	case "label":
		label := c.labels()
		return values(func(row int) Value { return query.TextOf(label(row)) })
	case "command":
		lists := c.lists("command")
		return values(func(row int) Value {
			half, at := lists.in(row)
			return query.TextOf(half.Joined(at))
		})
	case "error":
		return values(c.failure)
	case "started", "ended":
		times := c.numbers(name)
		return values(func(row int) Value {
			half, at := times.in(row)
			return query.TimeOf(timeOf(half.Number(at)))
		})
	case "duration":
		return values(c.duration)
	case "size":
		return values(func(row int) Value { return Value{Kind: query.Size, Num: float64(c.number("bytes", row))} })
	case "exit", "rank", "steps":
		return values(func(row int) Value { return c.countValue(name, row) })
	}
	return nil
}

// countValue is a number that may be absent; of steps, 0 says that nobody knows.
func (c *catalog) countValue(name string, row int) Value {
	n := c.number(name, row)
	if n == index.Absent || name == "steps" && n == 0 {
		return Value{}
	}
	return query.NumberOf(float64(n))
}

func (c *catalog) failure(row int) Value {
	message, kind := c.text("error", row), c.text("error_type", row)
	if message == "" && kind == "" {
		return Value{}
	}
	return Value{Kind: query.Texts, List: []string{message, kind}}
}

// labels gives the label of rows: the title, else the name, the alias, or the
// beginning of the id.
func (c *catalog) labels() func(row int) string {
	columns := []*joined[*index.Texts]{c.texts("title"), c.texts("name"), c.texts("alias")}
	return func(row int) string {
		for _, column := range columns {
			half, at := column.in(row)
			if s := half.Text(at); strings.TrimSpace(s) != "" {
				return s
			}
		}
		return shortID(idText(c.key(row).ID))
	}
}

// run is the run of a row that was read just now, nil of another.
func (c *catalog) run(row int) *Run {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.runs[row]
}

func (c *catalog) duration(row int) Value {
	if c.number("started", row) == index.Absent {
		return Value{}
	}
	return Value{Kind: query.Duration, Num: c.seconds(row)}
}

// seconds is how long a run took, or has taken by now.
func (c *catalog) seconds(row int) float64 {
	started, ended := c.number("started", row), c.number("ended", row)
	switch {
	case started == index.Absent:
		return 0
	case ended != index.Absent:
		return max(timeOf(ended).Sub(timeOf(started)).Seconds(), 0)
	}
	if run := c.run(row); run != nil {
		return run.Seconds()
	}
	return 0
}

// contentFlags say what has: finds by a flag.
var contentFlags = map[string]int64{"image": index.HasImage, "file": index.HasFile, "output": index.HasOutput, "source": index.HasSource,
	"input": index.HasInput, "package": index.HasPackage, "note": index.HasNote}

func (c *catalog) contents(name string) query.Column {
	has := func(row int) bool { return c.flag(contentFlags[name], row) }
	switch name {
	case "param":
		has = func(row int) bool { return c.text("params", row) != "" }
	case "scalar", "result":
		has = func(row int) bool { return c.text(name+"s", row) != "" }
	}
	return values(func(row int) Value {
		if !has(row) {
			return Value{}
		}
		return query.FlagOf(true)
	})
}

// textValues are those of a column of texts.
func (c *catalog) textValues(column string) values {
	texts := c.texts(column)
	return func(row int) Value {
		half, at := texts.in(row)
		return query.TextOf(half.Text(at))
	}
}
