// Command pictures takes the pictures of the dashboard that the documentation
// shows. scripts/browser.sh gives it the address of one and the runs to show.
//
//	pictures ADDRESS FOLDER NAME=PATH=WIDTHxHEIGHT[=dark]…
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// patience is how long a page may take until it is drawn.
const patience = 60 * time.Second

// most is how large a picture may be, in bytes: it stays in git for good.
const most = 300_000

// drawn is true when a page shows all that it has: charts are drawn by script, in
// a frame of their own, and the page is connected.
const drawn = `document.readyState == "complete" && document.querySelector("#live").dataset.state == "live" &&
	document.querySelectorAll(".chart canvas").length >= Math.min(1, document.querySelectorAll(".chart").length) &&
	[...document.images].every(i => i.complete) && new Promise(ok => requestAnimationFrame(() => requestAnimationFrame(() => ok(true))))`

func main() {
	if len(os.Args) < 4 {
		fmt.Fprintln(os.Stderr, "usage: pictures ADDRESS FOLDER NAME=PATH=WIDTHxHEIGHT[=dark]…")
		os.Exit(2)
	}
	ctx, stop := chromedp.NewContext(context.Background(), chromedp.WithAllocatorOptions(
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("hide-scrollbars", true)))
	defer stop()
	for _, wish := range os.Args[3:] {
		if err := take(ctx, strings.TrimSuffix(os.Args[1], "/"), os.Args[2], wish); err != nil {
			stop()
			fmt.Fprintf(os.Stderr, "pictures: %s: %v\n", wish, err)
			os.Exit(1)
		}
	}
}

// take takes one picture.
func take(ctx context.Context, address, folder, wish string) error {
	words := strings.SplitN(wish, "=", 2)
	end := strings.LastIndex(strings.TrimSuffix(wish, "=dark"), "=")
	if len(words) < 2 || end <= len(words[0]) {
		return fmt.Errorf("it is not NAME=PATH=WIDTHxHEIGHT")
	}
	path := wish[len(words[0])+1 : end]
	var width, height int64
	if _, err := fmt.Sscanf(wish[end+1:], "%dx%d", &width, &height); err != nil {
		return err
	}
	scheme := "light"
	if strings.HasSuffix(wish, "=dark") {
		scheme = "dark"
	}
	tab, stop := chromedp.NewContext(ctx)
	defer stop()
	if err := chromedp.Do(tab); err != nil { // the tab lives as long as the context of its first step
		return err
	}
	limit, cancel := context.WithTimeout(tab, patience)
	defer cancel()
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	if _, err := chromedp.Call(limit, emulation.SetEmulatedMedia, media); err != nil {
		return err
	}
	if err := chromedp.Do(limit, chromedp.EmulateViewport(width, height), chromedp.Navigate(address+path)); err != nil {
		return err
	}
	if _, err := chromedp.Run(limit, chromedp.PollFunction[bool](`async () => await (`+drawn+`)`)); err != nil {
		return err
	}
	picture, err := chromedp.Run(limit, chromedp.CaptureScreenshot())
	if err != nil {
		return err
	}
	if len(picture) > most {
		return fmt.Errorf("it has %d bytes, more than %d", len(picture), most)
	}
	return os.WriteFile(filepath.Join(folder, words[0]+".png"), picture, 0o644)
}
