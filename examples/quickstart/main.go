// Command quickstart estimates pi by throwing darts at a square and records
// how close it gets. The first two lines of main are all the set-up there is.
package main

import (
	"fmt"
	"math/rand/v2"

	"github.com/exprec/exprec/recorder"
)

func main() {
	exp := recorder.Start(recorder.Options{})
	defer exp.Finish()

	const throws = 1_000_000
	exp.SetParameter("throws", throws)

	inside, pi := 0, 0.0
	for i := 1; i <= throws; i++ {
		x, y := rand.Float64(), rand.Float64()
		if x*x+y*y < 1 {
			inside++
		}
		if i%10_000 == 0 {
			pi = 4 * float64(inside) / float64(i)
			exp.AddScalar("estimate", pi, i)
		}
	}
	exp.SetResult("pi", pi)
	fmt.Println("pi is about", pi)
}
