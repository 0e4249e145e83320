package index

// Code is the number of a row's text among those of the column, -1 where the row
// has none.
func (t *Texts) Code(row int) int {
	if t == nil {
		return -1
	}
	if at := t.of(row); at >= 0 {
		return int(t.which[at])
	}
	return -1
}

// Codes is how many texts there are.
func (t *Texts) Codes() int {
	if t == nil {
		return 0
	}
	return len(t.words)
}

// At is the text of a number.
func (t *Texts) At(code int) string { return t.words[code] }

// Code is the number of a row's list among those of the column, -1 where the row
// has none.
func (l *Lists) Code(row int) int {
	if l == nil {
		return -1
	}
	return l.Texts.Code(row)
}

// Codes is how many lists there are.
func (l *Lists) Codes() int {
	if l == nil {
		return 0
	}
	return len(l.lists)
}

// At is the list of a number. It is not to be changed.
func (l *Lists) At(code int) []string { return l.lists[code] }

// Coded reports whether every value of the column has a number.
func (c *Params) Coded() bool { return c == nil || len(c.columns) == 1 && c.wide == nil }

// Code is the number of a row's value among those of the column, -1 where the row
// has none.
func (c *Params) Code(row int) int {
	if c == nil {
		return -1
	}
	return c.columns[0].Code(row)
}

// Codes is how many values there are.
func (c *Params) Codes() int {
	if c == nil {
		return 0
	}
	return len(c.columns[0].values)
}

// At is the value of a number.
func (c *Params) At(code int) Parameter { return c.columns[0].values[code] }
