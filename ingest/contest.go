package ingest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"unsent/model"
	"unsent/safe"
)

// Several columns may claim one field: the status of a conversation beside that of
// the message, the number of the business beside the customer's, the columns of
// two tables that a query joined. Their names decide, and where those say equally
// much, their values in the first rows. A column that loses is not used at all:
// where the winner is blank it would put another thing's facts in its place. What
// neither tells is not guessed; somebody has to say it.

// A contest is the columns that claim one field, best name first.
type contest struct {
	m      *mapping
	claims []claim
	lost   []int // of m.cols
	doubt  []int
	notes  []string // of columns of one name
}

type claim struct {
	at     int // in m.cols
	key    string
	tier   int
	values []string // of the first rows
	filled int
	kinds  int // different values
}

// decide settles the contests of a table. The error names the columns of which
// nothing tells which one is meant.
func (m *mapping) decide(rows []row, line int) (notes []string, err error) {
	m.joinClocks(rows)
	m.believe()
	var doubts []string
	example := ""
	settle := func(fields []field, judge func(*contest)) {
		c := m.contest(rows, fields)
		judge(c)
		notes = append(notes, c.notes...)
		if len(c.doubt) > 0 {
			slices.Sort(c.doubt)
			c.doubt = slices.Compact(c.doubt)
			name := cmp.Or(fieldInfos[fields[0]].name, "message_id")
			doubts = append(doubts, c.describe(name))
			example = cmp.Or(example, fmt.Sprintf("--map %s=\"column %d\"", name, m.cols[c.doubt[0]].col+1))
		}
		m.drop(func(i int) bool { return slices.Contains(c.lost, i) })
	}
	settle([]field{fRecipient, fUserID}, (*contest).recipient)
	settle([]field{fStatus}, (*contest).status)
	for f := range nFields {
		if f != fRecipient && f != fUserID && f != fStatus {
			settle([]field{f}, func(c *contest) { c.twins(f) })
		}
	}
	m.order()
	if len(doubts) > 0 {
		err = &ColumnsError{Found: m.headers, Line: line, table: true, doubt: true,
			Reason: "several columns could be the same thing and contradict each other, and nothing tells which is meant: " + strings.Join(doubts, "; "),
			advice: "name the right ones by their numbers, for example " + example + "; where two tables stand side by side, save each in a file of its own"}
	}
	return notes, err
}

// decideOne is decide for objects, which come one by one: nobody can be asked about
// each kind, and one tells too little of what its columns hold.
func (m *mapping) decideOne(cells []string) {
	m.joinClocks([]row{{cells: cells}})
	m.believe()
	m.order()
}

// believe leaves what somebody named alone with its field.
func (m *mapping) believe() {
	asked := [nFields]bool{}
	for _, c := range m.cols {
		asked[c.f] = asked[c.f] || c.rank == askedRank
	}
	m.drop(func(i int) bool { return asked[m.cols[i].f] && m.cols[i].rank != askedRank })
}

func (m *mapping) contest(rows []row, fields []field) *contest {
	c := &contest{m: m}
	for i, col := range m.cols {
		if at := slices.Index(fields, col.f); at >= 0 && col.clock == 0 {
			tier := at * 10
			if col.rank > 0 {
				tier += col.rank / tierRanks
			}
			c.claims = append(c.claims, claim{at: i, key: headerKey(m.headers[col.col]), tier: tier})
		}
	}
	if len(c.claims) < 2 && (len(c.claims) == 0 || c.claims[0].tier != numberTier) {
		c.claims = nil
		return c
	}
	for i := range c.claims {
		cl := &c.claims[i]
		seen := map[string]bool{}
		for _, r := range rows {
			s := cellAt(r.cells, m.cols[cl.at].col)
			if cl.values = append(cl.values, s); s != "" {
				cl.filled++
				seen[s] = true
			}
		}
		cl.kinds = len(seen)
	}
	return c
}

func (c *contest) lose(cl claim) { c.lost = append(c.lost, cl.at) }

// loseTo is lose where the names are the same, so that somebody should look.
func (c *contest) loseTo(best, cl claim) {
	c.lose(cl)
	f := c.m.cols[best.at].f
	if best.key == cl.key && (fieldInfos[f].name != "" || f == fRowID || f == fText || f == fComment) {
		b, l := c.m.cols[best.at].col, c.m.cols[cl.at].col
		c.notes = append(c.notes, fmt.Sprintf("Two columns are called %s: column %d was read and column %d was not. If that is wrong: m on the list of files; --map on the command line.",
			quoteAll(c.m.headers[b : b+1])[0], b+1, l+1))
	}
}

// describe names the columns that could be a field.
func (c *contest) describe(name string) string {
	var list []string
	for _, at := range c.doubt {
		col := c.m.cols[at].col
		list = append(list, fmt.Sprintf("%s (column %d)", quoteAll(c.m.headers[col : col+1])[0], col+1))
	}
	return strings.ReplaceAll(name, "_", " ") + " is " + strings.Join(list, " or ")
}

