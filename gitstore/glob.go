package gitstore

import "strings"

// A glob is a compiled pattern with the meaning git gives to patterns of
// ignore and attribute files: `*` and `?` stop at a slash, `**` between
// slashes crosses them, `[…]` is a set of bytes. It matches bytes, as git
// does, in time at most proportional to pattern × text.
type glob struct {
	tokens []globToken
	fold   bool // ASCII letters match whatever their case
	never  bool // malformed: git lets such a pattern match nothing
}

type globKind uint8

const (
	globByte   globKind = iota // this byte
	globOne                    // any byte but a slash
	globSet                    // a byte of the set, never a slash
	globStar                   // any bytes but slashes
	globDeep                   // any bytes
	globFolder                 // nothing, or any bytes up to and with a slash
)

type globToken struct {
	kind globKind
	char byte
	set  *byteSet
}

type byteSet [4]uint64

func (s *byteSet) add(c byte)      { s[c>>6] |= 1 << (c & 63) }
func (s *byteSet) has(c byte) bool { return s[c>>6]&(1<<(c&63)) != 0 }

func compileGlob(pattern string, fold bool) *glob {
	g := &glob{fold: fold}
	for at := 0; at < len(pattern) && !g.never; {
		switch pattern[at] {
		case '?':
			g.add(globToken{kind: globOne})
			at++
		case '*':
			at = g.addStars(pattern, at)
		case '[':
			at = g.addSet(pattern, at)
		case '\\':
			g.never = at+1 == len(pattern)
			if !g.never {
				g.addByte(pattern[at+1])
			}
			at += 2
		default:
			g.addByte(pattern[at])
			at++
		}
	}
	return g
}

func (g *glob) add(t globToken) { g.tokens = append(g.tokens, t) }

func (g *glob) addByte(c byte) {
	if g.fold {
		c = lowerByte(c)
	}
	g.add(globToken{kind: globByte, char: c})
}

// addStars adds the run of stars at `at` and returns where the pattern goes
// on. Two or more of them are special only where they are a whole segment.
func (g *glob) addStars(pattern string, at int) int {
	end := at
	for end < len(pattern) && pattern[end] == '*' {
		end++
	}
	rest := pattern[end:]
	whole := end-at >= 2 && (at == 0 || pattern[at-1] == '/')
	switch {
	case whole && rest == "":
		g.add(globToken{kind: globDeep})
	case whole && rest[0] == '/':
		g.add(globToken{kind: globFolder})
		end++
	case whole && strings.HasPrefix(rest, `\/`):
		g.add(globToken{kind: globDeep})
	default:
		g.add(globToken{kind: globStar})
	}
	return end
}

// match reports whether the whole text matches. When a token fails, the last
// star takes one byte more; when it meets a slash, the last `**` does.
// Earlier wildcards need no second try: what they could give up, the later
// one can take.
func (g *glob) match(text string) bool {
	if g.never {
		return false
	}
	star, deep := retry{token: -1}, retry{token: -1}
	token, at := 0, 0
	for {
		if token == len(g.tokens) && at == len(text) {
			return true
		}
		if token < len(g.tokens) {
			switch t := g.tokens[token]; t.kind {
			case globStar:
				star = retry{token, at}
				token++
				continue
			case globDeep, globFolder:
				deep, star = retry{token, at}, retry{token: -1}
				token++
				continue
			default:
				if at < len(text) && g.one(t, text[at]) {
					token++
					at++
					continue
				}
			}
		}
		switch {
		case star.token >= 0 && star.at < len(text) && text[star.at] != '/':
			star.at++
			token, at = star.token+1, star.at
		case deep.token >= 0 && g.deepen(&deep, text):
			star = retry{token: -1}
			token, at = deep.token+1, deep.at
		default:
			return false
		}
	}
}

// A retry is where a wildcard stands and how far into the text it has taken.
type retry struct{ token, at int }

func (g *glob) deepen(r *retry, text string) bool {
	if r.at >= len(text) {
		return false
	}
	if g.tokens[r.token].kind == globDeep {
		r.at++
		return true
	}
	slash := strings.IndexByte(text[r.at:], '/')
	if slash < 0 {
		return false
	}
	r.at += slash + 1
	return true
}

func (g *glob) one(t globToken, c byte) bool {
	if g.fold {
		c = lowerByte(c)
	}
	switch t.kind {
	case globByte:
		return c == t.char
	case globOne:
		return c != '/'
	default:
		return c != '/' && t.set.has(c)
	}
}

func lowerByte(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
