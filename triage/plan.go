package triage

import (
	"slices"
	"time"

	"unsent/model"
)

// A PlanInput is what a retry plan rests on besides the messages.
type PlanInput struct {
	Now      time.Time
	Incident model.Incident       // that of the target
	Causes   []model.CauseFinding // as judged
	Findings []model.Finding
	Single   bool            // the target is one message, and the causes are judged for it
	Outage   string          // why an outage must be taken as open, from a check, a step or the log; empty when nothing says so
	Log      model.LogOutage // what the log shows of one; over, it holds nothing back
}

// A Retry is what is to be done with one message: it is sent once more, as a new
// message, not before NotBefore and not after NotAfter; or it is not sent, and
// Refused says why. Nothing is ever sent by unsent.
type Retry struct {
	Message   model.MessageID
	Number    int             // which retry of the message it would be, from 1; 0 when refused
	Wait      time.Duration   // 30 to 60 seconds for an ordinary first retry
	Then      []time.Duration // the waits after it, should it fail again; behind the last the plan ends
	NotBefore time.Time       // UTC, whole seconds: Wait after the plan, and its turn in the queue
	NotAfter  time.Time       // UTC: then what it says may no longer be true
	Window    bool            // free text, and the log does not say until when the customer service window is open
	Newer     model.MessageID // the message that goes in its place, where Refused is "newer" or "delivered"
	Refused   *Refusal        // nil: planned
}

// A Planner makes the retry plan of a target. It is fed twice: See gets every
// message of the target, in any order, and Plan gets them again, newest first.
// Between the two, Other may get what the log has of the same people elsewhere.
// It remembers numbers only, some hundred bytes for each message of the target.
type Planner struct {
	in     PlanInput
	now    int64 // seconds since 1970, UTC, rounded up
	pairs  map[uint64]planPair
	people map[uint64]planPerson
	pace   sendPace
	holds  []planHold
	sum    PlanSum
	count  map[Refusal]*RefusalCount
}

// A planPair is a recipient and a template; free texts to a recipient are one, too.
type planPair struct {
	at        int64 // of the newest message, milliseconds since 1970
	id        model.MessageID
	account   uint32 // the one WABA that is known; 0: none
	delivered bool   // the newest was delivered as well
	unknown   bool   // some message does not say its WABA
	several   bool   // there is more than one WABA; each has a pair of its own besides
	failed    int32  // how often it failed of late
}

// A planPerson is what the log says of a recipient beyond one template.
type planPerson struct {
	stopped, experiment, blocked bool
	held                         int64 // the newest 131049, seconds since 1970, as late as it can have been
	first, last                  int64 // sends of this plan, seconds since 1970
}

// NewPlanner begins a plan. The same input gives the same plan.
func NewPlanner(in PlanInput) *Planner {
	now := in.Now.UTC().Truncate(time.Second)
	if now.Before(in.Now) {
		now = now.Add(time.Second)
	}
	p := &Planner{
		in: in, now: now.Unix(), pairs: map[uint64]planPair{}, people: map[uint64]planPerson{},
		pace: sendPace{map[sendMinute]int{}, map[sendMinute]int64{}}, holds: holdsOf(in), count: map[Refusal]*RefusalCount{},
	}
	p.sum = PlanSum{Made: now}
	for _, h := range p.holds {
		if h.cause == "" {
			p.sum.Outage = h.refusal.Why
		}
	}
	return p
}

// See takes note of a message of the target.
func (p *Planner) See(f *model.Failure) {
	p.heed(f)
	key, account := pairKey(f), accountOf(f)
	all, known := p.pairs[key]
	switch {
	case known && account == 0:
		all.unknown = true
	case known && all.account == 0:
		all.account = account
	case known && all.account != account && !all.several:
		all.several = true
		p.pairs[ofAccount(key, all.account)] = all // until now all were of that one
	case !known:
		all = planPair{account: account, unknown: account == 0}
	}
	p.pairs[key] = p.joined(all, f)
	if all.several && account != 0 {
		own := ofAccount(key, account)
		p.pairs[own] = p.joined(p.pairs[own], f)
	}
}

// joined is a pair with one more message.
func (p *Planner) joined(all planPair, f *model.Failure) planPair {
	if all.id == 0 || newerThan(f, all.at, all.id) {
		all.at, all.id, all.delivered = failedAt(f), f.ID, alsoDelivered(f)
	}
	if f.At.IsZero() || p.now-f.At.Unix() < int64(marketingAge/time.Second) {
		all.failed += int32(max(1, min(f.Attempts, 1000)))
	}
	return all
}

// Other takes note of a message that is not of the target: a newer one with the
// same template to one of the target's recipients takes the place of theirs, and
// who wants no marketing wants none here either.
func (p *Planner) Other(f *model.Failure) {
	if _, ours := p.people[personKey(f)]; !ours {
		return
	}
	if _, ours := p.pairs[pairKey(f)]; ours {
		p.See(f)
		return
	}
	p.heed(f)
}

// heed takes note of what a message says of its recipient.
func (p *Planner) heed(f *model.Failure) {
	key := personKey(f)
	who := p.people[key]
	switch f.Code {
	case "131050":
		who.stopped = true
	case "130472":
		who.experiment = true
	case "130403":
		who.blocked = true
	case "131049":
		if !f.At.IsZero() {
			who.held = max(who.held, failedBy(f))
		}
	}
	p.people[key] = who
}

