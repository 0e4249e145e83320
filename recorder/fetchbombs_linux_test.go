package recorder

import (
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/exprec/exprec/gitstore/gitstoretest"
	"github.com/exprec/exprec/recorder/internal/record"
)

// bombs are objects that are far larger than what is sent of them.
type bombs struct {
	*team
	good    string // the id of a run
	objects []gitstoretest.PackObject
	runs    map[string]string // what is wrong → id
}

// blob adds a blob and gives its hash.
func (b *bombs) blob(content []byte) string {
	b.objects = append(b.objects, gitstoretest.PackObject{Kind: gitstoretest.PackBlob, Data: content})
	return blobName(content)
}

func blobName(content []byte) string {
	sum := sha1.New()
	fmt.Fprintf(sum, "blob %d\x00", len(content))
	sum.Write(content)
	return fmt.Sprintf("%x", sum.Sum(nil))
}

// zeros adds a blob of zeros as a delta.
func (b *bombs) zeros(base string, size int64) string {
	b.objects = append(b.objects, gitstoretest.PackObject{Kind: gitstoretest.PackDelta, Base: base, Data: gitstoretest.Zeros(1<<16, size)})
	return blobName(make([]byte, size))
}

// send gives all objects to the server, in one pack.
func (b *bombs) send() {
	b.Helper()
	gitstoretest.GitInput(b, b.server, string(gitstoretest.Pack(b.objects...)), "index-pack", "--stdin")
}

// record is the run.msgpack of the good run under another id.
func (b *bombs) record(id string) []byte {
	b.Helper()
	info, err := readRun(b.open(0).stores[0], hashOf(b, b.server, refPrefix+b.good+"^{tree}"))
	if err != nil {
		b.Fatal(err)
	}
	info.UUID = id
	return record.EncodeRun(info)
}

// run makes a run of the good one's entries and others, each "mode type hash".
func (b *bombs) run(what, id string, others map[string]string, parents ...string) {
	b.Helper()
	entries := map[string]string{}
	for line := range strings.Lines(gitstoretest.Git(b, b.server, "ls-tree", refPrefix+b.good)) {
		entry, name, _ := strings.Cut(strings.TrimSpace(line), "\t")
		entries[name] = entry
	}
	entries[record.RunFile] = "100644 blob " + gitstoretest.GitInput(b, b.server, string(b.record(id)), "hash-object", "-w", "--stdin")
	maps.Copy(entries, others)
	var listing strings.Builder
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		fmt.Fprintf(&listing, "%s\t%s\n", entries[name], name)
	}
	b.rewrite(id, listing.String(), parents...)
	b.runs[what] = id
}

// Runs that would take a gigabyte to read are fetched and refused, or shown as
// damaged, by their size: nothing of that is inflated.
func TestFetchOfBombs(t *testing.T) {
	large, huge, many := int64(65<<20), int64(257<<20), 50_000 // beyond what a record and an index may have
	full := os.Getenv("EXPREC_HOSTILE") == "full"
	if full {
		large, huge, many = 500<<20, 1<<30, 1_000_000 // git sends no deltas on more than 512 MiB
	}
	b := &bombs{team: newTeam(t, 2), runs: map[string]string{}}
	b.good = b.team.record(0, "good")
	b.push(0)
	plain := b.blob(make([]byte, 1<<16))
	zipped := b.blob(make([]byte, large))
	deltified := b.zeros(plain, huge)
	// A small record, made of a large one.
	onLarge := uuid.NewString()
	small := b.record(onLarge)
	delta := binary.AppendUvarint(binary.AppendUvarint(nil, uint64(large)), uint64(len(small)))
	for part := range slices.Chunk(small, 127) {
		delta = append(append(delta, byte(len(part))), part...)
	}
	b.objects = append(b.objects, gitstoretest.PackObject{Kind: gitstoretest.PackDelta, Base: zipped, Data: delta})
	b.send()
	var wide []byte
	for i := range many {
		wide = append(wide, gitstoretest.Entry(t, "100644", fmt.Sprintf("%07d", i), plain)...)
	}
	tree := gitstoretest.Object(t, b.server, "tree", wide)
	entry := func(hash string) string { return "100644 blob " + hash }
	b.run("record", uuid.NewString(), map[string]string{record.RunFile: entry(zipped)})
	b.run("record as a delta", uuid.NewString(), map[string]string{record.RunFile: entry(deltified)})
	b.run("record on a large base", onLarge, map[string]string{record.RunFile: entry(blobName(small))})
	b.run("notes", uuid.NewString(), map[string]string{record.NotesFile: entry(deltified)})
	b.run("params", uuid.NewString(), map[string]string{record.ParamsFile: entry(deltified)})
	b.run("scalars", uuid.NewString(), map[string]string{record.ScalarsFile: entry(deltified)})
	b.run("files", uuid.NewString(), map[string]string{"files": "040000 tree " + tree})
	b.run("itself", uuid.NewString(), map[string]string{record.RunFile: "040000 tree " + tree})
	parent := gitstoretest.Git(t, b.server, "rev-parse", refPrefix+b.good)
	who := " a <a@b> 1 +0000\n"
	parents := gitstoretest.Object(t, b.server, "commit", []byte("tree "+gitstoretest.Git(t, b.server, "rev-parse", parent+"^{tree}")+"\n"+
		strings.Repeat("parent "+parent+"\n", 100_000)+"author"+who+"committer"+who+"\nx\n"))
	b.runs["parents"] = uuid.NewString()
	gitstoretest.Git(t, b.server, "update-ref", refPrefix+b.runs["parents"], parents)

	c := exec.Command(must(os.Executable()))
	c.Dir, c.Env = b.dirs[1], append(os.Environ(), "EXPREC_TEST_PROGRAM=fetches")
	said, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	words := map[string]string{}
	for line := range strings.Lines(string(said)) {
		id, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		words[id] += rest + "\n"
	}
	if words[b.good] != "whole\n" {
		t.Errorf("the good run is %q", words[b.good])
	}
	for what, want := range map[string]string{
		"record": "too large", "record as a delta": "too large", "record on a large base": "too large", "notes": "too large",
		"params": "too large", "scalars": "too large", "files": "whole", "itself": "", "parents": "too large",
	} {
		if got := words[b.runs[what]]; got == "" || !strings.Contains(got, want) && !(full && strings.Contains(got, "more memory")) {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	var peak int
	if _, err := fmt.Sscanf(words["peak"], "%d", &peak); err != nil || peak > 100<<10 {
		t.Errorf("it took %d KiB, %v", peak, err)
	}
	t.Logf("peak %d KiB", peak)
	gitstoretest.Git(t, b.dirs[1], "fsck", "--connectivity-only", "--no-dangling")
}