// differ counts the rows in which both have a value, and those in which it is not
// the same.
func differ(a, b claim, same func(x, y string) bool) (both, unlike int) {
	for i, x := range a.values {
		if y := b.values[i]; x != "" && y != "" {
			if both++; !same(x, y) {
				unlike++
			}
		}
	}
	return both, unlike
}

// numberTier is the tier of the headers that say "number" and not of what.
const numberTier = 2

// recipient decides whom the messages went to. Columns without telephone numbers
// lose (a ticket has a number as well), then those that are another number: the
// business's own is the same in all rows.
func (c *contest) recipient() {
	var list, names []claim
	for _, cl := range c.claims {
		people := 0
		for _, s := range cl.values {
			if s != "" && isPerson(s) {
				people++
			}
		}
		switch {
		case cl.filled == 0:
		case people*2 >= cl.filled:
			list = append(list, cl)
		case cl.tier == numberTier:
			c.lose(cl)
		default:
			names = append(names, cl)
		}
	}
	for _, cl := range names {
		if len(list) > 0 && cl.tier < 10 { // ids are told row by row
			c.lose(cl)
		}
	}
	if len(list) < 2 {
		return
	}
	slices.SortStableFunc(list, func(a, b claim) int { return a.tier - b.tier })
	best := list[0]
	fixed := func(cl claim) bool { return best.filled > 1 && best.kinds == 1 && cl.kinds > 1 }
	for _, cl := range list[1:] {
		_, unlike := differ(best, cl, samePhone)
		if unlike > 0 && best.tier > 0 && fixed(cl) && (cl.tier == best.tier || strings.HasPrefix(cl.key, "contact")) {
			best = cl
		}
	}
	for _, cl := range list {
		both, unlike := differ(best, cl, samePhone)
		switch {
		case cl.at == best.at:
		case unlike == 0 && (both > 0 || best.key != cl.key): // the same people
			if best.key == cl.key {
				c.lose(cl)
			}
		case best.tier == 0 && cl.tier > 0:
			c.lose(cl)
		case cl.tier == best.tier && !(cl.filled > 1 && cl.kinds == 1 && best.kinds > 1), fixed(cl) && international(cl.values):
			c.doubt = append(c.doubt, best.at, cl.at)
		default:
			c.loseTo(best, cl)
		}
	}
}

// isPerson reports whether a value is that of a column of recipients: a number, or
// what is left of one.
func isPerson(s string) bool {
	p := safe.ParsePhone(s)
	if p.Digits != "" {
		return len(p.Digits) >= 7
	}
	return !slices.Contains(p.Flags, model.FlagRecipientOdd)
}

// samePhone compares the ends of numbers: they are written with and without the
// country's code, and some countries have more digits abroad.
func samePhone(a, b string) bool {
	x, y := safe.ParsePhone(a).Digits, safe.ParsePhone(b).Digits
	if x == "" || y == "" {
		return true // masked, or an id: nothing to compare
	}
	n := min(8, len(x), len(y))
	return x[len(x)-n:] == y[len(y)-n:]
}

// international reports whether all are whole numbers with the code of a country.
func international(values []string) bool {
	for _, s := range values {
		if p := safe.ParsePhone(s); s != "" && (len(p.Digits) < 10 || len(p.Flags) > 0) {
			return false
		}
	}
	return true
}

// weakStatus are the words that conversations, tickets, campaigns and payments
// have as well. A column that has no others may be about those.
var weakStatus = map[string]bool{
	"open": true, "opened": true, "new": true, "pending": true, "active": true, "created": true, "initiated": true, "inprogress": true, "processing": true,
	"scheduled": true, "success": true, "successful": true, "ok": true, "canceled": true, "cancelled": true, "cancelado": true, "cancelada": true,
	"expired": true, "blocked": true, "duplicate": true, "pendente": true, "pendiente": true, "ausstehend": true, "enattente": true, "inattesa": true,
	"connected": true, "retrying": true, "invalid": true, "warning": true, "total": true, "totals": true,
}

