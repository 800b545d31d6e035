package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"slices"

	"github.com/klauspost/compress/s2"
)

// A text is what was read of one failure and no query asks for: its facts (see
// fields.go), the payloads and the row of the file. Texts are nine tenths of all
// bytes of a log and repeat each other, so they stand in compressed blocks of
// some hundred. A text never changes: a message that fails again gets another,
// and its history refers to the first.
type text struct {
	facts                  []byte
	request, response, raw string
	gone                   bool // it was removed; its place stays
}

// A block ends with so many texts or bytes of payload, whichever comes first. It is
// compressed in pieces of a few texts: larger ones would be smaller together, and take
// longer when one is looked at.
const (
	blockTexts = 128
	blockBytes = 256 << 10
	pieceTexts = 32
)

// A block holds texts on their way into the table "block". The first has the
// row's number, the next ones follow.
type block struct {
	first int64
	texts int
	sizes []byte // four numbers for each text
	facts []byte // of the piece under way
	body  []byte
	done  [2][]byte // the pieces before it: facts and body
	head  []byte    // scratch space, as is the next
	small []byte
}

func (b *block) add(t *text) {
	if b.texts > 0 && b.texts%pieceTexts == 0 {
		b.end()
	}
	facts := len(t.facts) + 1
	if t.gone {
		facts = 0
	}
	for _, n := range [...]int{facts, len(t.request), len(t.response), len(t.raw)} {
		b.sizes = binary.AppendUvarint(b.sizes, uint64(n))
	}
	b.facts = append(b.facts, t.facts...)
	b.body = append(b.body, t.request...)
	b.body = append(b.body, t.response...)
	b.body = append(b.body, t.raw...)
	b.texts++
}

// end ends a piece.
func (b *block) end() {
	b.done[0], b.done[1] = b.section(b.done[0], b.facts), b.section(b.done[1], b.body)
	b.facts, b.body = b.facts[:0], b.body[:0]
}

// section appends a part of a value, compressed and behind its length.
func (b *block) section(to, part []byte) []byte {
	b.small = s2.Encode(b.small[:cap(b.small)], part)
	return append(binary.AppendUvarint(to, uint64(len(b.small))), b.small...)
}

// pack is the block as two values: how long everything is, with the facts in pieces,
// and everything else in pieces. They are good until the next call.
func (b *block) pack() (head, body []byte) {
	b.end()
	b.head = b.section(b.head[:0], b.sizes)
	b.head = append(b.head, b.done[0]...)
	return b.head, b.done[1]
}

// begin empties the block, whose first text gets the number next.
func (b *block) begin(next int64) {
	b.first, b.texts = next, 0
	b.sizes, b.facts, b.body, b.done[0], b.done[1] = b.sizes[:0], b.facts[:0], b.body[:0], b.done[0][:0], b.done[1][:0]
	const spare = 4 * blockBytes
	if cap(b.body) > spare { // one row of megabytes must not be remembered
		b.body, b.small, b.done[1] = nil, nil, nil
	}
}

// maxBlock is the most that a block may claim to hold: a database is a file that
// somebody may have been sent.
const maxBlock = 1 << 28

// maxTexts is the same for how many texts, of which some more than blockTexts are
// allowed for what another version of the program has written.
const maxTexts = 1 << 12

// cutSection takes the first section off a value.
func cutSection(b []byte) (packed, rest []byte, err error) {
	n, size := binary.Uvarint(b)
	if size <= 0 || n > uint64(len(b)-size) {
		return nil, nil, errFacts
	}
	return b[size : size+int(n)], b[size+int(n):], nil
}

// decode unpacks a section behind what is in space.
func decode(space, packed []byte) ([]byte, error) {
	n, err := s2.DecodedLen(packed)
	if err != nil || n > maxBlock-len(space) {
		return space, errFacts
	}
	space = slices.Grow(space, n)
	if _, err := s2.Decode(space[len(space):len(space)+n], packed); err != nil {
		return space, errFacts
	}
	return space[:len(space)+n], nil
}

// readSizes reads how long the texts of a block are: for each its facts and one,
// or 0 where it is gone, its request, response and row.
func readSizes(into []int, b []byte) ([]int, error) {
	for len(b) > 0 {
		n, size := binary.Uvarint(b)
		if size <= 0 || n > maxBlock || len(into) == 4*maxTexts {
			return nil, errFacts
		}
		into, b = append(into, int(n)), b[size:]
	}
	if len(into)%4 != 0 {
		return nil, errFacts
	}
	return into, nil
}

// unpack reads a block's two values; body may be nil, then texts have their
// facts only. Of pieces that have none of the wanted texts, these are left empty; all are
// wanted when there is no list.
func unpack(head, body []byte, wanted ...int64) ([]text, error) {
	part, head, err := cutSection(head)
	if err != nil {
		return nil, err
	}
	if part, err = decode(nil, part); err != nil {
		return nil, err
	}
	sizes, err := readSizes(make([]int, 0, 4*blockTexts), part)
	if err != nil {
		return nil, err
	}
	texts := make([]text, len(sizes)/4)
	for from := 0; from < max(len(texts), 1); from += pieceTexts {
		to := min(from+pieceTexts, len(texts))
		facts, payloads := []byte(nil), []byte(nil)
		if facts, head, err = cutSection(head); err != nil {
			return nil, err
		}
		if body != nil {
			if payloads, body, err = cutSection(body); err != nil {
				return nil, err
			}
		}
		if len(wanted) > 0 && !slices.ContainsFunc(wanted, func(i int64) bool { return i >= int64(from) && i < int64(to) }) {
			for i := from; i < to; i++ {
				texts[i].gone = sizes[4*i] == 0
			}
			continue
		}
		if err := unpackPiece(texts[from:to], sizes[4*from:4*to], facts, payloads); err != nil {
			return nil, err
		}
	}
	return texts, nil
}