// Plan says what is to be done with a message that See has seen.
func (p *Planner) Plan(f *model.Failure) Retry {
	r := p.plan(f)
	if r.Refused == nil {
		p.sum.add(&r)
		return r
	}
	c := p.count[*r.Refused]
	if c == nil {
		c = &RefusalCount{Refusal: *r.Refused}
		p.count[*r.Refused] = c
	}
	c.N++
	if len(c.Examples) < planExamples {
		c.Examples = append(c.Examples, f.ID)
	}
	return r
}

func (p *Planner) plan(f *model.Failure) Retry {
	r := Retry{Message: f.ID}
	rule, entry, known := planRuleOf(f.Code, f.Subcode)
	if r.Refused = unfit(f); r.Refused != nil {
		return r
	}
	if r.Refused = ofError(f, rule, entry, known); r.Refused != nil {
		return r
	}
	who := p.people[personKey(f)]
	if r.Refused = p.ofPerson(f, who); r.Refused != nil {
		return r
	}
	if r.Refused = p.untimely(f); r.Refused != nil {
		return r
	}
	mine := p.pairOf(f)
	if mine.id == 0 || newerThan(f, mine.at, mine.id) {
		r.Refused = refusedUnseen
		return r
	}
	if mine.id != f.ID {
		r.Newer = mine.id
		if r.Refused = refusedNewer; mine.delivered {
			r.Refused = refusedElsewhere
		} else if isFree(f) {
			r.Refused = refusedNewerText
		}
		return r
	}
	n := int(mine.failed)
	if isFree(f) {
		n = max(1, f.Attempts) // other texts are other messages
	}
	last := Retries
	if rule.do == doTomorrow {
		last = HeldRetries
	}
	if n > last {
		r.Refused = refusedTried
		if rule.do == doTomorrow {
			r.Refused = refusedHeldTried
		}
		return r
	}
	first := FirstWait
	if rule.do == doAgain && rule.first > 0 {
		first = rule.first
	}
	waits := ladder(f.ID, n, first)[:last-n+1]
	earliest := p.now + int64(waits[0]/time.Second)
	if who.held > 0 && (rule.do == doTomorrow || isMarketing(f) == planYes) {
		earliest = max(earliest, who.held+int64((HeldWait+waits[0])/time.Second))
	}
	until, window := notAfter(f)
	if r.Refused = tooLate(f, earliest, until); r.Refused != nil {
		return r
	}
	if r.Refused = p.held(f, rule, entry); r.Refused != nil {
		return r
	}
	at := p.slot(f, who, earliest)
	if at > until {
		r.Refused = refusedQueue
		return r
	}
	p.pace.take(senderKey(f), at)
	if who.first == 0 || at < who.first {
		who.first = at
	}
	who.last = max(who.last, at)
	p.people[personKey(f)] = who
	r.Number, r.Wait, r.Then = n, waits[0], waits[1:]
	r.NotBefore, r.NotAfter, r.Window = time.Unix(at, 0).UTC(), time.Unix(until, 0).UTC(), window
	return r
}

// slot is the first second from t on at which the number may send and the person
// has had their pause.
func (p *Planner) slot(f *model.Failure, who planPerson, t int64) int64 {
	const space = int64(PairSpace / time.Second)
	for {
		if who.first != 0 && t > who.first-space && t < who.last+space {
			t = who.last + space
		}
		free := p.pace.room(senderKey(f), t)
		if free == t {
			return t
		}
		t = free
	}
}

// pairOf is the pair that decides which message goes. Where some message does
// not say its account, all are taken for one account's: rather one too few.
func (p *Planner) pairOf(f *model.Failure) planPair {
	key := pairKey(f)
	all := p.pairs[key]
	if all.several && !all.unknown {
		return p.pairs[ofAccount(key, accountOf(f))]
	}
	return all
}

// Sum is the plan as a whole, once Plan has had every message.
func (p *Planner) Sum() PlanSum {
	s := p.sum
	for _, c := range p.count {
		s.Refused = append(s.Refused, *c)
	}
	slices.SortFunc(s.Refused, bySize)
	s.Notes = p.notes()
	return s
}

func pairKey(f *model.Failure) uint64 { return planHash("pair", toWhom(f), f.Template) }

func ofAccount(key uint64, account uint32) uint64 {
	return key ^ uint64(account)*0x9e3779b97f4a7c15
}

// accountOf is a number for the WABA; 0 when the log does not say it.
func accountOf(f *model.Failure) uint32 {
	if f.WABA == "" {
		return 0
	}
	return uint32(planHash("account", f.WABA)) | 1
}

func personKey(f *model.Failure) uint64 { return planHash("person", toWhom(f)) }

func senderKey(f *model.Failure) uint64 { return planHash("sender", firstOf(f.PhoneID, f.Sender)) }

func toWhom(f *model.Failure) string { return firstOf(f.Recipient, f.RecipientUser) }

func failedAt(f *model.Failure) int64 { return model.CursorOf(f).At }

// newerThan reports whether a message comes after another one.
func newerThan(f *model.Failure, at int64, id model.MessageID) bool {
	m := failedAt(f)
	return m > at || m == at && f.ID > id
}

func alsoDelivered(f *model.Failure) bool { return slices.Contains(f.Flags, model.FlagDelivered) }
