package record

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// The fields of notes that this version knows. Others are kept and joined by
// the same rule.
const (
	Title       = "title"
	Description = "description"
	Conclusion  = "conclusion"
	Archived    = "archived" // "true"
	Deleted     = "deleted"  // "true": hidden everywhere
	Purged      = "purged"   // "true": its content is to go, or gone
)

// MaxNote bounds the bytes of a field of notes.
const MaxNote = 1 << 20

// maxAhead is how far a stamp may be ahead of this machine's clock and still
// count as the newest seen: beyond it some clock is wrong, and following it
// would spread its error.
const maxAhead = 24 * time.Hour

// Stamp says when and where something was said: hybrid time, which is
// milliseconds since 1970 but always later than what its writer had seen, and
// the id of the writer's clone.
type Stamp struct {
	Time  int64
	Clone string
}

func (s Stamp) compare(o Stamp) int {
	return cmp.Or(cmp.Compare(s.Time, o.Time), strings.Compare(s.Clone, o.Clone))
}

// Stamped is a value with its stamp, or the absence of one.
type Stamped struct {
	Stamp
	Value  string
	Absent bool

	unknown string
}

func (s Stamped) compare(o Stamped) int {
	absent := func(s Stamped) int {
		if s.Absent {
			return 0
		}
		return 1
	}
	return cmp.Or(s.Stamp.compare(o.Stamp), strings.Compare(s.Value, o.Value),
		cmp.Compare(absent(s), absent(o)), strings.Compare(s.unknown, o.unknown))
}

// Register holds one field: Values that stand beside each other because none
// of their writers had seen the other's, the one that counts first, and the
// stamps of values that an edit has replaced. Both only ever grow by edits, and
// a value goes when its stamp is replaced: so joining is a union, and the same
// in whatever order and however often it is done.
type Register struct {
	Values   []Stamped
	Replaced []Stamp

	unknown string
}

// tidy gives the one form of a register: newest value first, each once, none
// that was replaced.
func (r Register) tidy() Register {
	slices.SortFunc(r.Replaced, Stamp.compare)
	r.Replaced = slices.Compact(r.Replaced)
	r.Values = slices.DeleteFunc(r.Values, func(v Stamped) bool {
		_, replaced := slices.BinarySearchFunc(r.Replaced, v.Stamp, Stamp.compare)
		return replaced
	})
	slices.SortFunc(r.Values, func(a, b Stamped) int { return b.compare(a) })
	r.Values = slices.Compact(r.Values)
	return r
}

func joinRegisters(a, b Register) Register {
	return Register{
		Values:   slices.Concat(a.Values, b.Values),
		Replaced: slices.Concat(a.Replaced, b.Replaced),
		unknown:  max(a.unknown, b.unknown),
	}.tidy()
}

// Notes is what people say about a run after the fact: the content of
// notes.msgpack. The zero value says nothing.
type Notes struct {
	Fields map[string]Register
	Tags   map[string]Register // a tag is there where its value is not absent

	unknown map[string][]byte
}

// Join gives what two clones say together. It is commutative, associative and
// idempotent, so clones that exchange their notes end with equal ones.
func Join(a, b Notes) Notes {
	joined := Notes{Fields: joinMaps(a.Fields, b.Fields, joinRegisters), Tags: joinMaps(a.Tags, b.Tags, joinRegisters)}
	joined.unknown = joinMaps(a.unknown, b.unknown, func(x, y []byte) []byte {
		if slices.Compare(x, y) < 0 {
			return y
		}
		return x
	})
	return joined
}

func joinMaps[T any](a, b map[string]T, join func(T, T) T) map[string]T {
	if len(a)+len(b) == 0 {
		return nil
	}
	joined := maps.Clone(a)
	if joined == nil {
		joined = map[string]T{}
	}
	for name, theirs := range b {
		if ours, both := joined[name]; both {
			theirs = join(ours, theirs)
		}
		joined[name] = theirs
	}
	return joined
}

// Only gives notes with nothing but some of their fields.
func (n Notes) Only(fields ...string) Notes {
	kept := map[string]Register{}
	for _, field := range fields {
		if r, ok := n.Fields[field]; ok {
			kept[field] = r
		}
	}
	return Notes{Fields: kept}
}

// Get gives what counts for a field; false when nobody said anything, or the
// last word was to take it away.
func (n Notes) Get(field string) (string, bool) {
	values := n.Fields[field].Values
	if len(values) == 0 || values[0].Absent {
		return "", false
	}
	return values[0].Value, true
}

// Flag reports whether a field such as Archived is set.
func (n Notes) Flag(field string) bool {
	value, _ := n.Get(field)
	return value == "true"
}

