package views

import (
	"math"
	"strconv"
	"sync"

	"github.com/exprec/exprec/recorder"
	"github.com/exprec/exprec/views/plot"
)

// The size of a small chart, in the units of its drawing: half a pixel each, so
// that whole numbers are fine enough and few bytes.
const (
	runsSparkWidth  = 160
	runsSparkHeight = 36
	runsSparkEdge   = 2 // room for half the width of the line
)

// sparkPath draws values as a line, with gaps where they are not finite.
func sparkPath(y []float64) string {
	low, high := plot.Range(y, false)
	if math.IsNaN(low) {
		return ""
	}
	var d []byte
	lastX, lastY, drawing := 0, 0, false
	for i, v := range y {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			drawing = false
			continue
		}
		px, py := sparkPoint(i, len(y), v, low, high)
		if !drawing {
			d = append(d, 'M')
			d = pair(d, px, py)
			d = append(d, "h0"...) // a point alone is seen too
		} else {
			d = append(d, 'l')
			d = pair(d, px-lastX, py-lastY)
		}
		lastX, lastY, drawing = px, py, true
	}
	return string(d)
}

func sparkPoint(i, n int, v, low, high float64) (x, y int) {
	x = runsSparkEdge
	if n > 1 {
		x += int(math.Round(float64(i) * (runsSparkWidth - 2*runsSparkEdge) / float64(n-1)))
	}
	part := 0.5
	if span := high/2 - low/2; span > 0 {
		part = (v/2 - low/2) / span
	}
	return x, runsSparkHeight - runsSparkEdge - int(math.Round(min(max(part, 0), 1)*(runsSparkHeight-2*runsSparkEdge)))
}

func pair(d []byte, x, y int) []byte {
	d = strconv.AppendInt(d, int64(x), 10)
	if y >= 0 {
		d = append(d, ' ')
	}
	return strconv.AppendInt(d, int64(y), 10)
}

// sparks keeps what was drawn of runs that do not change any more.
type sparks struct {
	mu   sync.Mutex
	kept map[sparkOf]string
}

type sparkOf struct {
	commit [20]byte
	name   string
}

// maxSparks bounds how many drawings are kept, of a few hundred bytes each.
const maxSparks = 20_000

// path is the drawing of a scalar of a run.
func (s *sparks) path(r recorder.Row, name string) string {
	key := sparkOf{r.Commit(), name}
	keep := r.Status() != recorder.Running && key.commit != [20]byte{}
	if keep {
		s.mu.Lock()
		known, ok := s.kept[key]
		s.mu.Unlock()
		if ok {
			return known
		}
	}
	path := sparkPath(r.Preview(name))
	if keep {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.kept == nil || len(s.kept) >= maxSparks {
			s.kept = map[sparkOf]string{}
		}
		s.kept[key] = path
	}
	return path
}
