package record

import (
	"reflect"
	"testing"
	"time"
)

func TestThin(t *testing.T) {
	code := 0
	run := &Run{Format: 1, UUID: "0b8f3a52-7a55-4d2c-9d7a-0123456789ab", Status: Failed, Started: time.Unix(5, 7).UTC(), ExitCode: &code,
		Error: &Failure{Message: "x\xff"}, Inputs: []Input{{Name: "a", Size: 9}}, Unknown: map[string][]byte{"zz": {0xc0}}, Host: Host{Name: "h", unknown: "\xa1q\x01"}}
	got, err := DecodeRun(EncodeRun(run))
	if err != nil || !reflect.DeepEqual(got, run) {
		t.Fatalf("%v\n%+v\n%+v", err, got, run)
	}
	b := NewBuilder()
	for i := range int64(1000000) {
		b.Add([]string{"a", "b"}[i&1], i*7-100, time.Duration(i)*time.Millisecond, float64(i)*0.1)
	}
	chunks := b.Chunks()
	idx, err := DecodeIndex(EncodeIndex(b.Index()))
	if err != nil || !reflect.DeepEqual(idx, b.Index()) {
		t.Fatalf("%v %+v", err, idx)
	}
	var steps []int64
	for _, c := range chunks[idx[1].Chunk:][:idx[1].Chunks] {
		cols, err := DecodeChunk(c.Data, "b")
		if err != nil {
			t.Fatal(err)
		}
		for _, col := range cols {
			steps = append(steps, col.Steps...)
		}
	}
	if len(steps) != 500000 || steps[499999] != 999999*7-100 {
		t.Fatal(len(steps), len(chunks), idx[1])
	}
}
