package ingest

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	maxDepth = 64
	maxNodes = 2 << 20
)

// A jsonDoc is one JSON value, taken apart into nodes that are used again for
// the next. Strings are cut out of the source and not copied. It reads more than
// JSON: what people paste from logs has commas at the end of lists, single
// quotes, bare keys, => for a colon, None and True. Loose says that it did.
type jsonDoc struct {
	src   string
	nodes []jsonNode
	pos   int
	loose bool
}

type jsonKind uint8

const (
	jsonNull jsonKind = iota
	jsonBool
	jsonNumber
	jsonString
	jsonArray
	jsonObject
)

type jsonNode struct {
	key        string
	str        string // of a string its text; of a number, true, false what stands there
	start, end int    // in src
	next       int    // the node behind this one and all that is in it
	kind       jsonKind
}

// A jsonValue is a place in a document. The zero value is a missing one, and
// everything asked of it is empty.
type jsonValue struct {
	d *jsonDoc
	i int
}

// parse reads s, which must be one value with nothing but white space around.
func (d *jsonDoc) parse(s string) (jsonValue, error) {
	v, end, err := d.parsePrefix(s)
	if err != nil {
		return jsonValue{}, err
	}
	if rest := strings.TrimSpace(d.src[end:]); rest != "" && rest != "," && rest != ";" {
		return jsonValue{}, fmt.Errorf("something stands behind the JSON at byte %d", end)
	}
	return v, nil
}

// parsePrefix reads the value that s begins with and tells where it ends.
func (d *jsonDoc) parsePrefix(s string) (jsonValue, int, error) {
	d.src, d.nodes, d.pos, d.loose = s, d.nodes[:0], 0, false
	err := d.value("", 0)
	if err != nil && strings.ContainsAny(s, curlyQuotes) {
		// A word processor or a chat has made the quotes curly.
		d.src, d.nodes, d.pos = straightQuotes.Replace(s), d.nodes[:0], 0
		err, d.loose = d.value("", 0), true
	}
	if err != nil {
		return jsonValue{}, d.pos, err
	}
	return jsonValue{d, 0}, d.pos, nil
}

func (d *jsonDoc) space() {
	for d.pos < len(d.src) {
		switch d.src[d.pos] {
		case ' ', '\t', '\n', '\r':
			d.pos++
			continue
		case '/':
			if d.comment() {
				continue
			}
		}
		return
	}
}

// comment passes over the comment at hand, if that is what the slash begins.
func (d *jsonDoc) comment() bool {
	n := commentLength(d.src[d.pos:])
	d.pos += n
	d.loose = d.loose || n > 0
	return n > 0
}

func (d *jsonDoc) fail(what string) error {
	if d.pos >= len(d.src) {
		return fmt.Errorf("the JSON is cut off")
	}
	return fmt.Errorf("%s at byte %d of the JSON", what, d.pos)
}

func (d *jsonDoc) value(key string, depth int) error {
	d.space()
	if d.pos >= len(d.src) {
		return d.fail("")
	}
	if depth > maxDepth {
		return fmt.Errorf("the JSON is nested deeper than %d levels", maxDepth)
	}
	if len(d.nodes) >= maxNodes {
		return fmt.Errorf("the JSON has more than %d values", maxNodes)
	}
	at := len(d.nodes)
	d.nodes = append(d.nodes, jsonNode{key: key, start: d.pos})
	var err error
	switch c := d.src[d.pos]; {
	case c == '{':
		if err = d.object(at, depth); err == nil && len(d.nodes) == at+2 {
			d.unwrap(at)
		}
	case c == '[':
		err = d.array(at, depth)
	case c == '"' || c == '\'':
		d.nodes[at].kind = jsonString
		d.nodes[at].str, err = d.string()
	default:
		err = d.word(at)
	}
	d.nodes[at].end, d.nodes[at].next = d.pos, len(d.nodes)
	return err
}

