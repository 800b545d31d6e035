package store

import (
	"encoding/binary"
	"strings"
)

// A place says where in the raw row a payload stands, so that it is not kept
// twice. Rows of a table hold it with its quotation marks doubled.
type place struct {
	kind     byte // 0: nowhere, the payload is kept by itself
	from, to int
}

const (
	placeVerbatim = 'v'
	placeDoubled  = 'd'
)

// locate finds payload in raw. doubled is scratch space.
func locate(raw, payload string, doubled *[]byte) place {
	if len(payload) < 32 {
		return place{}
	}
	if strings.IndexByte(payload, '"') < 0 || !strings.Contains(raw, `""`) {
		return verbatim(raw, payload)
	}
	b := (*doubled)[:0]
	for rest := payload; ; {
		i := strings.IndexByte(rest, '"')
		if i < 0 {
			b = append(b, rest...)
			break
		}
		b = append(b, rest[:i]...)
		b = append(b, '"', '"')
		rest = rest[i+1:]
	}
	*doubled = b
	if at := strings.Index(raw, string(b)); at >= 0 {
		return place{placeDoubled, at, at + len(b)}
	}
	return verbatim(raw, payload)
}

func verbatim(raw, payload string) place {
	if at := strings.Index(raw, payload); at >= 0 {
		return place{placeVerbatim, at, at + len(payload)}
	}
	return place{}
}

// in is the payload that stands in raw at p.
func (p place) in(raw string) string {
	if p.kind == 0 || p.from > p.to || p.to > len(raw) {
		return ""
	}
	s := raw[p.from:p.to]
	if p.kind == placeDoubled {
		s = strings.ReplaceAll(s, `""`, `"`)
	}
	return s
}

func (p place) append(b []byte, field uint64) []byte {
	if p.kind == 0 {
		return b
	}
	var buf [1 + 2*binary.MaxVarintLen64]byte
	v := append(buf[:0], p.kind)
	v = binary.AppendUvarint(v, uint64(p.from))
	v = binary.AppendUvarint(v, uint64(p.to))
	b = binary.AppendUvarint(b, field)
	b = binary.AppendUvarint(b, uint64(len(v)))
	return append(b, v...)
}

func readPlace(v string) (place, error) {
	if v == "" {
		return place{}, errFacts
	}
	b := []byte(v[1:])
	from, n := binary.Uvarint(b)
	if n <= 0 {
		return place{}, errFacts
	}
	to, m := binary.Uvarint(b[n:])
	if m <= 0 || from > 1<<40 || to > 1<<40 {
		return place{}, errFacts
	}
	return place{v[0], int(from), int(to)}, nil
}
