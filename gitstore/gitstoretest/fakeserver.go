package gitstoretest

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
)

// A FakeServer answers as a git server does, by the first protocol, but with
// what a test wants: refs that it does not have, packs that are none, words
// without end.
type FakeServer struct {
	// Refs are what it says it has.
	Refs [][2]string // hash, name
	// More goes on after these refs, before their end is said.
	More func(c *FakeConn) error
	// Pack answers a request for objects, after the NAK.
	Pack func(c *FakeConn) error
}

// A FakeConn is the connection to one client.
type FakeConn struct {
	io.Writer
	in *bufio.Reader
}

// Serve starts the server on loopback, as long as the test runs, and gives its
// address.
func (s *FakeServer) Serve(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_ = s.answer(&FakeConn{conn, bufio.NewReader(conn)})
			}()
		}
	}()
	return "git://" + listener.Addr().String() + "/x.git"
}

const fakeAbilities = "side-band-64k ofs-delta thin-pack allow-tip-sha1-in-want allow-reachable-sha1-in-want no-progress"

func (s *FakeServer) answer(c *FakeConn) error {
	if _, _, err := c.packet(); err != nil { // git-upload-pack /x.git
		return err
	}
	abilities := "\x00" + fakeAbilities
	for _, ref := range s.Refs {
		if err := c.Say(ref[0] + " " + ref[1] + abilities + "\n"); err != nil {
			return err
		}
		abilities = ""
	}
	if s.More != nil {
		if err := s.More(c); err != nil {
			return err
		}
	}
	if err := c.Flush(); err != nil {
		return err
	}
	for { // its wants and haves
		line, _, err := c.packet()
		if err != nil {
			return err
		}
		if strings.HasPrefix(line, "done") {
			break
		}
	}
	if err := c.Say("NAK\n"); err != nil || s.Pack == nil {
		return err
	}
	return s.Pack(c)
}

// packet reads one line of the client, empty where it ends a part.
func (c *FakeConn) packet() (line string, ended bool, err error) {
	var head [4]byte
	if _, err := io.ReadFull(c.in, head[:]); err != nil {
		return "", false, err
	}
	n, err := strconv.ParseUint(string(head[:]), 16, 16)
	if err != nil || n < 4 {
		return "", true, err
	}
	data := make([]byte, n-4)
	_, err = io.ReadFull(c.in, data)
	return string(data), false, err
}

// Wait reads until the client is gone.
func (c *FakeConn) Wait() error {
	_, err := io.Copy(io.Discard, c.in)
	return err
}

// Say writes one line.
func (c *FakeConn) Say(line string) error {
	_, err := fmt.Fprintf(c, "%04x%s", len(line)+4, line)
	return err
}

// Flush ends a part.
func (c *FakeConn) Flush() error {
	_, err := io.WriteString(c, "0000")
	return err
}

// Band is a writer of one of the bands: 1 is for packs, 2 for words, 3 for the
// last words.
func (c *FakeConn) Band(band byte) io.Writer { return fakeBand{c, band} }

type fakeBand struct {
	conn *FakeConn
	band byte
}

func (b fakeBand) Write(p []byte) (int, error) {
	for done := 0; done < len(p); {
		part := p[done:min(len(p), done+60_000)]
		if err := b.conn.Say(string(b.band) + string(part)); err != nil {
			return done, err
		}
		done += len(part)
	}
	return len(p), nil
}

// SendPack writes a whole pack.
func (c *FakeConn) SendPack(pack []byte) error {
	_, err := c.Band(1).Write(pack)
	return errors.Join(err, c.Flush())
}

// The kinds of a pack's objects.
const (
	PackCommit = 1
	PackTree   = 2
	PackBlob   = 3
	PackDelta  = 7
)

// A PackObject is one object as it stands in a pack.
type PackObject struct {
	Kind int
	Base string // of a delta: the hash of the object that it changes
	Data []byte // inflated: the content, or the instructions of the delta
	Size int64  // that is claimed; 0 is that of the data
}

// Pack writes objects into a pack, however wrong they are.
func Pack(objects ...PackObject) []byte {
	out := bytes.NewBufferString("PACK")
	out.Write(binary.BigEndian.AppendUint32([]byte{0, 0, 0, 2}, uint32(len(objects))))
	for _, o := range objects {
		out.Write(PackEntry(o))
	}
	sum := sha1.Sum(out.Bytes())
	return append(out.Bytes(), sum[:]...)
}

// PackEntry is the bytes of one object in a pack.
func PackEntry(o PackObject) []byte {
	var out bytes.Buffer
	size := o.Size
	if size == 0 {
		size = int64(len(o.Data))
	}
	head := byte(o.Kind<<4) | byte(size&15)
	for size >>= 4; size > 0; size >>= 7 {
		out.WriteByte(head | 0x80)
		head = byte(size & 0x7f)
	}
	out.WriteByte(head)
	for i := 0; i < len(o.Base); i += 2 {
		b, _ := strconv.ParseUint(o.Base[i:i+2], 16, 8)
		out.WriteByte(byte(b))
	}
	z := zlib.NewWriter(&out)
	_, _ = z.Write(o.Data)
	z.Close()
	return out.Bytes()
}

// Zeros are a delta on a base of some length, at least 64 KiB: it says the base's
// first 64 KiB again and again, until the object has about the size that is asked for.
func Zeros(base, size int64) []byte {
	const step = 0x10000
	times := size / step
	delta := binary.AppendUvarint(binary.AppendUvarint(nil, uint64(base)), uint64(times*step))
	// A copy of no length copies 64 KiB.
	return append(delta, bytes.Repeat([]byte{0x80}, int(times))...)
}
