package store

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strconv"
	"strings"

	"unsent/model"
)

// A digest names a message in 112 bits of the SHA-256 of its identity: key says
// where to look, and tag must agree too.
type digest struct {
	key int64 // 48 bits: SQLite keeps it in seven bytes
	tag int64
}

func digestOf(identity string) digest {
	sum := sha256.Sum256([]byte(identity))
	return digest{
		key: int64(binary.BigEndian.Uint64(sum[:8]) >> 16),
		tag: int64(binary.BigEndian.Uint64(sum[8:16])),
	}
}

// signature tells attempts of one message apart by when and how it failed.
// 48 bits are plenty among the few attempts of one message.
func signature(f *model.Failure) int64 {
	var at, status [20]byte
	when := append(at[:0], f.AtText...)
	if !f.At.IsZero() {
		when = strconv.AppendInt(at[:0], f.At.UnixMilli(), 10)
	}
	var room [512]byte
	b := append(binary.AppendUvarint(room[:0], uint64(len(when))), when...)
	add := func(part string) { b = append(binary.AppendUvarint(b, uint64(len(part))), part...) }
	add(string(f.Code))
	add(f.Vendor.System)
	add(f.Vendor.Code)
	add(string(strconv.AppendInt(status[:0], int64(f.HTTPStatus), 10)))
	add(f.Subcode)
	add(f.Status)
	add(f.Details)
	sum := sha256.Sum256(b)
	return int64(binary.BigEndian.Uint64(sum[:8]) >> 16)
}

// number reads E.164 digits (or any other number without a leading zero) so
// that its prefixes can be searched for; false for anything else.
func number(s string) (int64, bool) {
	if len(s) == 0 || len(s) > 18 || s[0] == '0' {
		return 0, false
	}
	var n int64
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int64(s[i]-'0')
	}
	return n, true
}

// mentionKey is the key of an id in the table "mention": a number is itself,
// anything else a hash below zero, whatever its letters' case. 62 bits are not
// verified: among ten million ids a search meets a wrong one once in 10^11.
func mentionKey(id string) int64 {
	if n, ok := number(id); ok {
		return n
	}
	return textKey(id)
}

func textKey(id string) int64 {
	sum := sha256.Sum256([]byte(strings.ToLower(id)))
	return -1 - int64(binary.BigEndian.Uint64(sum[:8])>>2)
}

// recipientKey is what a failure's row keeps of its recipient, by which people are told
// apart and counted. It is above zero exactly when it is the recipient's number, and 0
// where a number has lost digits: what is left of it may be anybody's.
func recipientKey(f *model.Failure) int64 {
	lost := slices.Contains(f.Flags, model.FlagRecipientDamaged) || slices.Contains(f.Flags, model.FlagRecipientMasked)
	switch {
	case f.Recipient != "" && !lost:
		return mentionKey(f.Recipient)
	case f.RecipientUser != "":
		return textKey(f.RecipientUser)
	}
	return 0
}

// A sieve answers "surely not in this run" for most of the messages that are not,
// without a look into the database. It is a Bloom filter with 12 bits a message
// (wrong for about one in 200), and grows by layers, each twice the last.
type sieve struct {
	run    int64
	layers []layer
}

type layer struct {
	bits []uint64
	free int
}

// newSieve has room for about n messages before it grows.
func newSieve(run int64, n int) *sieve {
	s := &sieve{run: run}
	s.grow(max(n, 1_000))
	return s
}

func (s *sieve) grow(n int) {
	s.layers = append(s.layers, layer{make([]uint64, (n*12+63)/64), n})
}

func (s *sieve) add(d digest) {
	last := len(s.layers) - 1
	if s.layers[last].free == 0 {
		s.grow(2 * len(s.layers[last].bits) * 64 / 12)
		last++
	}
	l := &s.layers[last]
	l.free--
	step, size := uint64(d.tag)|1, uint64(len(l.bits)*64)
	for i := range uint64(6) {
		bit := (uint64(d.key) + i*step) % size
		l.bits[bit/64] |= 1 << (bit % 64)
	}
}

func (s *sieve) maybe(d digest) bool {
	step := uint64(d.tag) | 1
next:
	for _, l := range s.layers {
		size := uint64(len(l.bits) * 64)
		for i := range uint64(6) {
			bit := (uint64(d.key) + i*step) % size
			if l.bits[bit/64]&(1<<(bit%64)) == 0 {
				continue next
			}
		}
		return true
	}
	return false
}
