package environ

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/exprec/exprec/recorder/internal/record"
)

func TestCacheKeepsWhatHasNotChanged(t *testing.T) {
	dir := t.TempDir()
	file := write(t, filepath.Join(dir, "program"), "one", 0o755)
	at := filepath.Join(dir, "cache", "facts.json")
	sum := func(content string) string {
		s := sha256.Sum256([]byte(content))
		return hex.EncodeToString(s[:])
	}
	cache := NewCache(at)
	if got := cache.SHA256(t.Context(), file); got != sum("one") {
		t.Errorf("the hash is %s", got)
	}
	data, err := os.ReadFile(at)
	if err != nil {
		t.Fatal(err)
	}
	forged := strings.ReplaceAll(string(data), sum("one"), sum("forged"))
	write(t, at, forged, 0o600)
	if got := cache.SHA256(t.Context(), file); got != sum("forged") {
		t.Error("the hash does not come from the cache")
	}
	write(t, file, "two", 0o755)
	os.Chtimes(file, time.Now(), time.Now().Add(time.Second))
	if got := cache.SHA256(t.Context(), file); got != sum("two") {
		t.Errorf("the hash of the changed file is %s", got)
	}
	for _, broken := range []string{"", "{", "null", `{"format": 2, "files": [{"path": "` + file + `"}]}`, strings.Repeat("[", 100_000), `{"format":1,"files":[{"path":"` + file + `","stamp":"` + stampOf(file) + `","sha256":"x"}]}`} {
		write(t, at, broken, 0o600)
		if got := cache.SHA256(t.Context(), file); got != sum("two") {
			t.Errorf("with the cache %.40q the hash is %q", broken, got)
		}
	}
	if info, err := os.Stat(at); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the cache is %v, %v", info.Mode(), err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if got := NewCache(filepath.Join(dir, "other")).SHA256(ended, file); got != "" {
		t.Errorf("after its end it gives %q", got)
	}
}

// Many at once write one file: it is whole at any moment, and bounded.
func TestCacheIsSharedByMany(t *testing.T) {
	dir := t.TempDir()
	at := filepath.Join(dir, "facts.json")
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			cache := NewCache(at)
			for j := range 60 {
				file := write(t, filepath.Join(dir, fmt.Sprint(i, "-", j)), fmt.Sprint(i, j), 0o755)
				if len(cache.SHA256(t.Context(), file)) != 64 {
					t.Error("a hash is missing")
				}
				if data, err := os.ReadFile(at); err == nil && !strings.HasSuffix(string(data), "}") {
					t.Errorf("the cache ends with %.20q", data[max(0, len(data)-20):])
				}
			}
		})
	}
	all.Wait()
	if n := len(NewCache(at).read().Files); n == 0 || n > maxCached {
		t.Errorf("%d files are known", n)
	}
	left, err := filepath.Glob(filepath.Join(dir, ".new-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("temporary files are left: %v, %v", left, err)
	}
}

func TestGPUsAskTheToolOnceABoot(t *testing.T) {
	dir := t.TempDir()
	counted := filepath.Join(dir, "counted")
	write(t, filepath.Join(dir, "nvidia-smi"), "#!/bin/sh\n[ \"$SECRET\" ] && exit 1\necho x >>"+counted+"\necho 'NVIDIA A100-SXM4-40GB, 40960, 535.54.03'\necho 'NVIDIA A100-SXM4-40GB, [N/A], 535.54.03'\necho rubbish\n", 0o755)
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	t.Setenv("SECRET", "1")
	cache := NewCache(filepath.Join(dir, "facts.json"))
	want := fmt.Sprint([]record.GPU{{Name: "NVIDIA A100-SXM4-40GB", Memory: 40 << 30, Driver: "535.54.03"}, {Name: "NVIDIA A100-SXM4-40GB", Driver: "535.54.03"}})
	for _, boot := range []string{"a", "a", "a", "b"} {
		if got := fmt.Sprint(GPUs(t.Context(), boot, cache)); got != want {
			t.Errorf("found %s, want %s", got, want)
		}
	}
	if data, _ := os.ReadFile(counted); string(data) != "x\nx\n" {
		t.Errorf("the tool was asked %d times, want twice", len(data)/2)
	}
}

// A driver that hangs is given up.
func TestGPUsOfADriverThatHangs(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "nvidia-smi"), "#!/bin/sh\nexec sleep 60\n", 0o755)
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	if got := GPUs(ctx, "a", nil); len(got) > 0 || time.Since(began) > 5*time.Second {
		t.Errorf("found %v after %v", got, time.Since(began))
	}
}

func TestGPUsOfTheDriversFiles(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "nvidia", "version"), "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.54.03  Tue Jun  6 22:20:39 UTC 2023\n", 0o644)
	write(t, filepath.Join(dir, "nvidia", "gpus", "0000:01:00.0", "information"), "Model: \t\t NVIDIA GeForce RTX 3090\nIRQ: 5\n", 0o644)
	if got, want := nvidiaGPUs(filepath.Join(dir, "nvidia")), (record.GPU{Name: "NVIDIA GeForce RTX 3090", Driver: "535.54.03"}); len(got) != 1 || fmt.Sprint(got[0]) != fmt.Sprint(want) {
		t.Errorf("found %v, want %v", got, want)
	}
	for name, value := range map[string]string{
		"card0/device/vendor": "0x1002\n", "card0/device/device": "0x73bf\n", "card0/device/mem_info_vram_total": "17163091968\n",
		"card0-HDMI-A-1/device/vendor": "0x1002\n", "card0-HDMI-A-1/device/mem_info_vram_total": "1\n", "card1/device/vendor": "0x8086\n", "card1/device/mem_info_vram_total": "1\n",
	} {
		write(t, filepath.Join(dir, "class", "drm", name), value, 0o644)
	}
	if got, want := amdGPUs(dir), (record.GPU{Name: "AMD GPU 0x73bf", Memory: 17163091968}); len(got) != 1 || fmt.Sprint(got[0]) != fmt.Sprint(want) {
		t.Errorf("found %v, want %v", got, want)
	}
}
