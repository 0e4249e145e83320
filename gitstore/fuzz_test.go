package gitstore

import (
	"bytes"
	"crypto/sha1"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5/plumbing/filemode"
	"pgregory.net/rapid"
)

func FuzzConfig(f *testing.F) {
	f.Add("[a \"B\"]\n\tc = d ; e\n\tf\n[g.h] i=\"j\\n\" \\\n k\n")
	f.Add("[a]\nb=\"")
	f.Add("\ufeff[core]\r\n\tautocrlf = true\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		total := 0
		parseConfig(text, func(e configEntry) error {
			if total += len(e.value) + 1; !strings.Contains(e.key, ".") || e.bare && e.value != "" {
				t.Errorf("the entry %+v", e)
			}
			return nil
		})
		if total > len(text)+1 {
			t.Errorf("%d bytes of values in %d bytes", total, len(text))
		}
		parseConfigParameters(text)
		globMatch("", text, text)
	})
}

func FuzzPackedRefs(f *testing.F) {
	line := strings.Repeat("a", 40) + " refs/exprec/x\n"
	f.Add("# pack-refs with: peeled\n"+line+"^"+strings.Repeat("b", 40)+"\n", "refs/exprec/x")
	f.Add(line+line, "refs/exprec/x")
	f.Fuzz(func(t *testing.T, text, name string) {
		for _, ref := range parsePackedRefs(text) {
			if strings.Contains(ref.Name, "\n") {
				t.Errorf("the ref %q", ref.Name)
			}
		}
		kept := withoutRef([]byte(text), name)
		for _, ref := range parsePackedRefs(string(kept)) {
			if ref.Name == name && !strings.HasSuffix(text, "\r") && !strings.Contains(text, "\r\n") {
				t.Errorf("%q is still there", name)
			}
		}
	})
}

func FuzzPointer(f *testing.F) {
	f.Add(Pointer{Size: 12}.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		if p, ok := ParsePointer(data); ok && !bytes.Equal(p.Bytes(), data) {
			t.Errorf("%q is read as %+v", data, p)
		}
	})
}

func FuzzCommit(f *testing.F) {
	who := Signature{Name: "Ada", Email: "a@b"}.encode()
	f.Add("tree " + strings.Repeat("a", 40) + "\nauthor " + who + "\ncommitter " + who + "\n\nhello\n")
	f.Fuzz(func(t *testing.T, text string) {
		info, err := parseCommit(text)
		if err == nil && (info.Tree.IsZero() || !strings.HasSuffix(text, info.Message)) {
			t.Errorf("%q is read as %+v", text, info)
		}
	})
}

func FuzzTree(f *testing.F) {
	f.Add(string(encodeTree([]TreeEntry{{"a", filemode.Dir, Hash{1}}, {"a.b", filemode.Regular, Hash{2}}})))
	f.Add("100644 ..\x00aaaaaaaaaaaaaaaaaaaa")
	f.Fuzz(func(t *testing.T, text string) {
		entries, err := parseTree(text)
		if err != nil {
			return
		}
		for _, e := range entries {
			if ValidName(e.Name) != nil {
				t.Errorf("the name %q", e.Name)
			}
		}
		if again := encodeTree(entries); string(again) != text {
			t.Errorf("%q is encoded as %q", text, again)
		}
	})
}

func FuzzDelta(f *testing.F) {
	f.Add([]byte("hello"), []byte{5, 7, 0x90, 5, 2, 'a', 'b'})
	f.Fuzz(func(t *testing.T, base, delta []byte) {
		if _, size, _, err := deltaSizes(delta); err == nil && size > 1<<20 {
			return
		}
		data, err := applyDelta(base, delta)
		if _, size, _, sizeErr := deltaSizes(delta); err == nil && (sizeErr != nil || size != int64(len(data))) {
			t.Errorf("%d bytes", len(data))
		}
	})
}

// FuzzPack reads a pack and an index that are both damaged.
func FuzzPack(f *testing.F) {
	pack, index := somePack()
	f.Add(pack, index)
	f.Fuzz(func(t *testing.T, pack, index []byte) {
		dir := t.TempDir()
		os.MkdirAll(filepath.Join(dir, "objects", "pack"), 0o755)
		os.WriteFile(filepath.Join(dir, "objects", "pack", "pack-x.pack"), pack, 0o644)
		os.WriteFile(filepath.Join(dir, "objects", "pack", "pack-x.idx"), index, 0o644)
		s := &Store{dir: dir}
		defer s.Close()
		s.Has(Hash{})
		for h := range s.database().small {
			data, err := s.ReadBlob(h, 1<<20)
			if err == nil && hashObject(3, data) != h {
				t.Errorf("%s is read as %q", h, data)
			}
		}
	})
}

func somePack() (pack, index []byte) {
	data := []byte("PACK\x00\x00\x00\x02\x00\x00\x00\x01")
	blob := append(entryHeader(3, 5), 0x78, 0x01, 0x01, 5, 0, 0xfa, 0xff, 'h', 'e', 'l', 'l', 'o')
	blob = binary.BigEndian.AppendUint32(blob, 0x062c0215)
	data = append(data, blob...)
	sum := sha1.Sum(data)
	return append(data, sum[:]...), encodeIndex([]packEntry{{hashObject(3, []byte("hello")), 12, 0}}, sum[:])
}

func TestSeedPackIsRead(t *testing.T) {
	dir := t.TempDir()
	pack, index := somePack()
	os.MkdirAll(filepath.Join(dir, "objects", "pack"), 0o755)
	os.WriteFile(filepath.Join(dir, "objects", "pack", "pack-x.pack"), pack, 0o644)
	os.WriteFile(filepath.Join(dir, "objects", "pack", "pack-x.idx"), index, 0o644)
	s := &Store{dir: dir}
	if data, err := s.ReadBlob(hashObject(3, []byte("hello")), 10); string(data) != "hello" || err != nil {
		t.Errorf("%q, %v", data, err)
	}
}

func TestEncodedIsDecoded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sig := Signature{Name: rapid.String().Draw(t, "name"), Email: rapid.String().Draw(t, "email")}
		got, ok := parseSignature(sig.encode())
		if !ok || got.Name != cleanSignature(sig.Name) || got.Email != cleanSignature(sig.Email) {
			t.Errorf("%+v becomes %+v, %v", sig, got, ok)
		}
		p := Pointer{Size: rapid.Int64Min(0).Draw(t, "size")}
		copy(p.OID[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "oid"))
		if got, ok := ParsePointer(p.Bytes()); !ok || got != p {
			t.Errorf("%+v becomes %+v", p, got)
		}
		size := rapid.Int64Range(0, 1<<40).Draw(t, "length")
		place := packPlace{&packIndex{packed: 1 << 41}, 12}
		if o, err := parsePacked(place, entryHeader(3, size)); err != nil || o.size != size || o.kind != 3 {
			t.Errorf("the head of %d bytes becomes %+v, %v", size, o, err)
		}
	})
}