func (d *jsonDoc) object(at, depth int) error {
	d.nodes[at].kind = jsonObject
	d.pos++
	for {
		if more, err := d.more('}'); err != nil || !more {
			return err
		}
		key, err := d.key()
		if err != nil {
			return err
		}
		d.space()
		switch {
		case strings.HasPrefix(d.src[d.pos:], ":"):
			d.pos++
		case strings.HasPrefix(d.src[d.pos:], "=>"):
			d.loose = true
			d.pos += 2
		default:
			return d.fail("a colon is missing")
		}
		if err := d.value(key, depth+1); err != nil {
			return err
		}
		if err := d.comma('}'); err != nil {
			return err
		}
	}
}

func (d *jsonDoc) array(at, depth int) error {
	d.nodes[at].kind = jsonArray
	d.pos++
	for {
		if more, err := d.more(']'); err != nil || !more {
			return err
		}
		if err := d.value("", depth+1); err != nil {
			return err
		}
		if err := d.comma(']'); err != nil {
			return err
		}
	}
}

// more reports whether another element stands before the closing sign, which it
// takes; commas without a value before them are passed over.
func (d *jsonDoc) more(closing byte) (bool, error) {
	for {
		d.space()
		if d.pos >= len(d.src) {
			return false, d.fail("")
		}
		switch d.src[d.pos] {
		case closing:
			d.pos++
			return false, nil
		case ',':
			d.loose = true
			d.pos++
		default:
			return true, nil
		}
	}
}

// comma takes the comma between two values; the list may end here instead.
func (d *jsonDoc) comma(closing byte) error {
	d.space()
	if d.pos >= len(d.src) {
		return d.fail("")
	}
	switch d.src[d.pos] {
	case ',':
		d.pos++
		d.space()
		if d.pos < len(d.src) && d.src[d.pos] == closing {
			d.loose = true
		}
	case closing:
	default:
		return d.fail("a comma is missing")
	}
	return nil
}

func (d *jsonDoc) key() (string, error) {
	switch c := d.src[d.pos]; {
	case c == '"' || c == '\'':
		return d.string()
	case c == ':': // a Ruby symbol, :code=>1
		d.pos++
	}
	start := d.pos
	for d.pos < len(d.src) && isWordByte(d.src[d.pos]) {
		d.pos++
	}
	if d.pos == start {
		return "", d.fail("a key is missing")
	}
	d.loose = true
	return d.src[start:d.pos], nil
}

