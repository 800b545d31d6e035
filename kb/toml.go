package kb

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// decode reads the part of TOML 1.0 that the knowledge base is written in:
// tables [a.b], lists of tables [[a]], and keys with a string on one line, a whole
// number, true or false, or a list of strings or of numbers. It fills the
// fields of into that carry the names in a tag `toml:"name"`. Whatever else
// stands there is an error that names its line: a key that no field has, a key
// given twice, a value of another kind.
//
// Every start of the program reads all articles and the catalogue, and the first
// screen waits for them. A whole TOML reader takes ten times as long; the tests
// have one as the judge of this.
func decode(text string, into any) error {
	d := &decoder{rest: text, line: 1, names: map[reflect.Type][]string{}}
	root := reflect.ValueOf(into).Elem()
	if err := d.document(root); err != nil {
		return fmt.Errorf("line %d: %w", d.line, err)
	}
	return nil
}

type decoder struct {
	rest  string
	line  int
	names map[reflect.Type][]string // of the fields, by their index
}

func (d *decoder) document(root reflect.Value) error {
	table, given := root, uint64(0)
	for {
		d.blank(true)
		if d.rest == "" {
			return nil
		}
		var err error
		if d.rest[0] == '[' {
			table, err = d.header(root)
			given = 0
		} else {
			err = d.pair(table, &given)
		}
		if err != nil {
			return err
		}
		if d.blank(false); d.rest != "" && d.rest[0] != '\n' {
			return fmt.Errorf("%.20q stands behind it", d.rest)
		}
	}
}

// blank skips white space and comments, with lines or up to the end of this one.
func (d *decoder) blank(lines bool) {
	for d.rest != "" {
		switch c := d.rest[0]; {
		case c == '#':
			n := strings.IndexByte(d.rest, '\n')
			if n < 0 {
				n = len(d.rest)
			}
			d.rest = d.rest[n:]
			continue
		case c == '\n' && lines:
			d.line++
		case c == '\r' && strings.HasPrefix(d.rest, "\r\n"):
		case c != ' ' && c != '\t':
			return
		}
		d.rest = d.rest[1:]
	}
}

// take takes s off the text when it stands there.
func (d *decoder) take(s string) bool {
	rest, ok := strings.CutPrefix(d.rest, s)
	d.rest = rest
	return ok
}

// word takes a bare key.
func (d *decoder) word() (string, error) {
	n := strings.IndexFunc(d.rest, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-'
	})
	if n < 0 {
		n = len(d.rest)
	}
	if n == 0 {
		return "", fmt.Errorf("%.20q is no name", d.rest)
	}
	word := d.rest[:n]
	d.rest = d.rest[n:]
	return word, nil
}

// header opens the table that [a.b] or [[a]] begins.
func (d *decoder) header(root reflect.Value) (reflect.Value, error) {
	list := d.take("[[")
	if !list {
		d.take("[")
	}
	name, err := d.word()
	if err != nil {
		return root, err
	}
	i, err := d.field(root, name)
	if err != nil {
		return root, err
	}
	f := root.Field(i)
	switch {
	case list && f.Kind() == reflect.Slice && f.Type().Elem().Kind() == reflect.Struct:
		if !d.take("]]") {
			return root, errors.New("]] is missing")
		}
		f.Set(reflect.Append(f, reflect.Zero(f.Type().Elem())))
		return f.Index(f.Len() - 1), nil
	case !list && f.Kind() == reflect.Map && d.take("."):
		key, err := d.word()
		if err != nil {
			return root, err
		}
		if !d.take("]") {
			return root, errors.New("] is missing")
		}
		if f.IsNil() {
			f.Set(reflect.MakeMap(f.Type()))
		}
		if f.MapIndex(reflect.ValueOf(key)).IsValid() {
			return root, fmt.Errorf("%s.%s is there twice", name, key)
		}
		entry := reflect.New(f.Type().Elem().Elem())
		f.SetMapIndex(reflect.ValueOf(key), entry)
		return entry.Elem(), nil
	}
	return root, fmt.Errorf("%s is no table of this kind", name)
}