// unpackPiece reads one piece; payloads may be nil.
func unpackPiece(texts []text, sizes []int, facts, payloads []byte) error {
	facts, err := decode(nil, facts)
	if err != nil {
		return err
	}
	var all string
	if payloads != nil {
		b, err := decode(nil, payloads)
		if err != nil {
			return err
		}
		all = string(b)
	}
	cut := func(n int) (part string, ok bool) {
		if payloads == nil {
			return "", true
		}
		if n > len(all) {
			return "", false
		}
		part, all = all[:n], all[n:]
		return part, true
	}
	for i := range texts {
		t, size := &texts[i], sizes[4*i:]
		if t.gone = size[0] == 0; t.gone {
			continue
		}
		n := size[0] - 1
		if n > len(facts) {
			return errFacts
		}
		t.facts, facts = facts[:n:n], facts[n:]
		var a, b, c bool
		t.request, a = cut(size[1])
		t.response, b = cut(size[2])
		if t.raw, c = cut(size[3]); !a || !b || !c {
			return errFacts
		}
	}
	return nil
}

// blocksOf finds the blocks in which the texts of a JSON list of numbers stand.
const blocksOf = `FROM block WHERE first IN (SELECT (SELECT max(first) FROM block WHERE first <= j.value) FROM json_each(?) AS j) ORDER BY first`

// eachText calls give for each of some texts, in the order of their numbers; full
// is for payloads too. A text that is not there is an errFacts: whoever asked for
// it read its number before it went.
func eachText(ctx context.Context, q querier, numbers []int64, full bool, give func(number int64, t *text) error) error {
	numbers = slices.Compact(slices.Sorted(slices.Values(numbers)))
	if len(numbers) == 0 {
		return nil
	}
	columns := "SELECT first, head, NULL "
	if full {
		columns = "SELECT first, head, body "
	}
	rows, err := q.QueryContext(ctx, columns+blocksOf, ids(numbers))
	err = each(rows, err, func(r *sql.Rows) error {
		var first int64
		var head, body sql.RawBytes
		if err := r.Scan(&first, &head, &body); err != nil {
			return err
		}
		var mine []int64
		for _, n := range numbers {
			if n-first >= maxTexts {
				break
			}
			mine = append(mine, n-first)
		}
		texts, err := unpack(head, body, mine...)
		if err != nil {
			return err
		}
		for len(numbers) > 0 && numbers[0] < first+int64(len(texts)) {
			at := numbers[0] - first
			if at < 0 || texts[at].gone {
				return errFacts
			}
			if err := give(numbers[0], &texts[at]); err != nil {
				return err
			}
			numbers = numbers[1:]
		}
		return nil
	})
	if err == nil && len(numbers) > 0 {
		err = errFacts
	}
	return err
}

const insertBlock = "INSERT OR FAIL INTO block (first, failures, head, body) VALUES (?, ?, ?, ?)"

// An owner says whose text stands at a place of a block.
type owner struct {
	place   int
	failure int64
}

// packOwners is what a block keeps of them: the numbers of all its texts'
// failures, each as the difference from the one before. Where a text is gone, the
// number is that of the one before and means nothing.
func packOwners(owners []owner, texts int) []byte {
	var b []byte
	last := int64(0)
	for i := range texts {
		failure := last
		if len(owners) > 0 && owners[0].place == i {
			failure, owners = owners[0].failure, owners[1:]
		}
		b = binary.AppendVarint(b, failure-last)
		last = failure
	}
	return b
}

// unpackOwners are the failures of a block's texts.
func unpackOwners(b []byte) ([]int64, error) {
	failures := make([]int64, 0, blockTexts)
	last := int64(0)
	for len(b) > 0 {
		d, n := binary.Varint(b)
		if n <= 0 {
			return nil, errFacts
		}
		last, b = last+d, b[n:]
		failures = append(failures, last)
	}
	return failures, nil
}

// dropTexts empties the texts that a list of numbers names, and removes blocks
// that have none left.
func dropTexts(t *session, numbers []int64) error {
	numbers = slices.Compact(slices.Sorted(slices.Values(numbers)))
	var fresh block
	for len(numbers) > 0 {
		var first int64
		var head, body []byte
		found, err := t.scan("SELECT first, head, body FROM block WHERE first <= ? ORDER BY first DESC LIMIT 1", []any{numbers[0]}, &first, &head, &body)
		if err != nil {
			return err
		}
		if !found {
			return errors.New("a text has no block")
		}
		texts, err := unpack(head, body)
		if err != nil {
			return err
		}
		if numbers[0] >= first+int64(len(texts)) {
			return errors.New("a text has no block")
		}
		for len(numbers) > 0 && numbers[0] < first+int64(len(texts)) {
			texts[numbers[0]-first] = text{gone: true}
			numbers = numbers[1:]
		}
		fresh.begin(first)
		for i := range texts {
			fresh.add(&texts[i])
		}
		if !slices.ContainsFunc(texts, func(t text) bool { return !t.gone }) {
			err = t.exec("DELETE FROM block WHERE first = ?", first)
		} else {
			head, body = fresh.pack()
			err = t.exec("UPDATE block SET head = ?, body = ? WHERE first = ?", head, body, first)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
