package gitstore

import (
	"strings"
)

// collisions names what other systems could not hold: two names that differ
// only in case or in how an accent is written, and names that Windows keeps
// for itself.
func (c *checkout) collisions(entries []TreeEntry, path string) {
	seen := make(map[string]string, len(entries))
	for _, e := range entries {
		key := foldName(e.Name)
		if other, ok := seen[key]; ok {
			c.warn("%q and %q are one name on systems that ignore case or the spelling of accents", path+other, path+e.Name)
		}
		seen[key] = e.Name
		if isReserved(e.Name) {
			c.warn("%q cannot be made on Windows", path+e.Name)
		}
	}
}

// foldName gives names that collide the same text. ASCII, almost all there is,
// takes no memory where it is in lower case.
func foldName(name string) string {
	return composeAccents(strings.ToLower(name))
}

// isReserved reports names that Windows keeps for devices or cannot hold.
func isReserved(name string) bool {
	if last := name[len(name)-1]; last == '.' || last == ' ' {
		return true
	}
	if strings.ContainsAny(name, `<>:"|?*\`) || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }) {
		return true
	}
	device, _, _ := strings.Cut(strings.ToUpper(name), ".")
	device = strings.TrimRight(device, " ")
	switch device {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	return len(device) == 4 && (device[:3] == "COM" || device[:3] == "LPT") && '0' <= device[3] && device[3] <= '9'
}

// accent is a combining mark, and the letters of Latin scripts that have a
// composed form with it. A base and its composed form stand in the same place.
type accent struct {
	mark            rune
	bases, composed string
}

func accents() []accent {
	return []accent{
		{'\u0300', "aeiounwy", "àèìòùǹẁỳ"},
		{'\u0301', "aeiouyclnrszgkmpw", "áéíóúýćĺńŕśźǵḱḿṕẃ"},
		{'\u0302', "aeioucghjswyz", "âêîôûĉĝĥĵŝŵŷẑ"},
		{'\u0303', "anoiuevy", "ãñõĩũẽṽỹ"},
		{'\u0304', "aeioug", "āēīōūḡ"},
		{'\u0306', "aeioug", "ăĕĭŏŭğ"},
		{'\u0307', "cegzabdfhmnprstwxy", "ċėġżȧḃḋḟḣṁṅṗṙṡṫẇẋẏ"},
		{'\u0308', "aeiouyhtwx", "äëïöüÿḧẗẅẍ"},
		{'\u030a', "auwy", "åůẘẙ"},
		{'\u030b', "ou", "őű"},
		{'\u030c', "cdelnrstzaiougkjh", "čďěľňřšťžǎǐǒǔǧǩǰȟ"},
		{'\u0327', "cegklnrst", "çȩģķļņŗşţ"},
		{'\u0328', "aeiou", "ąęįǫų"},
	}
}

// composeAccents brings the usual accented letters into one spelling.
func composeAccents(text string) string {
	if isASCII(text) {
		return text
	}
	out := make([]rune, 0, len(text))
	for _, r := range text {
		if len(out) > 0 {
			if c, ok := composed(out[len(out)-1], r); ok {
				out[len(out)-1] = c
				continue
			}
		}
		out = append(out, r)
	}
	return string(out)
}

func composed(base, mark rune) (rune, bool) {
	for _, a := range accents() {
		if a.mark != mark {
			continue
		}
		if at := strings.IndexRune(a.bases, base); at >= 0 {
			return []rune(a.composed)[at], true
		}
	}
	return 0, false
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}
