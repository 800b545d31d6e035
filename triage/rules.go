package triage

import (
	"strconv"
	"strings"

	"unsent/model"
)

// A rule is what the console knows about one cause. To read how a cause is
// judged, open its file, cause_….go: the tables are for everybody, and look says
// in sentences what else speaks for and against it.
//
// Codes are written as Meta writes them, with a blank between: "190", "200-299"
// for a range, "100/33" for a code with its subcode.
type rule struct {
	cause string // the stable name, as in the command line's contract
	title string // where the article has none of its own

	says string // codes by which Meta says just this: confirmed
	most string // codes that are mostly this: likely
	may  string // codes that can stand for this among others: possible

	// words are phrases of the error's own details, in lower case, that say just
	// this. They count where the code itself leaves the cause open.
	words []string

	// checks look into the cause, most telling first.
	checks []string

	// about are the dimensions along which an earlier, more exact failure says
	// what a later unclear one is: 132001 on a template, then 131000 on it.
	about []model.Dim

	// onlyMeta says that nobody else can mend it: the case may go to support at once.
	onlyMeta bool

	// look adds what only this cause leaves in a log, and weighs a finding where
	// it does not simply speak for itself.
	look func(e *evidence, r *reasons)

	// weigh is asked about each finding before the usual weighing; true: it was
	// dealt with.
	weigh func(e *evidence, f model.Finding, r *reasons) bool
}

// rules are all causes: those of the article on 131000 in its order, then the
// neighbours that it does not know.
var rules = []*rule{
	&outageRule, &tokenRule, &accountRule, &templateRule, &windowRule, &recipientRule, &publicKeyRule, &appRule,
	&paymentRule, &displayNameRule, &registrationRule, &allowListRule, &throttledRule, &transientRule,
}

// catchAll are codes that Meta gives without a reason. Every cause is open then.
const catchAll = "131000"

// listed reports whether a list of codes has a code.
func listed(list string, code model.Code, subcode string) bool {
	n, ok := code.Int()
	if !ok {
		return false
	}
	for c := range strings.FieldsSeq(list) {
		if main, sub, ok := strings.Cut(c, "/"); ok {
			if main == string(code) && sub == subcode {
				return true
			}
			continue
		}
		if from, to, ok := strings.Cut(c, "-"); ok {
			a, errA := strconv.Atoi(from)
			b, errB := strconv.Atoi(to)
			if errA == nil && errB == nil && a <= n && n <= b {
				return true
			}
			continue
		}
		if c == string(code) {
			return true
		}
	}
	return false
}

// knows reports whether the rule lists a code at all.
func (r *rule) knows(code model.Code, subcode string) bool {
	return listed(r.says, code, subcode) || listed(r.most, code, subcode) || listed(r.may, code, subcode)
}
