package views

import (
	"container/list"
	"sync"
)

// lru keeps the values that were used last, up to a sum of their costs. It is
// safe for concurrent use.
type lru[K comparable, V any] struct {
	room int64

	mu    sync.Mutex
	used  int64
	order *list.List // of *kept, the last used one first
	byKey map[K]*list.Element
}

type kept[K comparable, V any] struct {
	key   K
	value V
	cost  int64
}

func newLRU[K comparable, V any](room int64) *lru[K, V] {
	return &lru[K, V]{room: room, order: list.New(), byKey: map[K]*list.Element{}}
}

// get gives the value of a key, if it is kept.
func (c *lru[K, V]) get(key K) (value V, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byKey[key]
	if !ok {
		return value, false
	}
	c.order.MoveToFront(e)
	return e.Value.(*kept[K, V]).value, true
}

// put keeps a value, unless it alone costs more than there is room for. A value
// that is there already stays, and is given.
func (c *lru[K, V]) put(key K, value V, cost int64) V {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.byKey[key]; ok {
		c.order.MoveToFront(e)
		return e.Value.(*kept[K, V]).value
	}
	if cost > c.room {
		return value
	}
	c.used += cost
	c.byKey[key] = c.order.PushFront(&kept[K, V]{key, value, cost})
	for c.used > c.room {
		last := c.order.Remove(c.order.Back()).(*kept[K, V])
		c.used -= last.cost
		delete(c.byKey, last.key)
	}
	return value
}