// status decides what became of the messages. A column whose words tell of a send
// goes before one that may be a conversation's.
func (c *contest) status() {
	type judged struct {
		claim
		sends, final bool // its words are those of a send; some of them say how it ended
		outcomes     []model.Outcome
	}
	var list []judged
	for _, cl := range c.claims {
		if cl.filled == 0 {
			continue
		}
		j := judged{claim: cl, outcomes: make([]model.Outcome, len(cl.values))}
		known := 0
		for i, s := range cl.values {
			o, ok := c.outcome(s)
			if !ok {
				continue
			}
			known++
			j.outcomes[i] = o
			if !weakStatus[statusKey(strings.ToLower(s))] {
				j.sends = true
				j.final = j.final || o == model.Failed || o == model.Succeeded
			}
		}
		j.sends = j.sends && known*2 >= cl.filled
		list = append(list, j)
	}
	if len(list) < 2 {
		return
	}
	slices.SortStableFunc(list, func(a, b judged) int {
		if a.sends != b.sends {
			if a.sends {
				return -1
			}
			return 1
		}
		return a.tier - b.tier
	})
	best := list[0]
	for _, j := range list[1:] {
		lostFailure, otherwise := false, false
		for i, o := range j.outcomes {
			b := best.outcomes[i]
			lostFailure = lostFailure || o == model.Failed && b != "" && b != model.Failed
			otherwise = otherwise || b == model.Failed && o != "" && o != model.Failed && o != model.InProgress
		}
		_, unlike := differ(best.claim, j.claim, strings.EqualFold)
		switch {
		case best.sends && !j.sends:
			c.loseTo(best.claim, j.claim)
		case j.key == best.key && unlike == 0 && j.filled == best.filled:
			c.lose(j.claim)
		case j.key == best.key && j.final != best.final:
			if j.final {
				best, j = j, best
			}
			c.loseTo(best.claim, j.claim)
		case j.key == best.key && (best.final || !best.sends), best.sends && c.m.cols[best.at].rank >= 0 && lostFailure:
			c.doubt = append(c.doubt, best.at, j.at)
		case j.key == best.key, otherwise:
			c.loseTo(best.claim, j.claim)
		}
	}
}

func (c *contest) outcome(s string) (model.Outcome, bool) {
	if w, ok := c.m.rules.word("status", s); ok {
		s = w
	}
	if o, ok := outcomeOf(strings.ToLower(s)); ok || s == "" {
		return o, ok
	}
	if code, ok := model.ParseCode(s); ok {
		n, _ := code.Int()
		return outcomeOfHTTP(n)
	}
	return "", false
}

// twins decides between columns of the very same name, which are no better and
// worse ones but those of two tables.
func (c *contest) twins(f field) {
	groups := map[string][]claim{}
	for _, cl := range c.claims {
		groups[cl.key] = append(groups[cl.key], cl)
	}
	for _, first := range c.claims {
		list := groups[first.key]
		if len(list) < 2 || list[0].at != first.at {
			continue
		}
		best := first
		for _, cl := range list[1:] {
			both, unlike := differ(best, cl, strings.EqualFold)
			switch {
			case cl.filled == 0, unlike == 0 && both == cl.filled && both == best.filled:
				c.lose(cl)
			case best.filled == 0:
				c.lose(best)
				best = cl
			case slices.Contains(timeFields[:], f):
				switch b, l := later(best, cl), later(cl, best); {
				case f == fTime && l && !b: // a message comes after its campaign and its customer
					c.loseTo(cl, best)
					best = cl
				case b && l, f == fTime && b, c.m.timed(f):
					c.loseTo(best, cl)
				default:
					c.doubt = append(c.doubt, best.at, cl.at)
				}
			case isID(f) && tells(cl) && !tells(best), !isID(f) && !isEvidence(f) && cl.kinds > 1 && best.kinds == 1:
				c.loseTo(cl, best)
				best = cl
			case isID(f) && tells(best) && !tells(cl), best.kinds > 1 && cl.kinds == 1 && !isEvidence(f):
				c.loseTo(best, cl)
			case f == fRowID: // better no id than another thing's
				c.lose(best)
				c.lose(cl)
			case isID(f), isEvidence(f):
				c.doubt = append(c.doubt, best.at, cl.at)
			default:
				c.loseTo(best, cl)
			}
		}
	}
}

// later reports whether a time is later than another in all rows that have both.
func later(a, b claim) bool {
	n := 0
	for i, s := range a.values {
		x, ok := parseStamp(s)
		y, also := parseStamp(b.values[i])
		if !ok || !also {
			continue
		}
		if n++; x.t.Add(-x.offset).Before(y.t.Add(-y.offset)) {
			return false
		}
	}
	return n > 0
}

// timed reports whether a better time than f tells when a message failed.
func (m *mapping) timed(f field) bool {
	return f > fFailedAt && m.has[fFailedAt] || f > fUpdatedAt && m.has[fUpdatedAt] || f == fLastInbound
}

// tells reports whether a column tells one row from another.
func tells(cl claim) bool { return cl.kinds > 1 && cl.kinds == cl.filled }

// isID reports whether a field tells one message from another.
func isID(f field) bool {
	return f == fWAMID || f == fMessageID || f == fRowID || f == fRecipientUser
}

// isEvidence reports whether a field says why a message failed.
func isEvidence(f field) bool {
	switch f {
	case fSuccess, fCode, fError, fTitle, fMessage, fDetails, fSubcode, fHTTP, fTrace, fRequest, fResponse, fPayload, fFailedAt:
		return true
	}
	return false
}
