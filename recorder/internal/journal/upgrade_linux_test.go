package journal

import (
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
)

// TestUpgrade: the last writer gets the exclusive lock, others do not, and
// while it is held nobody joins.
func TestUpgrade(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	a, err := LockShared(path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := LockShared(path)
	if err != nil {
		t.Fatal(err)
	}
	if last, err := Upgrade(a); last || err != nil {
		t.Errorf("the first of two writers got %v, %v", last, err)
	}
	if last, err := Upgrade(b); !last || err != nil {
		t.Errorf("the last writer got %v, %v", last, err)
	}
	if _, err := LockShared(path); !errors.Is(err, ErrLocked) {
		t.Errorf("joining while the run is sealed gave %v, want ErrLocked", err)
	}
	if err := errors.Join(b.Unlock(), b.Unlock(), a.Unlock()); err != nil {
		t.Error(err)
	}
	l, err := LockExclusive(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	l.Unlock()
}

// TestUpgradeTogether: two last writers that end at the same moment; exactly
// one of them seals, however their steps interleave.
func TestUpgradeTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	for round := range 3000 {
		var locks [2]*Lock
		for i := range locks {
			l, err := LockShared(path)
			if err != nil {
				t.Fatal(err)
			}
			locks[i] = l
		}
		var sealers atomic.Int64
		var both sync.WaitGroup
		for _, l := range locks {
			both.Go(func() {
				last, err := Upgrade(l)
				if err != nil {
					t.Error(err)
				}
				if last {
					sealers.Add(1)
				}
			})
		}
		both.Wait()
		for _, l := range locks {
			l.Unlock()
		}
		if n := sealers.Load(); n != 1 {
			t.Fatalf("round %d: %d of 2 last writers seal", round, n)
		}
	}
}
