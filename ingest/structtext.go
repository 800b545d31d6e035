package ingest

import (
	"encoding/json"
	"strings"
)

// structJSON writes the text of a struct as JSON: Athena, Presto and Hive put
// {code=131026, title=Message undeliverable} into a cell, Spark's Python
// Row(code=131026, title='Message undeliverable'). Nothing is quoted in the former,
// so a value goes to the next ", name=" or to the bracket that closes the struct.
// False when s is no such text.
func structJSON(s string) (string, bool) {
	if len(s) > 1<<16 || !strings.Contains(s, "=") {
		return "", false
	}
	var b strings.Builder
	rest, ok := writeStruct(&b, s, 0)
	return b.String(), ok && strings.TrimSpace(rest) == ""
}

// writeStruct writes the value that s begins with, and returns what is behind it.
func writeStruct(b *strings.Builder, s string, depth int) (rest string, ok bool) {
	s = strings.TrimLeft(s, " ")
	if depth > 8 || s == "" {
		return s, false
	}
	switch {
	case strings.HasPrefix(s, "Row("):
		return writeFields(b, s[len("Row("):], depth)
	case s[0] == '{':
		return writeFields(b, s[1:], depth)
	case s[0] == '[':
		b.WriteByte('[')
		s = strings.TrimLeft(s[1:], " ")
		for n := 0; s != "" && s[0] != ']'; n++ {
			if n > 0 {
				b.WriteByte(',')
			}
			if s, ok = writeStruct(b, s, depth+1); !ok {
				return s, false
			}
			if s = strings.TrimLeft(s, " "); s == "" || s[0] != ',' && s[0] != ']' {
				return s, false
			}
			s = strings.TrimLeft(s, " ,")
		}
		b.WriteByte(']')
		return strings.TrimPrefix(s, "]"), s != ""
	}
	value, rest := structValue(s)
	if value == "null" || value == "None" {
		b.WriteString("null")
	} else {
		writeQuoted(b, value)
	}
	return rest, true
}

// writeFields writes "code=131026, title=x}" up to its bracket.
func writeFields(b *strings.Builder, s string, depth int) (rest string, ok bool) {
	b.WriteByte('{')
	for n := 0; ; n++ {
		s = strings.TrimLeft(s, " ,")
		if s != "" && (s[0] == '}' || s[0] == ')') {
			b.WriteByte('}')
			return s[1:], true
		}
		name := fieldName(s)
		if name == 0 {
			return s, false
		}
		if n > 0 {
			b.WriteByte(',')
		}
		writeQuoted(b, s[:name])
		b.WriteByte(':')
		if s, ok = writeStruct(b, s[name+1:], depth+1); !ok {
			return s, false
		}
	}
}

func writeQuoted(b *strings.Builder, s string) {
	text, err := json.Marshal(s)
	if err != nil {
		panic("ingest: a text that is no JSON: " + err.Error()) // every string is
	}
	b.Write(text)
}

// fieldName is the length of the name that s begins with when "=" is behind it.
func fieldName(s string) int {
	n := 0
	for n < len(s) && (isLetter(s[n]) || isDigit(s[n]) || s[n] == '_') {
		n++
	}
	if n < len(s) && s[n] == '=' {
		return n
	}
	return 0
}

// structValue cuts a value that is no struct and no list off the front of s.
func structValue(s string) (value, rest string) {
	if quote := s[0]; quote == '\'' || quote == '"' {
		for i := 1; i < len(s); i++ {
			switch s[i] {
			case '\\':
				i++
			case quote:
				return strings.ReplaceAll(s[1:i], `\`+string(quote), string(quote)), s[i+1:]
			}
		}
	}
	open := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == '(' || c == '[' || c == '{':
			open++
		case (c == ')' || c == ']' || c == '}') && open > 0:
			open--
		case c == ')' || c == ']' || c == '}', c == ',' && fieldName(strings.TrimLeft(s[i+1:], " ")) > 0:
			return strings.TrimSpace(s[:i]), s[i:]
		}
	}
	return s, ""
}
