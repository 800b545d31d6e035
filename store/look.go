package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"slices"
)

// A looker looks through one block after the other. It belongs to one goroutine.
type looker struct {
	needles []needle
	worded  map[int64]byte
	s       *Store
	counted int64 // the block whose bytes tell which are rare

	headBytes, body []byte // scratch space, as is all below
	sizes           []int
	hit             []bool
}

// recount is after how many places of texts bytes are counted again: other files
// have other ones.
const recount = 64 * blockTexts

// block is which messages of a block have the text.
func (l *looker) block(ctx context.Context, b *grepped) ([]int64, error) {
	facts, err := l.unpack(b)
	if err != nil {
		return nil, err
	}
	if l.counted == 0 || l.counted-b.first >= recount {
		l.counted = b.first
		var counts [256]int
		for _, c := range l.body[:min(len(l.body), 64<<10)] {
			counts[c]++
		}
		for i := range l.needles {
			l.needles[i].choose(&counts)
		}
	}
	for i := range l.needles {
		l.lookBody(&l.needles[i])
	}
	if err := l.lookFacts(facts); err != nil {
		return nil, err
	}
	if len(l.worded) > 0 && slices.Contains(l.hit, false) {
		if err := l.lookWordings(ctx, b, facts); err != nil {
			return nil, err
		}
	}
	if !slices.Contains(l.hit, true) {
		return nil, nil
	}
	failures, err := unpackOwners(b.failures)
	if err != nil {
		return nil, err
	}
	if len(failures) < len(l.hit) {
		return nil, errFacts
	}
	var found []int64
	for i := len(l.hit) - 1; i >= 0; i-- {
		if l.hit[i] && !slices.Contains(found, failures[i]) {
			found = append(found, failures[i])
		}
	}
	return found, nil
}

// unpack makes a block ready to be looked through, and answers its facts. It is
// unpack of text.go without a text for each.
func (l *looker) unpack(b *grepped) (facts []byte, err error) {
	part, rest, err := cutSection(b.head)
	if err != nil {
		return nil, err
	}
	if l.headBytes, err = decode(l.headBytes[:0], part); err != nil {
		return nil, err
	}
	if l.sizes, err = readSizes(l.sizes[:0], l.headBytes); err != nil {
		return nil, err
	}
	if l.headBytes, err = joined(l.headBytes[:0], rest); err != nil {
		return nil, err
	}
	if l.body, err = joined(l.body[:0], b.body); err != nil {
		return nil, err
	}
	l.hit = l.hit[:0]
	var inFacts, inBody int
	for i, n := range l.sizes {
		if i%4 == 0 {
			l.hit = append(l.hit, false)
			inFacts += max(n-1, 0)
		} else {
			inBody += n
		}
	}
	if inFacts > len(l.headBytes) || inBody > len(l.body) {
		return nil, errFacts
	}
	return l.headBytes[:inFacts], nil
}

// joined unpacks all sections of a value into scratch space.
func joined(space, b []byte) ([]byte, error) {
	if cap(space) > 4*blockBytes {
		space = nil // one row of megabytes must not be remembered
	}
	for len(b) > 0 {
		part, rest, err := cutSection(b)
		if err != nil {
			return nil, err
		}
		if space, err = decode(space, part); err != nil {
			return nil, err
		}
		b = rest
	}
	return space, nil
}

// lookBody marks the texts that have the needle in a request, a response or a
// row of the file, and not across the border of two.
func (l *looker) lookBody(n *needle) {
	s := n.scan(l.body)
	p := s.next(0)
	end := 0
	for i := 0; p >= 0 && i < len(l.hit); i++ {
		for _, size := range l.sizes[4*i+1 : 4*i+4] {
			end += size
			for p >= 0 && p < end && !l.hit[i] {
				if l.hit[i] = p+len(n.text) <= end; !l.hit[i] {
					p = s.next(p + 1)
				}
			}
		}
		if p >= 0 && p < end { // of a text that has it already
			p = s.next(end)
		}
	}
}

// lookFacts marks the texts that have the needle in a field.
func (l *looker) lookFacts(facts []byte) error {
	n := &l.needles[0]
	s := n.scan(facts)
	p := s.next(0)
	end := 0
	for i := 0; p >= 0 && i < len(l.hit); i++ {
		begin := end
		end += max(l.sizes[4*i]-1, 0)
		if p >= end {
			continue
		}
		if !l.hit[i] {
			if err := eachField(facts[begin:end], func(field uint64, value []byte) {
				l.hit[i] = l.hit[i] || !unsaid(field) && len(value) >= len(n.text) && n.in(value)
			}); err != nil {
				return err
			}
		}
		p = s.next(end)
	}
	return nil
}

// unsaid reports whether a field is none that the log has said in words: what we
// made of it, and places.
func unsaid(field uint64) bool {
	switch field {
	case fieldZone, fieldCodeFrom, fieldLastInbound, fieldFlags, fieldLine, fieldRequestPlace, fieldResponsePlace, fieldFile:
		return true
	}
	return false
}

// lookWordings marks the texts whose wording has the needle in a part that they
// have no words of their own for.
func (l *looker) lookWordings(ctx context.Context, b *grepped, facts []byte) error {
	failures, err := unpackOwners(b.failures)
	if err != nil {
		return err
	}
	last := b.first + int64(len(l.hit)) - 1
	wordings := map[int64]int64{} // of texts
	rows, err := l.s.r.QueryContext(ctx, `SELECT text, wording FROM failure WHERE id IN (SELECT value FROM json_each(?1)) AND text BETWEEN ?2 AND ?3
		UNION ALL SELECT text, wording FROM attempt WHERE failure IN (SELECT value FROM json_each(?1)) AND text BETWEEN ?2 AND ?3`,
		ids(slices.Compact(slices.Sorted(slices.Values(failures)))), b.first, last)
	if err := each(rows, err, func(r *sql.Rows) error {
		var number, wording int64
		err := r.Scan(&number, &wording)
		wordings[number] = wording
		return err
	}); err != nil {
		return err
	}
	end := 0
	for i := range l.hit {
		begin := end
		end += max(l.sizes[4*i]-1, 0)
		parts := l.worded[wordings[b.first+int64(i)]]
		if l.hit[i] || parts == 0 {
			continue
		}
		if err := eachField(facts[begin:end], func(field uint64, _ []byte) {
			switch field {
			case fieldTitle:
				parts &^= inTitle
			case fieldMessage:
				parts &^= inMessage
			case fieldDetails:
				parts &^= inDetails
			}
		}); err != nil {
			return err
		}
		l.hit[i] = parts != 0
	}
	return nil
}

// eachField hands over the fields of a failure's facts.
func eachField(facts []byte, give func(field uint64, value []byte)) error {
	for len(facts) > 0 {
		field, n := binary.Uvarint(facts)
		if n <= 0 {
			return errFacts
		}
		facts = facts[n:]
		size, n := binary.Uvarint(facts)
		if n <= 0 || size > uint64(len(facts)-n) {
			return errFacts
		}
		give(field, facts[n:n+int(size)])
		facts = facts[n+int(size):]
	}
	return nil
}
