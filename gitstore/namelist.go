package gitstore

// nameList is the names of one folder. Its memory is used again for the next.
type nameList struct {
	buf   []byte // what the system fills
	bytes []byte // the names, one after the other
	names []listedName
	more  int // names beyond the limit
}

type listedName struct {
	start, end int
	kind       fileKind
}

const folderBuffer = 32 << 10

func (l *nameList) reset() { l.bytes, l.names, l.more = l.bytes[:0], l.names[:0], 0 }

func (l *nameList) buffer() []byte {
	if l.buf == nil {
		l.buf = make([]byte, folderBuffer)
	}
	return l.buf
}

func (l *nameList) add(name []byte, kind fileKind, limit int) {
	if string(name) == "." || string(name) == ".." {
		return
	}
	if len(l.names) >= limit {
		l.more++
		return
	}
	start := len(l.bytes)
	l.bytes = append(l.bytes, name...)
	l.names = append(l.names, listedName{start, len(l.bytes), kind})
}

// name is valid until the list is reset.
func (l *nameList) name(i int) string {
	n := l.names[i]
	return viewString(l.bytes[n.start:n.end])
}

func (l *nameList) has(name string) bool {
	for i := range l.names {
		if l.name(i) == name {
			return true
		}
	}
	return false
}
