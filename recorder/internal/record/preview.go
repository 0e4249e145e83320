package record

// preview keeps points of a scalar at equal distances while it grows: every
// stride-th one, and twice the stride whenever there are too many.
type preview struct {
	steps  []int64
	values []float64
	stride int64
	seen   int64
	next   int64 // the point that is kept next
}

func (p *preview) add(step int64, value float64) {
	if p.seen == p.next {
		p.keep(step, value)
	}
	p.seen++
}

func (p *preview) keep(step int64, value float64) {
	p.stride = max(1, p.stride)
	if len(p.steps) == 2*PreviewPoints {
		p.halve() // which leaves this point at a multiple of the stride
	}
	p.steps, p.values = append(p.steps, step), append(p.values, value)
	p.next += p.stride
}

func (p *preview) halve() {
	for i := range PreviewPoints {
		p.steps[i], p.values[i] = p.steps[2*i], p.values[2*i]
	}
	p.steps, p.values = p.steps[:PreviewPoints], p.values[:PreviewPoints]
	p.stride *= 2
}

// points gives at most PreviewPoints of those kept, the last point of all as
// the last one.
func (p *preview) points(lastStep int64, last float64) ([]float64, []int64) {
	n := len(p.steps)
	if p.seen == 0 {
		return nil, nil
	}
	whole := p.seen-1 == int64(n-1)*p.stride // the last point is among them
	if whole {
		n--
	}
	m := min(n, PreviewPoints-1)
	values, steps := make([]float64, 0, m+1), make([]int64, 0, m+1)
	for i := range m {
		at := i * n / m
		values, steps = append(values, p.values[at]), append(steps, p.steps[at])
	}
	return append(values, last), append(steps, lastStep)
}
