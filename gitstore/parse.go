package gitstore

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// CommitInfo is a commit that was read.
type CommitInfo struct {
	Hash, Tree Hash
	Parents    []Hash
	Author     Signature
	Message    string
}

// ReadCommit reads a commit.
func (s *Store) ReadCommit(h Hash) (CommitInfo, error) {
	data, err := s.read(plumbing.CommitObject, h, maxCommit)
	if err != nil {
		return CommitInfo{}, err
	}
	info, err := parseCommit(string(data))
	info.Hash = h
	if err != nil {
		err = fmt.Errorf("the commit %s cannot be read: %w", h, err)
	}
	return info, err
}

// parseCommit takes what git fsck takes: tree, parents, author, committer, in
// this order, then other headers.
func parseCommit(text string) (CommitInfo, error) {
	var info CommitInfo
	bad := func(what string) (CommitInfo, error) {
		return info, fmt.Errorf("its %s is not as git has it: %w", what, ErrCorrupt)
	}
	if strings.Contains(text, "\x00") {
		return bad("text")
	}
	value, text, ok := header(text, "tree ")
	if info.Tree, ok = hashHeader(value, ok); !ok {
		return bad("tree")
	}
	for strings.HasPrefix(text, "parent ") {
		value, text, ok = header(text, "parent ")
		parent, ok := hashHeader(value, ok)
		if !ok {
			return bad("parent")
		}
		info.Parents = append(info.Parents, parent)
	}
	if value, text, ok = header(text, "author "); !ok {
		return bad("author")
	}
	if info.Author, ok = parseSignature(value); !ok {
		return bad("author")
	}
	if value, text, ok = header(text, "committer "); !ok {
		return bad("committer")
	}
	if _, ok = parseSignature(value); !ok {
		return bad("committer")
	}
	if message, found := strings.CutPrefix(text, "\n"); found {
		info.Message = message
	} else if _, message, found := strings.Cut(text, "\n\n"); found {
		info.Message = message
	} else if text != "" && !strings.HasSuffix(text, "\n") {
		return bad("last header")
	}
	return info, nil
}

// header takes one line off that begins with key.
func header(text, key string) (value, rest string, ok bool) {
	line, rest, ended := strings.Cut(text, "\n")
	value, ok = strings.CutPrefix(line, key)
	return value, rest, ok && ended
}

func hashHeader(value string, ok bool) (Hash, bool) {
	h, valid := parseHash(value)
	return h, ok && valid && !h.IsZero() && value == strings.ToLower(value)
}

// parseSignature reads "Name <email> seconds zone".
func parseSignature(text string) (sig Signature, ok bool) {
	name, rest, ok := strings.Cut(text, "<")
	email, when, closed := strings.Cut(rest, "> ")
	if !ok || !closed || strings.ContainsAny(name, ">") || strings.ContainsAny(email, "<>") || !strings.HasSuffix(name, " ") {
		return sig, false
	}
	digits, zone, _ := strings.Cut(when, " ")
	seconds, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || seconds < 0 || digits[0] == '+' || len(digits) > 1 && digits[0] == '0' {
		return sig, false
	}
	if len(zone) != 5 || zone[0] != '+' && zone[0] != '-' || strings.Trim(zone[1:], "0123456789") != "" {
		return sig, false
	}
	return Signature{strings.TrimSuffix(name, " "), email, time.Unix(seconds, 0).UTC()}, true
}

// TreeEntry is one name in a tree.
type TreeEntry struct {
	Name string
	Mode filemode.FileMode
	Hash Hash
}

// ReadTree reads a tree. The error is ErrUnsafe where one of its names must not
// become a file.
func (s *Store) ReadTree(h Hash) ([]TreeEntry, error) {
	data, err := s.read(plumbing.TreeObject, h, maxTree)
	if err != nil {
		return nil, err
	}
	entries, err := parseTree(string(data))
	if err != nil {
		return nil, fmt.Errorf("the tree %s cannot be read: %w", h, err)
	}
	return entries, nil
}

// treeModes are the modes that git fsck takes.
func treeMode(text string) (filemode.FileMode, bool) {
	switch text {
	case "40000":
		return filemode.Dir, true
	case "100644":
		return filemode.Regular, true
	case "100664":
		return filemode.Deprecated, true
	case "100755":
		return filemode.Executable, true
	case "120000":
		return filemode.Symlink, true
	case "160000":
		return filemode.Submodule, true
	}
	return 0, false
}

// parseTree takes no more than git fsck --strict takes: known modes, safe
// names, sorted, none twice.
func parseTree(text string) ([]TreeEntry, error) {
	entries := make([]TreeEntry, 0, len(text)/40)
	files := map[string]bool{} // names that a folder could follow much later
	for len(text) > 0 {
		mode, rest, spaced := strings.Cut(text, " ")
		name, rest, ended := strings.Cut(rest, "\x00")
		var e TreeEntry
		if !spaced || !ended || len(rest) < hashSize {
			return nil, fmt.Errorf("it ends within an entry: %w", ErrCorrupt)
		}
		var known bool
		if e.Mode, known = treeMode(mode); !known {
			return nil, fmt.Errorf("it has an entry with the mode %.20q: %w", mode, ErrCorrupt)
		}
		if err := validEntry(name, e.Mode); err != nil {
			return nil, err
		}
		e.Name = name
		if copy(e.Hash[:], rest); e.Hash.IsZero() {
			return nil, fmt.Errorf("its entry %.80q has no object: %w", name, ErrCorrupt)
		}
		if n := len(entries); n > 0 && sortKey(entries[n-1]) >= sortKey(e) || e.Mode == filemode.Dir && files[name] {
			return nil, fmt.Errorf("its entry %.80q is out of order or there twice: %w", name, ErrCorrupt)
		}
		files[name] = true
		entries, text = append(entries, e), rest[hashSize:]
	}
	return entries, nil
}

// validEntry refuses names that must not be what their mode says.
func validEntry(name string, mode filemode.FileMode) error {
	err := ValidName(name)
	if err == nil && mode == filemode.Symlink {
		err = validLink(name)
	}
	return err
}

// sortKey is what git sorts by: folders as if they ended with a slash.
func sortKey(e TreeEntry) string {
	if e.Mode == filemode.Dir {
		return e.Name + "/"
	}
	return e.Name
}

// encodeTree is the tree object with these entries, which it sorts.
func encodeTree(entries []TreeEntry) []byte {
	slices.SortFunc(entries, func(a, b TreeEntry) int { return strings.Compare(sortKey(a), sortKey(b)) })
	var out []byte
	for _, e := range entries {
		out = fmt.Appendf(out, "%o %s\x00", uint32(e.Mode), e.Name)
		out = append(out, e.Hash[:]...)
	}
	return out
}

// Lookup finds a path below a tree.
func (s *Store) Lookup(tree Hash, path string) (TreeEntry, error) {
	at := TreeEntry{Mode: filemode.Dir, Hash: tree}
	for name := range strings.SplitSeq(path, "/") {
		if at.Mode != filemode.Dir {
			return TreeEntry{}, fmt.Errorf("the path %.200q is %w", path, ErrNotFound)
		}
		entries, err := s.ReadTree(at.Hash)
		if err != nil {
			return TreeEntry{}, err
		}
		i := slices.IndexFunc(entries, func(e TreeEntry) bool { return e.Name == name })
		if i < 0 {
			return TreeEntry{}, fmt.Errorf("the path %.200q is %w", path, ErrNotFound)
		}
		at = entries[i]
	}
	return at, nil
}
