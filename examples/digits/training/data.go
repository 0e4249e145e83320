package training

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
)

const (
	side    = 8           // pixels along one edge of an image
	pixels  = side * side // values of an image
	classes = 10          // the digits 0 to 9

	maxHidden = 1 << 16 // hidden units of a network
	dots      = 16      // the greatest pixel value in the file
)

// embedded is the UCI data set described in NOTICE.
//
//go:embed digits.csv.gz
var embedded []byte

// A Sample is one handwritten digit.
type Sample struct {
	Pixels [pixels]float64 // row by row, from 0 (paper) to 1 (ink)
	Digit  int             // what it shows, 0 to 9
}

// Load reads samples from a gzipped CSV file with 64 pixels from 0 to 16 and
// the digit on each line. An empty path reads the 1,797 samples that come with
// the package.
func Load(path string) ([]Sample, error) {
	if path == "" {
		return read(bytes.NewReader(embedded))
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	samples, err := read(file)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return samples, nil
}

func read(compressed io.Reader) ([]Sample, error) {
	text, err := gzip.NewReader(compressed)
	if err != nil {
		return nil, err
	}
	lines := csv.NewReader(text)
	lines.FieldsPerRecord = pixels + 1
	lines.ReuseRecord = true
	var samples []Sample
	for {
		line, err := lines.Read()
		if err == io.EOF {
			return samples, nil
		}
		if err != nil {
			return nil, err
		}
		sample, err := parse(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", len(samples)+1, err)
		}
		samples = append(samples, sample)
	}
}

func parse(line []string) (sample Sample, err error) {
	for i := range sample.Pixels {
		dark, err := strconv.Atoi(line[i])
		if err != nil || dark < 0 || dark > dots {
			return sample, fmt.Errorf("pixel %d is %q, not a number from 0 to %d", i, line[i], dots)
		}
		sample.Pixels[i] = float64(dark) / dots
	}
	sample.Digit, err = strconv.Atoi(line[pixels])
	if err != nil || sample.Digit < 0 || sample.Digit >= classes {
		return sample, fmt.Errorf("label %q is not a digit", line[pixels])
	}
	return sample, nil
}

// Split holds a fifth of the samples back for validation. It is always the
// same fifth, so that runs with different seeds can be compared.
func Split(samples []Sample) (train, validation []Sample) {
	shuffled := append([]Sample(nil), samples...)
	random := rand.New(rand.NewPCG(1998, 7))
	random.Shuffle(len(shuffled), func(i, j int) {
		shuffled[i], shuffled[j] = shuffled[j], shuffled[i]
	})
	held := len(shuffled) / 5
	return shuffled[held:], shuffled[:held]
}
