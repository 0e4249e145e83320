package gitstore

import "errors"

// Errors of finding a repository.
var (
	// ErrNoRepository: there is no git repository at or above the folder.
	ErrNoRepository = errors.New("not in a git repository")
	// ErrSetting: a setting of Exprec's in git's configuration makes no sense.
	ErrSetting = errors.New("git's configuration")
	// ErrUnsuitable: the repository cannot hold trees of this store.
	ErrUnsuitable = errors.New("cannot store into the repository")
)

// Errors of reading.
var (
	// ErrNotFound: no such ref or path.
	ErrNotFound = errors.New("not found")
	// ErrMissing: an object that another one names is not in the repository.
	ErrMissing = errors.New("the object is missing")
	// ErrPruned: the content of a large file was given up to make room.
	ErrPruned = errors.New("its content was pruned")
	// ErrCorrupt: an object's bytes are not those its hash stands for.
	ErrCorrupt = errors.New("the object is damaged")
	// ErrUnsafe: a tree holds a name that must not become a file.
	ErrUnsafe = errors.New("unsafe name in a tree")
	// ErrTooLarge: an object is larger than the reader allows.
	ErrTooLarge = errors.New("the object is too large")
)

// Errors of writing.
var (
	// ErrConflict: the ref does not have the value that was expected.
	ErrConflict = errors.New("the ref has been changed by somebody else")
	// ErrLocked: somebody's lock file is in the way.
	ErrLocked = errors.New("the ref is locked")
	// ErrExists: the destination exists.
	ErrExists = errors.New("the destination exists")
	// ErrNoGit: the work is git's own, and there is no git on PATH.
	ErrNoGit = errors.New("there is no git on PATH")
	// ErrBusy: the user's own git gc is at work on the repository.
	ErrBusy = errors.New("git gc is at work on the repository")
	// ErrNoLocks: the file system cannot keep others away meanwhile.
	ErrNoLocks = errors.New("the file system has no locks, and a run may be written meanwhile")
	// ErrChanged: a file changed again and again while it was stored.
	ErrChanged = errors.New("the file changes while it is read")
)

// Errors of exchanging with remotes.
var (
	// ErrNoRemote: no remote has the name, and it is no address either.
	ErrNoRemote = errors.New("no such remote")
	// ErrNoLFS: large contents are moved by git-lfs, which is not on PATH.
	ErrNoLFS = errors.New("there is no git-lfs on PATH")
	// ErrNoLFSThere: the remote keeps no large contents, or shows this user none.
	ErrNoLFSThere = errors.New("the remote has no LFS server, or not for this user")
	// ErrElsewhere: large contents would go to a host that only the repository
	// names, with the user's passwords.
	ErrElsewhere = errors.New("the repository's .lfsconfig leads to another host than the remote's")
	// ErrBadObjects: what the remote sends of some refs is not whole, or not to be
	// had.
	ErrBadObjects = errors.New("the remote sends what is not whole")
	// ErrNoFilter: the remote cannot leave out what is not wanted.
	ErrNoFilter = errors.New("the remote sends whole commits only")
)
