package triage

import (
	"encoding/binary"
	"hash/fnv"
	"time"

	"unsent/model"
)

// How long a plan waits. Both articles ask for 30 to 60 seconds before the first
// retry and for more before each further one; the rest is our judgement.
const (
	FirstWait = 60 * time.Second // the longest first wait; jitter takes up to half of it away
	LeastWait = FirstWait / 2
	LongWait  = 15 * time.Minute // no wait grows beyond this, unless the first one was longer
	Retries   = 5                // of one message: with their waits half an hour, after which no fault is a passing one

	// Meta allows about one message in six seconds between one business number
	// and one person (131056). The plan keeps it for the person, whatever number
	// sends.
	PairSpace = 6 * time.Second

	HeldWait    = 24 * time.Hour // 131049: Meta's error page, 2026-09-11
	HeldRetries = 1              // 131049: each further try prolongs the hold

	// A batch that is sent at once makes the next rate limit. Ten a second from
	// one number is an eighth of what a number may send by default.
	SendsPerMinute = 600
)

// ladder gives the waits before the retries from number n on, the first of them
// for retry n: each is between the rung below and its own, where the rungs are
// half of first, first, twice as much, and so on. So no wait is shorter than the
// one before. They are the same for the same message.
func ladder(id model.MessageID, n int, first time.Duration) []time.Duration {
	longest := max(LongWait, 2*first)
	var out []time.Duration
	for i, below, rung := 1, first/2, first; i <= Retries; i++ {
		if i >= n {
			out = append(out, (below + time.Duration(jitter(id, i)%uint64(rung-below+1))).Truncate(time.Second))
		}
		below, rung = rung, min(2*rung, longest)
	}
	return out
}

// jitter is the jitter of retry n of a message: any number, evenly, and the same
// one each time it is asked for.
func jitter(id model.MessageID, n int) uint64 {
	x := uint64(id)*0x9e3779b97f4a7c15 + uint64(n)*0xd1b54a32d192ed03 // splitmix64's finish follows
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// planHash is a number for texts, so that a plan of a million messages remembers no
// text. Two texts in 2^64 having one number leaves a message out, never in.
func planHash(parts ...string) uint64 {
	h := fnv.New64a()
	var n [8]byte
	for _, s := range parts {
		binary.LittleEndian.PutUint64(n[:], uint64(len(s)))
		h.Write(n[:])
		h.Write([]byte(s))
	}
	return h.Sum64()
}

// A sendMinute is a minute of one sending number.
type sendMinute struct {
	sender uint64
	at     int64 // minutes since 1970
}

// A sendPace hands out the seconds at which one number sends, SendsPerMinute at most
// in each minute.
type sendPace struct {
	taken map[sendMinute]int
	next  map[sendMinute]int64 // a full minute -> one behind it that may have room
}

// room is the first moment from t on at which sender may send, in seconds since
// 1970.
func (p *sendPace) room(sender uint64, t int64) int64 {
	m := sendMinute{sender, floorBy(t, 60)}
	for p.taken[m] >= SendsPerMinute {
		m.at = max(m.at+1, p.next[m])
	}
	if m.at != floorBy(t, 60) {
		p.next[sendMinute{sender, floorBy(t, 60)}] = m.at
		t = m.at*60 + int64(p.taken[m]*60/SendsPerMinute)
	}
	return t
}

func (p *sendPace) take(sender uint64, t int64) { p.taken[sendMinute{sender, floorBy(t, 60)}]++ }

func floorBy(n, step int64) int64 {
	q := n / step
	if n%step < 0 {
		q--
	}
	return q
}
