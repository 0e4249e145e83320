package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// deepest is how deep objects of a line may nest.
const deepest = 32

var errDeep = errors.New("nested too deep")

// decodeObject reads a JSON object, in its order. NaN and infinities, which
// JSON does not know and most writers write, are numbers too.
func decodeObject(text []byte) ([]member, bool) {
	d := json.NewDecoder(bytes.NewReader(quoteNumbers(text)))
	d.UseNumber()
	value, err := decodeValue(d, deepest)
	if err != nil {
		return nil, false
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, false
	}
	object, ok := value.([]member)
	return object, ok
}

func decodeValue(d *json.Decoder, depth int) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	if depth == 0 {
		return nil, errDeep
	}
	switch token {
	case json.Delim('{'):
		return decodeMembers(d, depth)
	case json.Delim('['):
		return decodeList(d, depth)
	}
	if text, ok := token.(string); ok && len(text) > 1 && text[0] == 0 {
		return json.Number(text[1:]), nil // see quoteNumbers
	}
	return token, nil
}

func decodeMembers(d *json.Decoder, depth int) (any, error) {
	object := []member{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		value, err := decodeValue(d, depth-1)
		if err != nil {
			return nil, err
		}
		object = append(object, member{name.(string), value})
	}
	_, err := d.Token()
	return object, err
}

func decodeList(d *json.Decoder, depth int) (any, error) {
	list := []any{}
	for d.More() {
		value, err := decodeValue(d, depth-1)
		if err != nil {
			return nil, err
		}
		list = append(list, plainJSON(value))
	}
	_, err := d.Token()
	return list, err
}

// plainJSON is a value within a list as a parameter holds it.
func plainJSON(value any) any {
	switch value := value.(type) {
	case json.Number:
		if f, ok := float(value); ok && !isFinite(value) {
			return f
		}
		return value
	case []member:
		object := make(map[string]any, len(value))
		for _, m := range value {
			object[m.name] = plainJSON(m.value)
		}
		return object
	}
	return value
}

func isFinite(n json.Number) bool { return n != "NaN" && n != "Infinity" && n != "-Infinity" }

// quoteNumbers turns the numbers that JSON does not know into texts that begin
// with a zero byte.
func quoteNumbers(text []byte) []byte {
	if !bytes.Contains(text, []byte("NaN")) && !bytes.Contains(text, []byte("Infinity")) {
		return text
	}
	var out []byte
	quoted := false
	for i := 0; i < len(text); i++ {
		switch word := unknownNumber(text[i:]); {
		case !quoted && word != "":
			out = append(out, `"\u0000`+word+`"`...)
			i += len(word) - 1
			continue
		case text[i] == '"':
			quoted = !quoted
		case quoted && text[i] == '\\' && i+1 < len(text):
			out = append(out, text[i])
			i++
		}
		out = append(out, text[i])
	}
	return out
}

func unknownNumber(text []byte) string {
	for _, word := range []string{"NaN", "Infinity", "-Infinity"} {
		if bytes.HasPrefix(text, []byte(word)) {
			return word
		}
	}
	return ""
}
