package capture

import "slices"

// ring holds the last MaxTail bytes of a stream.
type ring struct{ data []byte }

func (r *ring) add(data []byte) {
	if len(data) >= MaxTail {
		r.data = append(r.data[:0], data[len(data)-MaxTail:]...)
		return
	}
	if len(r.data)+len(data) > 2*MaxTail {
		r.data = append(r.data[:0], r.data[len(r.data)-MaxTail:]...)
	}
	r.data = append(r.data, data...)
}

func (r *ring) last(n int) []byte {
	n = max(0, min(n, MaxTail, len(r.data)))
	return slices.Clone(r.data[len(r.data)-n:])
}
