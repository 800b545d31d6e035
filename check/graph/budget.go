package graph

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

// tooMuch is the share of a limit, in percent, at which no more is asked: the
// rest belongs to the CRM, which sends with the same app.
const tooMuch = 90

// shortPause is how long nothing is asked when Meta asks for less and names no
// time.
const shortPause = time.Minute

// A budget keeps, for one token at one host, until when Meta wants to be left
// alone. It outlives a client, because every run of the checks has a client of
// its own and pressing the key again must not go round the pause.
type budget struct {
	mu    sync.Mutex
	until time.Time
	why   string
	// since is when a high use was first told. A run that was under way then may
	// end, so that its answers do not hang on which of them came first: it has some
	// fifteen questions at most. Zero: Meta refused, and nobody asks any more.
	since time.Time
}

var (
	budgetsMu sync.Mutex
	budgets   = map[[sha256.Size]byte]*budget{}
)

// budgetOf finds the budget by a hash: the token is not kept here.
func budgetOf(host, token string) *budget {
	key := sha256.Sum256([]byte(host + "\x00" + token))
	budgetsMu.Lock()
	defer budgetsMu.Unlock()
	b := budgets[key]
	if b == nil {
		b = &budget{}
		budgets[key] = b
	}
	return b
}

// pause is the reason why a client that was made then may not ask now, nil when
// there is none.
func (b *budget) pause(now, made time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Before(b.until) && !made.Before(b.since) {
		return &Pause{Until: b.until, Why: b.why}
	}
	return nil
}

// refused is Meta's no: nothing is asked until then.
func (b *budget) refused(until time.Time, why string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.since = time.Time{}
	if until.After(b.until) {
		b.until, b.why = until, why
	}
}

// used is a use so high that no further run begins until then.
func (b *budget) used(at, until time.Time, why string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !at.Before(b.until) { // the pause before, if any, is over
		b.since = at
	}
	if until.After(b.until) {
		b.until, b.why = until, why
	}
}

// learn reads what an answer says of the limits: the usage headers, Retry-After
// and the throttling codes.
func (b *budget) learn(header func(string) string, e *Error, at time.Time) {
	share, name, wait := usage(header)
	if s, err := strconv.Atoi(header("Retry-After")); err == nil && s > 0 {
		wait = max(wait, time.Duration(min(s, 24*60*60))*time.Second)
	}
	switch {
	case e != nil && e.Throttled():
		b.refused(at.Add(max(wait, shortPause)), "Meta answered that it is asked too often ("+e.Number()+")")
	case share >= tooMuch:
		b.used(at, at.Add(max(wait, shortPause)), fmt.Sprintf("%d %% of what Meta allows this app is used (%s)", share, name))
	}
}

type usageRow struct {
	Type  text   `json:"type"`
	Calls number `json:"call_count"`
	CPU   number `json:"total_cputime"`
	Time  number `json:"total_time"`
	Wait  number `json:"estimated_time_to_regain_access"` // minutes
}

// usage is the highest share of any limit, in percent, what it is of, and how
// long Meta says it takes until it is free again.
func usage(header func(string) string) (share int64, name string, wait time.Duration) {
	note := func(r usageRow, what string) {
		if s := max(r.Calls.or(0), r.CPU.or(0), r.Time.or(0)); s > share {
			share, name = s, what
		}
		if m := r.Wait.or(0); m > 0 {
			wait = max(wait, time.Duration(min(m, 24*60))*time.Minute)
		}
	}
	var app usageRow
	if json.Unmarshal([]byte(header("X-App-Usage")), &app) == nil {
		note(app, "calls of the app")
	}
	var cases map[string]list[usageRow]
	if json.Unmarshal([]byte(header("X-Business-Use-Case-Usage")), &cases) == nil {
		for _, rows := range cases {
			for _, r := range rows.items {
				note(r, strings.ReplaceAll(string(r.Type), "_", " "))
			}
		}
	}
	return share, name, wait
}
