package main

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"

	"github.com/exprec/exprec/recorder"
)

// said begins the lines by which a command says values without a library.
var said = []byte("exprec: {")

// values reads such lines: numbers are scalars, all else parameters.
type values struct{ to *recorder.Experiment }

func (v values) needle([]byte) []byte { return said }

// read takes the values of one line. A line that is no JSON object is output
// like any other.
func (v values) read(line []byte) {
	if !bytes.HasPrefix(line, said) {
		return
	}
	object, ok := decodeObject(line[len(said)-1:])
	if !ok {
		return
	}
	step, counted := stepOf(object)
	v.take("", object, step, counted)
}

// member is one value of a JSON object.
type member struct {
	name  string
	value any // json.Number, string, bool, nil, []any or []member
}

// stepOf is the step that an object gives, a whole number.
func stepOf(object []member) (step int, ok bool) {
	for _, m := range object {
		if m.name == "step" {
			return wholeNumber(m.value)
		}
	}
	return 0, false
}

// wholeNumber reads 3 and 3.0.
func wholeNumber(value any) (int, bool) {
	number, ok := value.(json.Number)
	if !ok {
		return 0, false
	}
	if n, err := strconv.ParseInt(string(number), 10, 0); err == nil {
		return int(n), true
	}
	f, err := number.Float64()
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, false
	}
	return int(f), true
}

// take records the values of an object; those of one within it get its name in
// front of theirs.
func (v values) take(group string, object []member, step int, counted bool) {
	for _, m := range object {
		name := group + m.name
		switch value := m.value.(type) {
		case nil:
		case json.Number:
			if name == "step" {
				continue
			}
			if f, ok := float(value); ok && counted {
				v.to.AddScalar(name, f, step)
			} else if ok {
				v.to.Scalar(name).AddNext(f)
			}
		case []member:
			v.take(name+"/", value, step, counted)
		default:
			v.to.SetParameter(name, value)
		}
	}
}

// float is the nearest number that a scalar holds. Beyond them it is infinite.
func float(number json.Number) (float64, bool) {
	switch number {
	case "NaN":
		return math.NaN(), true
	case "Infinity":
		return math.Inf(1), true
	case "-Infinity":
		return math.Inf(-1), true
	}
	f, err := number.Float64()
	return f, err == nil || math.IsInf(f, 0)
}