func isWordByte(c byte) bool {
	return c == '_' || c == '-' || c == '.' || c == '+' || c == '$' || isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'z'
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// word reads a number, true, false or null, and their names in other languages.
func (d *jsonDoc) word(at int) error {
	start := d.pos
	for d.pos < len(d.src) && isWordByte(d.src[d.pos]) {
		d.pos++
	}
	w := d.src[start:d.pos]
	n := &d.nodes[at]
	n.str = w
	switch w {
	case "":
		return d.fail("a value is missing")
	case "true", "false":
		n.kind = jsonBool
	case "null":
		n.kind, n.str = jsonNull, ""
	case "True", "False":
		n.kind, n.str, d.loose = jsonBool, strings.ToLower(w), true
	case "None", "nil", "undefined", "NaN", "Object", "Array":
		// The last two are what a console prints in place of what lies too deep.
		n.kind, n.str, d.loose = jsonNull, "", true
	default:
		if w[0] != '-' && !isDigit(w[0]) {
			d.pos = start
			return d.fail("a word stands where a value should")
		}
		if _, err := strconv.ParseFloat(w, 64); err != nil {
			d.pos = start
			return d.fail("a number is malformed")
		}
		n.kind = jsonNumber
	}
	return nil
}

func (d *jsonDoc) string() (string, error) {
	quote := d.src[d.pos]
	if quote == '\'' {
		d.loose = true
	}
	d.pos++
	start := d.pos
	for i := start; i < len(d.src); i++ {
		switch d.src[i] {
		case quote:
			d.pos = i + 1
			return d.src[start:i], nil
		case '\\':
			return d.escapedString(start, i, quote)
		}
	}
	d.pos = len(d.src)
	return "", d.fail("")
}

func (d *jsonDoc) escapedString(start, i int, quote byte) (string, error) {
	b := append(make([]byte, 0, 2*(i-start)+32), d.src[start:i]...)
	for i < len(d.src) {
		c := d.src[i]
		switch {
		case c == quote:
			d.pos = i + 1
			return string(b), nil
		case c != '\\':
			b = append(b, c)
			i++
			continue
		}
		if i+1 >= len(d.src) {
			break
		}
		switch e := d.src[i+1]; e {
		case 'n':
			b = append(b, '\n')
		case 't':
			b = append(b, '\t')
		case 'r':
			b = append(b, '\r')
		case 'b':
			b = append(b, '\b')
		case 'f':
			b = append(b, '\f')
		case 'u':
			r, n := unicodeEscape(d.src[i:])
			if n == 0 {
				d.pos = i
				return "", d.fail("an escape is malformed")
			}
			b = utf8.AppendRune(b, r)
			i += n
			continue
		default:
			b = append(b, e)
		}
		i += 2
	}
	d.pos = len(d.src)
	return "", d.fail("")
}

// unicodeEscape reads a JSON escape of four hex digits, or two of them that make
// one character.
func unicodeEscape(s string) (rune, int) {
	if len(s) < 6 {
		return 0, 0
	}
	hi, err := strconv.ParseUint(s[2:6], 16, 16)
	if err != nil {
		return 0, 0
	}
	r := rune(hi)
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	if len(s) >= 12 && s[6] == '\\' && s[7] == 'u' {
		if lo, err := strconv.ParseUint(s[8:12], 16, 16); err == nil {
			if both := utf16.DecodeRune(r, rune(lo)); both != utf8.RuneError {
				return both, 12
			}
		}
	}
	return utf8.RuneError, 6
}

func (v jsonValue) ok() bool { return v.d != nil }

func (v jsonValue) node() *jsonNode { return &v.d.nodes[v.i] }

func (v jsonValue) kind() jsonKind {
	if v.d == nil {
		return jsonNull
	}
	return v.node().kind
}

func (v jsonValue) isObject() bool { return v.kind() == jsonObject }
func (v jsonValue) isArray() bool  { return v.kind() == jsonArray }

// text is a string's text, a number's digits, true or false; else empty.
func (v jsonValue) text() string {
	if v.d == nil {
		return ""
	}
	return v.node().str
}

// source is the value as it was written.
func (v jsonValue) source() string {
	if v.d == nil {
		return ""
	}
	n := v.node()
	return v.d.src[n.start:n.end]
}

// start is where the value begins in the document.
func (v jsonValue) start() int {
	if v.d == nil {
		return 0
	}
	return v.node().start
}

// get is the member of an object that has one of the keys, the first key first.
// A null is as good as missing.
func (v jsonValue) get(keys ...string) jsonValue {
	if !v.isObject() {
		return jsonValue{}
	}
	for _, key := range keys {
		for c := range v.children {
			if c.node().key == key && c.kind() != jsonNull {
				return c
			}
		}
	}
	return jsonValue{}
}

// path follows keys inwards.
func (v jsonValue) path(keys ...string) jsonValue {
	for _, k := range keys {
		v = v.get(k)
	}
	return v
}

// first is an array's first element, and any other value itself.
func (v jsonValue) first() jsonValue {
	if !v.isArray() {
		return v
	}
	for c := range v.children {
		return c
	}
	return jsonValue{}
}

// children yields the members of an object or the elements of an array.
func (v jsonValue) children(yield func(jsonValue) bool) {
	if v.d == nil || v.kind() < jsonArray {
		return
	}
	end := v.node().next
	for i := v.i + 1; i < end; i = v.d.nodes[i].next {
		if !yield(jsonValue{v.d, i}) {
			return
		}
	}
}
