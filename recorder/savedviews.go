package recorder

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/recorder/internal/record"
)

// SavedView is a list of runs that people come back to: how it is called, and
// what it shows, as the query of the list's address says it.
type SavedView struct {
	Name    string // one line of 1 to 64 characters
	Query   string // such as q=loss<0.1&sort=lr; one line of at most 8 KiB
	Default bool   // shown where no other is asked for
}

// Bounds of saved views.
const (
	MaxViewName  = 64      // characters
	MaxViewQuery = 8 << 10 // bytes
	MaxViews     = 1000
)

// Where views are kept in git, see FORMAT.md.
const (
	viewsPrefix  = "refs/exprec-views/"
	viewsRef     = viewsPrefix + "views"
	viewsFile    = "views.msgpack"
	viewsMessage = "exprec: views\n"
	viewField    = "view/"
	defaultField = "default"
)

// SavedViews are the project's views, by name.
func (p *Project) SavedViews(ctx context.Context) ([]SavedView, error) {
	state, _, err := p.readViews(ctx)
	if err != nil {
		return nil, err
	}
	return viewsOf(state), nil
}

// SaveView keeps a view, or changes the one of that name. There is one default
// at most: the last that was saved so. The error is [ErrInvalid] where the view
// cannot be kept as it is.
func (p *Project) SaveView(ctx context.Context, v SavedView) error {
	if err := v.check(); err != nil {
		return err
	}
	return p.changeViews(ctx, "save the view", func(n notes, now time.Time, clone string) (notes, error) {
		known := viewsOf(n)
		if len(known) >= MaxViews && !slices.ContainsFunc(known, func(k SavedView) bool { return k.Name == v.Name }) {
			return n, fmt.Errorf("it %w: there are %d views, delete one first", ErrInvalid, len(known))
		}
		return saveView(n, v, now, clone), nil
	})
}

func saveView(n notes, v SavedView, now time.Time, clone string) notes {
	if query, ok := n.Get(viewField + v.Name); !ok || query != v.Query {
		n = n.Set(viewField+v.Name, v.Query, now, clone)
	}
	return withDefault(n, v.Name, v.Default, now, clone)
}

// DeleteView forgets a view. One that is not there is no error.
func (p *Project) DeleteView(ctx context.Context, name string) error {
	return p.changeViews(ctx, "delete the view", func(n notes, now time.Time, clone string) (notes, error) {
		return deleteView(n, name, now, clone), nil
	})
}

func deleteView(n notes, name string, now time.Time, clone string) notes {
	if _, ok := n.Get(viewField + name); ok {
		n = n.Unset(viewField+name, now, clone)
	}
	return withDefault(n, name, false, now, clone)
}

// withDefault makes a view the default, or not.
func withDefault(n notes, name string, is bool, now time.Time, clone string) notes {
	current, ok := n.Get(defaultField)
	switch was := ok && current == name; {
	case is && !was:
		return n.Set(defaultField, name, now, clone)
	case !is && was:
		return n.Unset(defaultField, now, clone)
	}
	return n
}

// check refuses what pages could not show, or a reader would not take.
func (v SavedView) check() error {
	switch {
	case !isLine(v.Name) || strings.TrimSpace(v.Name) != v.Name || v.Name == "" || utf8.RuneCountInString(v.Name) > MaxViewName:
		return fmt.Errorf("the name of a view, %.80q, %w: it is one line of 1 to %d characters", v.Name, ErrInvalid, MaxViewName)
	case !isLine(v.Query) || len(v.Query) > MaxViewQuery:
		return fmt.Errorf("the query of the view %q %w: it is one line of at most %d bytes", v.Name, ErrInvalid, MaxViewQuery)
	}
	return nil
}

// isLine reports whether a text is one, without anything that cannot be seen.
func isLine(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)
	})
}

// viewsOf are the views that can be shown, by name. Others may have come from
// elsewhere, and are kept.
func viewsOf(n notes) []SavedView {
	views := []SavedView{}
	standard, _ := n.Get(defaultField)
	for _, field := range slices.Sorted(maps.Keys(n.Fields)) {
		name, ok := strings.CutPrefix(field, viewField)
		if !ok {
			continue
		}
		query, there := n.Get(field)
		v := SavedView{Name: name, Query: query, Default: name == standard}
		if there && v.check() == nil && len(views) < MaxViews {
			views = append(views, v)
		}
	}
	return views
}

// changeViews makes a change to what is kept, again where somebody else makes
// one at the same time.
func (p *Project) changeViews(ctx context.Context, what string, change func(notes, time.Time, string) (notes, error)) error {
	clone, err := p.cloneID()
	if err != nil {
		return err
	}
	for range editTries {
		if err = p.changeViewsOnce(ctx, clone, change); !errors.Is(err, gitstore.ErrConflict) {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func (p *Project) changeViewsOnce(ctx context.Context, clone string, change func(notes, time.Time, string) (notes, error)) error {
	before, at, err := p.readViews(ctx)
	if err != nil {
		return err
	}
	after, err := change(before, time.Now(), clone)
	if err != nil {
		return err
	}
	commit := viewsCommit(after)
	commit.Old = at.hash
	_, err = at.store.Commit(ctx, commit)
	return err
}

// viewsCommit is the commit that follows from a state: equal states are equal
// ids.
func viewsCommit(n notes) gitstore.Commit {
	tree := gitstore.NewTree()
	tree.AddBytes(viewsFile, record.EncodeNotes(n))
	return gitstore.Commit{
		Ref: viewsRef, Tree: tree, Message: viewsMessage,
		Author: gitstore.Signature{Name: "exprec", Email: "exprec@localhost", When: n.Newest()},
	}
}

// readViews joins what all refs of views say, and gives the place where a change
// goes: where the project's own ref is, else into the first store.
func (p *Project) readViews(ctx context.Context) (state notes, at runCopy, err error) {
	at.store = p.stores[0]
	for _, store := range p.stores {
		refs, err := store.Refs(viewsPrefix)
		if err != nil {
			return notes{}, at, fmt.Errorf("find the views in %s: %w", store.GitDir(), err)
		}
		for _, ref := range refs {
			if err := ctx.Err(); err != nil {
				return notes{}, at, err
			}
			more, err := readViewsAt(store, ref.Hash)
			if err != nil && ref.Name != viewsRef {
				continue // it is somebody else's
			}
			if err != nil {
				return notes{}, at, fmt.Errorf("read the views in %s: %w", ref.Name, err)
			}
			if state = record.Join(state, more); ref.Name == viewsRef && at.hash.IsZero() {
				at = runCopy{store: store, hash: ref.Hash}
			}
		}
	}
	return state, at, nil
}

func readViewsAt(store *gitstore.Store, hash gitstore.Hash) (notes, error) {
	damaged := func(err error) (notes, error) {
		if errors.Is(err, record.ErrNewer) {
			return notes{}, err
		}
		return notes{}, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	commit, err := store.ReadCommit(hash)
	if err != nil {
		return damaged(err)
	}
	entry, err := store.Lookup(commit.Tree, viewsFile)
	if err != nil {
		return damaged(err)
	}
	state, err := decodeNotes(store, entry.Hash)
	if err != nil {
		return damaged(err)
	}
	return state, nil
}
