package store

import (
	"encoding/binary"
	"strings"

	"unsent/model"
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

// maxTries is how many places of a row that begin like a payload are compared with it.
const maxTries = 16

// standsAt is where raw has payload: at a place that the reader of the log knows, or where
// it is found.
func standsAt(at model.Place, raw, payload string) place {
	if at.To <= at.From || at.To > len(raw) || len(payload) < leastPlaced {
		return locate(raw, payload)
	}
	if at.Doubled && strings.Count(payload, `"`) == at.To-at.From-len(payload) {
		return place{placeDoubled, at.From, at.To}
	}
	if !at.Doubled && raw[at.From:at.To] == payload {
		return place{placeVerbatim, at.From, at.To}
	}
	return locate(raw, payload)
}

// leastPlaced is how many bytes a payload has for which it is worth remembering where it
// stands.
const leastPlaced = 32

// locate finds payload in raw.
func locate(raw, payload string) place {
	if len(payload) < leastPlaced {
		return place{}
	}
	if strings.IndexByte(payload, '"') < 0 || !strings.Contains(raw, `""`) {
		return verbatim(raw, payload)
	}
	// What begins like the payload is looked at closer, a few times: a row may be made
	// so that all of it does. A payload that is not found is kept by itself.
	begins := strings.ReplaceAll(payload[:12], `"`, `""`)
	for at, tries := 0, 0; ; at, tries = at+1, tries+1 {
		i := strings.Index(raw[at:], begins)
		if i < 0 || tries == maxTries {
			return verbatim(raw, payload)
		}
		at += i
		if n := doubledPrefix(raw[at:], payload); n > 0 {
			return place{placeDoubled, at, at + n}
		}
	}
}

// doubledPrefix is the length of what raw begins with when that is payload with its
// quotation marks doubled, 0 otherwise.
func doubledPrefix(raw, payload string) int {
	at := 0
	for part := range strings.SplitAfterSeq(payload, `"`) {
		if !strings.HasPrefix(raw[at:], part) {
			return 0
		}
		if at += len(part); strings.HasSuffix(part, `"`) {
			if at == len(raw) || raw[at] != '"' {
				return 0
			}
			at++
		}
	}
	return at
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
