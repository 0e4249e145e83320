package index

import (
	"strings"

	"github.com/exprec/exprec/recorder/internal/record"
)

// Lists is a column of lists of texts.
type Lists struct {
	*Texts
	lists  [][]string
	joined []string // the same with spaces between
}

// List is a row's list. It is not to be changed.
func (l *Lists) List(row int) []string {
	if l == nil {
		return nil
	}
	if at := l.of(row); at >= 0 {
		return l.lists[l.which[at]]
	}
	return nil
}

// Joined is a row's list with spaces between.
func (l *Lists) Joined(row int) string {
	if l == nil {
		return ""
	}
	if at := l.of(row); at >= 0 {
		return l.joined[l.which[at]]
	}
	return ""
}

// Lists is the column tags, command, parents, scalars or results; the last two
// are the names of a row's scalars and results in their order.
func (t *Table) Lists(name string) (*Lists, error) {
	return derived(t, name, func(texts *Texts) (l *Lists, err error) {
		l = &Lists{Texts: texts, lists: make([][]string, len(texts.words)), joined: make([]string, len(texts.words))}
		for i, packed := range texts.words {
			if l.lists[i], err = unpackList(packed); err != nil {
				return nil, err
			}
			l.joined[i] = strings.Join(l.lists[i], " ")
		}
		return l, nil
	})
}

// Goals is the column of the goals that runs declared.
type Goals struct {
	*Texts
	goals [][]record.NamedGoal
}

// Goals are those of a row. They are not to be changed.
func (g *Goals) Goals(row int) []record.NamedGoal {
	if g == nil {
		return nil
	}
	if at := g.of(row); at >= 0 {
		return g.goals[g.which[at]]
	}
	return nil
}

// Goals is the column of goals.
func (t *Table) Goals() (*Goals, error) {
	return derived(t, "goals", func(texts *Texts) (g *Goals, err error) {
		g = &Goals{Texts: texts, goals: make([][]record.NamedGoal, len(texts.words))}
		for i, packed := range texts.words {
			if g.goals[i], err = unpackGoals(packed); err != nil {
				return nil, err
			}
		}
		return g, nil
	})
}

// derived makes something of a column of texts, once; nil of one that is not
// there.
func derived[T any](t *Table, name string, make func(*Texts) (*T, error)) (*T, error) {
	texts, err := t.Texts(name)
	if texts == nil || err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if known, ok := t.made[name]; ok {
		return known.(*T), nil
	}
	made, err := make(texts)
	if err == nil {
		t.made[name] = made
	}
	return made, err
}
