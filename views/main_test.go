package views

import (
	"os"
	"testing"

	"github.com/exprec/exprec/views/browsertest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }
