package metasim

import (
	"errors"
	"slices"
	"strings"
)

// A field is one entry of a "fields" parameter:
// "health_status.phone_number(123)", "events{id,timestamp}".
type field struct {
	name string
	args map[string]string // what stands behind the dots
	sub  []field           // what is asked of the value; nil: all of it
}

var errSyntax = errors.New("the fields are not well formed")

// parseFields reads a "fields" parameter.
func parseFields(s string) ([]field, error) {
	if len(s) > 8<<10 {
		return nil, errSyntax
	}
	p := fieldReader{s}
	list, err := p.list(0)
	if err == nil && p.rest != "" {
		err = errSyntax
	}
	return list, err
}

type fieldReader struct{ rest string }

func (p *fieldReader) skip(c byte) bool {
	p.rest = strings.TrimLeft(p.rest, " ")
	if p.rest == "" || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

// until takes everything before the first of the signs, or all that is left.
func (p *fieldReader) until(signs string) string {
	i := strings.IndexAny(p.rest, signs)
	if i < 0 {
		i = len(p.rest)
	}
	word := strings.TrimSpace(p.rest[:i])
	p.rest = p.rest[i:]
	return word
}

func (p *fieldReader) list(depth int) ([]field, error) {
	if depth > 8 {
		return nil, errSyntax
	}
	var out []field
	for {
		f := field{name: p.until(",.{}()")}
		if f.name == "" {
			return nil, errSyntax
		}
		for p.skip('.') {
			name := p.until(",.{}()")
			if !p.skip('(') {
				return nil, errSyntax
			}
			if f.args == nil {
				f.args = map[string]string{}
			}
			f.args[name] = p.until(")")
			if !p.skip(')') {
				return nil, errSyntax
			}
		}
		if p.skip('{') {
			sub, err := p.list(depth + 1)
			if err != nil {
				return nil, err
			}
			if !p.skip('}') {
				return nil, errSyntax
			}
			f.sub = sub
		}
		out = append(out, f)
		if !p.skip(',') {
			return out, nil
		}
	}
}

// choose leaves of a value what is asked of it.
func choose(v any, sub []field) any {
	if sub == nil {
		return v
	}
	switch v := v.(type) {
	case map[string]any:
		if data, ok := v["data"]; ok {
			return map[string]any{"data": choose(data, sub)}
		}
		out := map[string]any{}
		for _, f := range sub {
			if part, ok := v[f.name]; ok {
				out[f.name] = choose(part, f.sub)
			}
		}
		if id, ok := v["id"]; ok {
			out["id"] = id
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = choose(v[i], sub)
		}
		return out
	}
	return v
}

// view is what a question for fields gets of something of a kind. The id comes
// along whether it was asked for or not. unknown is a field that there is not.
func view(kind string, values map[string]any, asked []field, refused []string) (out map[string]any, unknown string) {
	if asked == nil {
		names := usual[kind]
		if names == nil {
			names = known[kind]
		}
		for _, name := range names {
			asked = append(asked, field{name: name})
		}
	}
	out = map[string]any{}
	for _, f := range asked {
		if !slices.Contains(known[kind], f.name) || slices.Contains(refused, f.name) {
			return nil, f.name
		}
		if v, ok := values[f.name]; ok {
			out[f.name] = choose(v, f.sub)
		}
	}
	if id, ok := values["id"]; ok {
		out["id"] = id
	}
	return out, ""
}
