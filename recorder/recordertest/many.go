package recordertest

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"time"

	"github.com/exprec/exprec/recorder/internal/record"
)

// Many writes n runs as a stream for git fast-import, so that a repository of
// very many is there in seconds. Each has its start and its record, ten
// parameters, three scalars, a result and one of three sources. The same n
// gives the same runs.
func Many(w io.Writer, n int) error { return Wide(w, n, 0, 0) }

// Wide is Many with so many more parameters and scalars in each run. Half of the
// parameters have few values.
func Wide(w io.Writer, n, params, scalars int) error {
	m := newMany(w)
	m.params, m.scalars = params, scalars
	return m.all(n)
}

// Heavy is Many with so many points in each scalar, and with an image and a file
// of so many bytes in each run.
func Heavy(w io.Writer, n, points, content int) error {
	m := newMany(w)
	m.points, m.content = points, content
	return m.all(n)
}

func newMany(w io.Writer) *many {
	return &many{Writer: bufio.NewWriterSize(w, 1<<20), random: rand.New(rand.NewPCG(1, 2)), points: 5}
}

func (m *many) all(n int) error {
	for i := range sources {
		fmt.Fprintf(m, "blob\nmark :%d\n", i+1)
		m.data(fmt.Appendf(nil, "learning_rate = %d\n", i))
	}
	for i := range n {
		if err := m.run(i); err != nil {
			return err
		}
	}
	return m.Flush()
}

const sources = 3

type many struct {
	*bufio.Writer
	random *rand.Rand

	params, scalars int // beside the usual ones
	points          int // of a scalar
	content         int // bytes of an image, and of a file
}

func (m *many) data(b []byte) {
	fmt.Fprintf(m, "data %d\n", len(b))
	m.Write(b)
	m.WriteByte('\n')
}

func (m *many) file(name string, b []byte) {
	fmt.Fprintf(m, "M 100644 inline %s\n", name)
	m.data(b)
}

func (m *many) run(i int) error {
	var id [16]byte
	for j := range id {
		id[j] = byte(m.random.Uint32())
	}
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	uuid := fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
	began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * 97 * time.Second)
	ended := began.Add(time.Duration(60+m.random.IntN(7200)) * time.Second)
	info := record.Run{
		Format: record.Format, UUID: uuid, Alias: record.Alias(uuid), Name: fmt.Sprint("train-", i%50), Group: fmt.Sprint("sweep-", i/100),
		Status: record.Running, Started: began, Command: []string{"python", "train.py", fmt.Sprint("--seed=", i)},
		Host: record.Host{Name: fmt.Sprint("gpu-", i%7), OS: "linux", Arch: "amd64", CPUs: 8}, User: "ada", Runtime: "python 3.12",
		Git: &record.Git{Commit: fmt.Sprintf("%040x", i/20), Branch: "main", Dirty: i%3 == 0}, Source: &record.Source{Files: 1, Bytes: 20},
	}
	m.commit(uuid, 2*i+sources+1, 0, began, "start")
	m.file(record.RunFile, record.EncodeRun(&info))
	fmt.Fprintf(m, "M 100644 :%d source/train.py\n\n", 1+i%sources)

	loss := math.Exp(-m.random.Float64() * 3)
	info.Status, info.Ended = record.Succeeded, ended
	if i%10 == 0 {
		info.Status = record.Failed
		info.Error = &record.Failure{Type: "RuntimeError", Message: "CUDA out of memory", Fingerprint: fmt.Sprintf("%016x", i%4)}
	}
	info.Results = []record.Result{{Name: "test/acc", Value: 1 - loss/2}}
	values := map[string]any{
		"lr": math.Pow(10, -1-4*m.random.Float64()), "batch": int64(16 << m.random.IntN(4)), "seed": int64(i), "epochs": int64(30), "dropout": 0.1,
		"model": map[string]any{"depth": int64(2 + i%6), "width": int64(128), "name": "resnet"}, "optimizer": map[string]any{"name": "adam", "decay": 0.01},
	}
	for j := range m.params {
		if values[fmt.Sprint("param-", j)] = m.random.Float64(); j%2 == 0 {
			values[fmt.Sprint("param-", j)] = int64(m.random.IntN(j + 2))
		}
	}
	params, err := record.EncodeParams(values)
	if err != nil {
		return err
	}
	points := record.NewBuilder()
	for step := range m.points {
		at := time.Duration(step) * time.Second
		points.Add("loss", int64(step), at, loss*float64(m.points-step))
		points.Add("val/loss", int64(step), at, loss*float64(m.points+1-step))
		points.Add("val/acc", int64(step), at, 1-loss*float64(m.points-step)/float64(m.points+1))
		for j := range m.scalars {
			points.Add(fmt.Sprint("layer-", j, "/norm"), int64(step), at, loss*float64(j+step))
		}
	}
	m.commit(uuid, 2*i+sources+2, 2*i+sources+1, ended, "record")
	m.file(record.RunFile, record.EncodeRun(&info))
	m.file(record.ParamsFile, params)
	m.file(record.ScalarsFile, record.EncodeIndex(points.Index()))
	for _, chunk := range points.Chunks() {
		m.file("scalars/"+chunk.Name, chunk.Data)
	}
	if m.content > 0 {
		image := record.ImageEntry{Name: "sample", Step: 1, File: "sample/1.png", Size: int64(m.content)}
		m.file(record.ImagesFile, record.EncodeImages([]record.ImageEntry{image}))
		m.file("images/"+image.File, m.noise())
		m.file("files/weights.bin", m.noise())
	}
	_, err = m.WriteString("\n")
	return err
}

// noise is content that cannot be compressed.
func (m *many) noise() []byte {
	b := make([]byte, m.content)
	for i := range b {
		b[i] = byte(m.random.Uint32())
	}
	return b
}

// commit begins a commit; its files follow.
func (m *many) commit(uuid string, mark, from int, when time.Time, message string) {
	fmt.Fprintf(m, "commit refs/exprec/%s\nmark :%d\ncommitter ada <ada@example.org> %d +0000\n", uuid, mark, when.Unix())
	m.data([]byte(message))
	if from > 0 {
		fmt.Fprintf(m, "from :%d\n", from)
	}
}
