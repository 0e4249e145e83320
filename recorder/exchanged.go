package recorder

import (
	"encoding/hex"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/exprec/exprec/gitstore"
	"github.com/exprec/exprec/gitstore/stamps"
	"github.com/exprec/exprec/recorder/internal/query"
	"github.com/exprec/exprec/recorder/internal/record"
)

// exchanges is what is kept of exchanges with remotes: what they had, and what
// came from where.
type exchanges struct {
	names   []string // of the remotes, sorted
	tips    []map[string]gitstore.Hash
	fetched map[string]Fetched
}

// keptExchanges holds them as long as the files that say it do not change.
type keptExchanges struct {
	mu     sync.Mutex
	stamps *stamps.Set
	last   *exchanges
}

// exchanged reads what is kept of exchanges. What cannot be read is not known.
func (p *Project) exchanged() *exchanges {
	k := &p.exchanges
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.stamps.Hold() {
		return k.last
	}
	dir, fetched := filepath.Join(p.Home(), remotesName), filepath.Join(p.Home(), fetchedName)
	now := stamps.New()
	now.Add(dir)
	now.Add(fetched)
	e := &exchanges{fetched: readFetched(fetched)}
	entries, _ := os.ReadDir(dir) // there is none before the first exchange
	for _, entry := range entries {
		name, err := url.PathUnescape(entry.Name())
		if err != nil || strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		file := filepath.Join(dir, entry.Name())
		now.Add(file)
		e.names, e.tips = append(e.names, name), append(e.tips, readTips(file))
	}
	now.After(k.stamps)
	k.stamps, k.last = now, e
	return e
}

// remotes are those that have a run, and whether they have it as it is here. The
// tip may be the key of a run that is known lightly.
func (e *exchanges) remotes(uuid string, tip gitstore.Hash) (states []RemoteState) {
	for i, name := range e.names {
		if there, ok := e.tips[i][uuid]; ok {
			states = append(states, RemoteState{Remote: name, Same: there == tip || turned(there) == tip})
		}
	}
	return states
}

// exchangedValues are what queries can ask about exchanges: the remotes that have
// a run, whether one has it as it is here, and where it came from.
func (c *catalog) exchangedValues(name string) values {
	e := c.project.exchanged()
	return func(row int) Value {
		key := c.key(row)
		uuid := idText(key.ID)
		switch name {
		case "fetched":
			return query.TextOf(e.fetched[uuid].From)
		case "shared":
			return query.FlagOf(slices.ContainsFunc(e.remotes(uuid, key.Tip), func(s RemoteState) bool { return s.Same }))
		}
		v := Value{Kind: query.Texts}
		for _, s := range e.remotes(uuid, key.Tip) {
			v.List = append(v.List, s.Remote)
		}
		return v
	}
}

// readTips reads the file of a remote. Lines that are none are passed over.
func readTips(file string) map[string]gitstore.Hash {
	data, err := readBounded(file, maxLedger)
	if err != nil {
		return nil
	}
	tips := make(map[string]gitstore.Hash, len(data)/tipLine)
	for line := range strings.Lines(string(data)) {
		if uuid, tip, ok := parseTip(line); ok {
			tips[uuid] = tip
		}
	}
	return tips
}

// tipLine is the length of a line that says where a run stands: UUID, space,
// commit.
const tipLine = uuidLength + 1 + 2*len(gitstore.Hash{}) + 1

func appendTip(text []byte, uuid string, tip gitstore.Hash) []byte {
	text = append(append(text, uuid...), ' ')
	return append(hex.AppendEncode(text, tip[:]), '\n')
}

// parseTip reads such a line. Whether it begins with a UUID is not looked at.
func parseTip(line string) (uuid string, tip gitstore.Hash, ok bool) {
	if len(line) != tipLine || line[uuidLength] != ' ' || line[tipLine-1] != '\n' {
		return "", tip, false
	}
	_, err := hex.Decode(tip[:], []byte(line[uuidLength+1:tipLine-1]))
	return line[:uuidLength], tip, err == nil
}

// readFetched reads where runs came from.
func readFetched(file string) map[string]Fetched {
	data, err := readBounded(file, maxLedger)
	if err != nil {
		return nil
	}
	fetched := map[string]Fetched{}
	for line := range strings.Lines(string(data)) {
		words := strings.Split(strings.TrimSuffix(line, "\n"), " ")
		if len(words) != 3 || record.CheckUUID(words[0]) != nil {
			continue
		}
		when, err := strconv.ParseInt(words[1], 10, 64)
		from, bad := url.PathUnescape(words[2])
		if _, known := fetched[words[0]]; err != nil || bad != nil || known {
			continue
		}
		fetched[words[0]] = Fetched{from, time.UnixMilli(when).UTC()}
	}
	return fetched
}