// field is the index of the field that a name belongs to.
func (d *decoder) field(table reflect.Value, name string) (int, error) {
	t := table.Type()
	names, ok := d.names[t]
	if !ok {
		for i := range t.NumField() {
			names = append(names, t.Field(i).Tag.Get("toml"))
		}
		d.names[t] = names
	}
	for i, n := range names {
		if n == name {
			return i, nil
		}
	}
	return 0, fmt.Errorf("nothing is called %s there", name)
}

// pair reads a key and its value. given has a bit for each field that the table
// has had already.
func (d *decoder) pair(table reflect.Value, given *uint64) error {
	name, err := d.word()
	if err != nil {
		return err
	}
	d.blank(false)
	if !d.take("=") {
		return fmt.Errorf("%s has no value", name)
	}
	d.blank(false)
	i, err := d.field(table, name)
	if err != nil {
		return err
	}
	if *given&(1<<i) != 0 {
		return fmt.Errorf("%s is there twice", name)
	}
	*given |= 1 << i
	if err := d.value(table.Field(i)); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func (d *decoder) value(to reflect.Value) error {
	switch to.Kind() {
	case reflect.String:
		s, err := d.text()
		to.SetString(s)
		return err
	case reflect.Int:
		n := 0
		for n < len(d.rest) && d.rest[n] >= '0' && d.rest[n] <= '9' {
			n++
		}
		i, err := strconv.Atoi(d.rest[:n])
		if err != nil || n > 1 && d.rest[0] == '0' {
			return errors.New("a whole number belongs here")
		}
		to.SetInt(int64(i))
		d.rest = d.rest[n:]
		return nil
	case reflect.Bool:
		yes := d.take("true")
		if !yes && !d.take("false") {
			return errors.New("true or false belongs here")
		}
		to.SetBool(yes)
		return nil
	case reflect.Slice:
		return d.list(to)
	}
	return errors.New("a table belongs here")
}

func (d *decoder) list(to reflect.Value) error {
	if !d.take("[") {
		return errors.New("a list belongs here")
	}
	to.Set(reflect.MakeSlice(to.Type(), 0, 4))
	for {
		if d.blank(true); d.take("]") {
			return nil
		}
		v := reflect.New(to.Type().Elem()).Elem()
		if err := d.value(v); err != nil {
			return err
		}
		to.Set(reflect.Append(to, v))
		if d.blank(true); !d.take(",") && !strings.HasPrefix(d.rest, "]") {
			return errors.New("the list is not closed")
		}
	}
}

// text takes a string. What it has no escapes in is used as it stands.
func (d *decoder) text() (string, error) {
	if d.rest == "" || d.rest[0] != '"' && d.rest[0] != '\'' || strings.HasPrefix(d.rest, `"""`) || strings.HasPrefix(d.rest, "'''") {
		return "", errors.New("a text in quotes belongs here, on one line")
	}
	quote := d.rest[0]
	for i := 1; i < len(d.rest); i++ {
		switch c := d.rest[i]; {
		case c == quote:
			s := d.rest[1:i]
			d.rest = d.rest[i+1:]
			return s, nil
		case c == '\\' && quote == '"':
			return d.escaped()
		case c < ' ' && c != '\t' || c == 0x7f:
			return "", errors.New("the text is not closed on its line")
		}
	}
	return "", errors.New("the text is not closed")
}

// escaped takes a string with escapes in it, which TOML and Go write alike but
// for those of Go's that TOML does not know.
func (d *decoder) escaped() (string, error) {
	quoted, err := strconv.QuotedPrefix(d.rest)
	if err != nil {
		return "", errors.New("the text is not closed, or an escape in it is wrong")
	}
	for i := 0; i < len(quoted); i++ {
		if quoted[i] != '\\' {
			continue
		}
		if i++; !strings.ContainsRune(`btnfr"\uU`, rune(quoted[i])) {
			return "", fmt.Errorf(`\%c is no escape`, quoted[i])
		}
	}
	d.rest = d.rest[len(quoted):]
	return strconv.Unquote(quoted)
}
