package browsertest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// closeLimit is how long Chromium may take to end.
const closeLimit = 20 * time.Second

// browser is a Chromium that runs.
type browser struct {
	ctx    context.Context
	cancel context.CancelFunc
}

// shared is the one browser of the test binary: Main switches it on, the first
// tab starts it.
var shared struct {
	sync.Mutex
	on      bool
	browser *browser
	err     error
}

// Main runs the tests of a package, then ends the browser. It gives the code to
// exit with.
func Main(m *testing.M) int {
	shared.Lock()
	shared.on = true
	shared.Unlock()
	code := m.Run()
	shared.Lock()
	defer shared.Unlock()
	shared.on = false
	if shared.browser == nil {
		return code
	}
	if err := shared.browser.close(); err != nil {
		fmt.Fprintln(os.Stderr, "browsertest: end Chromium:", err)
		return max(code, 1)
	}
	return code
}

// theBrowser gives the browser of the test binary.
func theBrowser() (*browser, error) {
	shared.Lock()
	defer shared.Unlock()
	if !shared.on {
		return nil, errors.New("the package's TestMain does not call browsertest.Main")
	}
	if shared.browser == nil && shared.err == nil {
		shared.browser, shared.err = startBrowser()
	}
	return shared.browser, shared.err
}

// startBrowser starts a Chromium that cannot leave this machine.
func startBrowser() (*browser, error) {
	path, err := findChromium()
	if err != nil {
		return nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.NoSandbox, // tests run as root
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("no-proxy-server", true),
		chromedp.Flag("host-resolver-rules", "MAP *.test 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE [::1]"),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator, chromedp.WithErrorf(func(string, ...any) {}))
	b := &browser{ctx: ctx, cancel: func() { cancel(); stop() }}
	if err := chromedp.Do(ctx); err != nil {
		b.cancel()
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	return b, nil
}

// close ends the browser and waits until its processes and its profile are gone.
func (b *browser) close() error {
	ctx, stop := context.WithTimeout(b.ctx, closeLimit)
	defer stop()
	err := chromedp.Cancel(ctx)
	b.cancel()
	return err
}

// findChromium finds the program, by any of the names that it has.
func findChromium() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("there is no Chromium on PATH: scripts/test.sh installs it, or apt-get install chromium")
}