// Earlier gives the words for a field that lost against others written at the
// same time elsewhere, newest first. They stay until Dismiss.
func (n Notes) Earlier(field string) []Stamped {
	var lost []Stamped
	for _, v := range n.Fields[field].Values[min(1, len(n.Fields[field].Values)):] {
		if !v.Absent {
			lost = append(lost, v)
		}
	}
	return lost
}

// TagNames gives the tags that notes add, and those they take away, sorted.
func (n Notes) TagNames() (added, removed []string) {
	for _, tag := range slices.Sorted(maps.Keys(n.Tags)) {
		switch values := n.Tags[tag].Values; {
		case len(values) == 0:
		case values[0].Absent:
			removed = append(removed, tag)
		default:
			added = append(added, tag)
		}
	}
	return added, removed
}

// AllTags gives the tags of a run that was recorded with the given ones.
func (n Notes) AllTags(recorded []string) []string {
	added, removed := n.TagNames()
	tags := slices.Concat(recorded, added)
	slices.Sort(tags)
	tags = slices.Compact(tags)
	return slices.DeleteFunc(tags, func(t string) bool { return slices.Contains(removed, t) })
}

// Set gives notes that say value for field, from now on and from this clone.
// It replaces the value that counts; words that had lost stay.
func (n Notes) Set(field, value string, now time.Time, clone string) Notes {
	return n.put(field, Stamped{Value: value}, now, clone)
}

// Unset gives notes that take a field away.
func (n Notes) Unset(field string, now time.Time, clone string) Notes {
	return n.put(field, Stamped{Absent: true}, now, clone)
}

func (n Notes) put(field string, v Stamped, now time.Time, clone string) Notes {
	v.Stamp = Stamp{Time: n.next(now), Clone: clone}
	old := n.Fields[field].Values
	if field == Title || field == Description || field == Conclusion {
		old = old[:min(1, len(old))]
	}
	n.Fields = with(n.Fields, field, n.Fields[field].replace(v, old))
	return n
}

// SetTag gives notes that add a tag, or take it away.
func (n Notes) SetTag(tag string, there bool, now time.Time, clone string) Notes {
	v := Stamped{Stamp: Stamp{Time: n.next(now), Clone: clone}, Absent: !there}
	n.Tags = with(n.Tags, tag, n.Tags[tag].replace(v, n.Tags[tag].Values))
	return n
}

// Dismiss gives notes without a word that had lost.
func (n Notes) Dismiss(field string, word Stamp) Notes {
	r := n.Fields[field]
	r.Values = slices.Clone(r.Values)
	r.Replaced = append(slices.Clone(r.Replaced), word)
	n.Fields = with(n.Fields, field, r.tidy())
	return n
}

// replace puts v in the place of old ones.
func (r Register) replace(v Stamped, old []Stamped) Register {
	replaced := slices.Clone(r.Replaced)
	for _, o := range old {
		replaced = append(replaced, o.Stamp)
	}
	r.Values, r.Replaced = append(slices.Clone(r.Values), v), replaced
	return r.tidy()
}

func with(m map[string]Register, name string, r Register) map[string]Register {
	m = maps.Clone(m)
	if m == nil {
		m = map[string]Register{}
	}
	m[name] = r
	return m
}

// next is the hybrid time of an edit made now: later than all that was seen.
// Times a day ahead come from a wrong clock and are not followed.
func (n Notes) next(now time.Time) int64 {
	next := min(max(now.UnixMilli(), 0), maxStamp-1)
	limit := next + maxAhead.Milliseconds()
	for s := range n.stamps() {
		if s.Time <= limit {
			next = max(next, s.Time+1)
		}
	}
	return min(next, maxStamp)
}

// stamps gives every stamp, of replaced values too.
func (n Notes) stamps() func(yield func(Stamp) bool) {
	return func(yield func(Stamp) bool) {
		for _, registers := range []map[string]Register{n.Fields, n.Tags} {
			for _, r := range registers {
				for _, v := range r.Values {
					if !yield(v.Stamp) {
						return
					}
				}
				for _, s := range r.Replaced {
					if !yield(s) {
						return
					}
				}
			}
		}
	}
}

// Newest is the time of the newest thing said: the date of the notes' commit,
// whole seconds in UTC, so that equal notes give equal commits.
func (n Notes) Newest() time.Time {
	var newest int64
	for s := range n.stamps() {
		newest = max(newest, s.Time)
	}
	return time.UnixMilli(newest).UTC().Truncate(time.Second)
}

// Ahead gives the fields whose value claims to be from more than a day after
// now, sorted: some clone's clock is wrong.
func (n Notes) Ahead(now time.Time) []string {
	var ahead []string
	limit := now.UnixMilli() + maxAhead.Milliseconds()
	for _, field := range slices.Sorted(maps.Keys(n.Fields)) {
		if values := n.Fields[field].Values; len(values) > 0 && values[0].Time > limit {
			ahead = append(ahead, field)
		}
	}
	return ahead
}
