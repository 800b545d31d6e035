package store

import (
	"database/sql/driver"
	"sync"

	"modernc.org/sqlite"
)

// handFunction is a function of SQL that hands the values of a block to Go where
// SQLite has them. Reading half a gigabyte row by row makes as much garbage, and
// costs a third of the time more. It answers 0: no row is wanted beside.
const handFunction = "unsent_hand"

// hands are those who take blocks at present, by the number that the function is
// called with. They may not keep what they are given.
type hands struct {
	mu   sync.Mutex
	last int64
	take map[int64]func(first int64, failures, head, body []byte) error
}

func (h *hands) add(take func(first int64, failures, head, body []byte) error) int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.take == nil {
		h.take = map[int64]func(int64, []byte, []byte, []byte) error{}
	}
	h.last++
	h.take[h.last] = take
	return h.last
}

func (h *hands) remove(hand int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.take, hand)
}

func (h *hands) of(hand int64) func(first int64, failures, head, body []byte) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.take[hand]
}

// function is what a connection needs to know handFunction.
func (h *hands) function() *sqlite.FunctionImpl {
	return &sqlite.FunctionImpl{
		NArgs:        5,
		VolatileArgs: true,
		Scalar: func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
			hand, isHand := args[0].(int64)
			first, isPlace := args[1].(int64)
			var blobs [3][]byte
			for i := range blobs {
				b, ok := args[2+i].([]byte)
				if !ok { // the file says that it is something else
					return nil, errFacts
				}
				blobs[i] = b
			}
			take := h.of(hand)
			if !isHand || !isPlace || take == nil {
				return nil, errFacts
			}
			return int64(0), take(first, blobs[0], blobs[1], blobs[2])
		},
	}
}
