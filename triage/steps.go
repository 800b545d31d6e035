package triage

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"unsent/kb"
	"unsent/model"
)

// A Step is one step of an article together with how far it has come.
type Step struct {
	kb.Step
	State     model.StepState
	By        string // "hand" or "check", empty while open
	At        time.Time
	Note      string
	Lock      string // why it may not be taken yet; empty when it may
	Overruled string // why an agent overruled its lock; empty when nobody did
	Now       string // why it may be taken before the steps above it; empty when it has to wait its turn
	Findings  []model.Finding
	Depth     int // 1 for a step inside a step
}

// Steps puts the records and findings to the article's steps, in the article's
// order; steps inside a step follow it.
//
// What was ticked by hand counts before what a check found. A step that a check
// could not answer stays open. A locked step that was ticked all the same stays
// ticked: the override is on record. One that only a check has settled is locked
// by an outage: what was found about an account while Meta is down is shown, and
// is nothing to act on before it is over.
func Steps(a kb.Article, recs []model.StepRecord, found []model.Finding, log model.LogOutage) []Step {
	var out []Step
	var add func(steps []kb.Step, depth int)
	add = func(steps []kb.Step, depth int) {
		for _, s := range steps {
			out = append(out, settle(Step{Step: s, State: model.StepOpen, Depth: depth}, recs, found))
			add(s.Sub, depth+1)
		}
	}
	add(a.Steps, 0)
	outage := Outage(out, found, log)
	for i := range out {
		s := &out[i]
		s.Lock = lock(out, i, outage)
		if s.Lock == "" {
			continue
		}
		if s.OutageLocks && outage != "" && s.By == "check" {
			s.State, s.By, s.At, s.Note = model.StepOpen, "", time.Time{}, ""
		}
		if s.State == model.StepOpen {
			s.State = model.StepLocked
		}
	}
	return out
}

func settle(s Step, recs []model.StepRecord, found []model.Finding) Step {
	answered, needed, problem := 0, 0, false
	for _, name := range s.Checks {
		// The log may show an outage by itself. Where it has too few accounts for
		// that, the step is no less done: it asks for Meta's page.
		aside := name == "log-outage"
		if !aside {
			needed++
		}
		for _, f := range found {
			if f.Check != name {
				continue
			}
			s.Findings = append(s.Findings, f)
			switch f.Verdict {
			case model.OK:
				if !aside {
					answered++
				}
			case model.Problem:
				problem = true
				s.Note = f.Summary
			}
			if f.At.After(s.At) {
				s.At = f.At
			}
		}
	}
	switch {
	case problem:
		s.State, s.By = model.StepProblem, "check"
	case answered > 0 && answered == needed && !s.Hand:
		s.State, s.By = model.StepDone, "check"
	default:
		s.At = time.Time{}
	}
	for _, r := range recs {
		switch {
		case r.Step != s.ID || r.State == model.StepOpen:
		case r.State == model.StepUnlocked:
			s.Overruled = r.Note
			if s.Overruled == "" {
				s.Overruled = "no reason given"
			}
		default:
			s.State, s.By, s.At, s.Note = r.State, r.By, r.At, r.Note
		}
	}
	return s
}

// Outage says why an outage must be taken as open: because the status page
// check found one, because somebody ticked the step that looks at the status
// page as the problem, or because the log itself shows one that is not over.
// Empty: nothing says so. An outage that is over explains failures and is nothing
// to wait for.
func Outage(steps []Step, found []model.Finding, log model.LogOutage) string {
	for _, f := range found {
		if f.Check == "status-page" && f.Verdict == model.Problem && !over(f) {
			return f.Summary
		}
	}
	for _, s := range steps {
		if s.State == model.StepProblem && s.By == "hand" && contains(s.Checks, "status-page") {
			why := "step " + s.ID + " found an outage"
			if s.Note != "" {
				why += " (" + s.Note + ")"
			}
			return why
		}
	}
	if log.Suspected && log.Until.IsZero() {
		return log.Said()
	}
	return ""
}

// over reports whether a status-page problem says that no outage is open now.
func over(f model.Finding) bool {
	return slices.Contains(f.Facts, model.Fact{Name: model.FactOpenNow, Value: "no"})
}

// isPast reports whether all that a check found at a step is an outage that is over:
// it explains failures and leaves nothing to fix.
func isPast(s Step) bool {
	return s.By == "check" && !slices.ContainsFunc(s.Findings, func(f model.Finding) bool {
		return f.Verdict == model.Problem && !((f.Check == "status-page" || f.Check == "log-outage") && over(f))
	})
}

// lock says why step i may not be taken yet.
func lock(all []Step, i int, outage string) string {
	s := all[i]
	if overruled(all, i) {
		return ""
	}
	if s.OutageLocks && outage != "" {
		return "locked: " + outage + "; wait until it is over"
	}
	var open, wrong, past []string
	for _, id := range s.Needs {
		for _, o := range all {
			if o.ID != id && !owed(all, id, o) {
				continue
			}
			switch o.State {
			case model.StepDone, model.StepSkipped:
			case model.StepProblem:
				if isPast(o) {
					past = append(past, o.ID)
				} else {
					wrong = append(wrong, o.ID)
				}
			default:
				open = append(open, o.ID)
			}
		}
	}
	switch {
	case len(wrong) > 0:
		return "locked: fix what " + plural(wrong) + list(wrong) + " found first"
	case len(past) > 0:
		return "locked: " + plural(past) + list(past) + " found an outage that is over and explains the failures; send again first"
	case len(open) > 0:
		return "locked: settle " + plural(open) + list(open) + " first"
	}
	if parent, _, ok := strings.Cut(s.ID, "."); ok && s.Depth > 0 {
		for j, o := range all {
			if o.ID == parent && j < i && o.Lock != "" {
				return o.Lock
			}
		}
	}
	return ""
}

// owed reports whether o is a step inside the step id that has to be settled too. A
// person settles a step with all that is inside it, a check answers its own question.
func owed(all []Step, id string, o Step) bool {
	return strings.HasPrefix(o.ID, id+".") && slices.ContainsFunc(all, func(s Step) bool {
		return s.ID == id && s.State == model.StepDone && s.By == "check"
	})
}

// overruled reports whether an agent overruled the lock of step i, or of the step
// that it is inside of.
func overruled(all []Step, i int) bool {
	parent, _, _ := strings.Cut(all[i].ID, ".")
	for _, o := range all[:i+1] {
		if o.Overruled != "" && (o.ID == all[i].ID || o.ID == parent) {
			return true
		}
	}
	return false
}

// heed puts to the steps what follows from the causes: a workaround that has to
// be undone (a new app) waits while the account is restricted, and a case that
// only Meta can mend may go to support at once.
func heed(steps []Step, causes []model.CauseFinding, shape model.Shape) {
	for _, c := range Leading(causes) {
		onlyMeta := c.Cause == "app" && shape == model.ShapeApp // with token and accounts in order
		for _, r := range rules {
			onlyMeta = onlyMeta || r.cause == c.Cause && r.onlyMeta
		}
		for i := range steps {
			if s := &steps[i]; onlyMeta && s.Escalates && s.State == model.StepOpen {
				s.Now = "at once: what it looks like, only Meta can mend"
			}
		}
	}
	support(steps, causes)
	i := slices.IndexFunc(causes, func(c model.CauseFinding) bool { return c.Cause == "account" })
	if i < 0 || causes[i].Verdict != model.Confirmed && causes[i].Verdict != model.Likely {
		return
	}
	for i := range steps {
		parent, _, _ := strings.Cut(steps[i].ID, ".")
		undone := slices.ContainsFunc(steps, func(s Step) bool { return s.ID == parent && len(s.Undo) > 0 })
		if s := &steps[i]; undone && !overruled(steps, i) && (s.State == model.StepOpen || s.State == model.StepLocked) {
			s.State, s.Lock = model.StepLocked, "locked: the account looks restricted; that has to be solved first, and a new app does not solve it"
		}
	}
}

// support proposes to hand the case on before a step is taken that changes a live
// set-up and would have to be undone, unless the causes point to just that (the
// app) or somebody has begun with it. The article has that step first, and it
// stays where it is: it is a community's claim, and Meta's advice is to ask Meta.
func support(steps []Step, causes []model.CauseFinding) {
	if slices.ContainsFunc(Leading(causes), func(c model.CauseFinding) bool { return c.Cause == "app" }) {
		return
	}
	drastic := slices.IndexFunc(steps, func(s Step) bool {
		return s.Depth == 0 && s.State != model.StepDone && s.State != model.StepSkipped
	})
	if drastic < 0 || len(steps[drastic].Undo) == 0 || steps[drastic].State != model.StepOpen {
		return
	}
	id := steps[drastic].ID
	for _, s := range steps {
		if (s.ID == id || strings.HasPrefix(s.ID, id+".")) && (s.By != "" || s.Overruled != "") {
			return
		}
	}
	why := "nothing points to the app"
	if slices.ContainsFunc(causes, func(c model.CauseFinding) bool { return c.Cause == "app" && c.Verdict == model.Possible }) {
		why = "too little points to the app"
	}
	for i := range steps {
		if s := &steps[i]; s.Escalates && s.State == model.StepOpen && s.Now == "" {
			s.Now = "before step " + id + ": " + why
		}
	}
}

// Next is the step to take now: one that found what is wrong, or else one that
// may be taken before its turn, or else the first that is neither settled nor locked.
// When all that is left is locked, ok is false and text says why.
func Next(steps []Step) (step Step, text string, ok bool) {
	for _, s := range steps { // what was found comes before what was not looked at
		if s.State == model.StepProblem && !contains(s.Checks, "status-page") {
			text = fmt.Sprintf("step %s found something: act on it", s.ID)
			if s.Note != "" {
				text = fmt.Sprintf("step %s found: %s", s.ID, s.Note)
			}
			return s, text, true
		}
	}
	for _, s := range steps {
		if s.Now != "" && s.State == model.StepOpen {
			return s, fmt.Sprintf("step %s: %s, %s", s.ID, s.Title, s.Now), true
		}
	}
	reason := ""
	for _, s := range steps {
		switch {
		case inside(s, steps): // a person settles a step with all that is inside it
		case s.State == model.StepOpen && (len(s.Checks) > 0 || !hasSub(s, steps)): // with checks it asks something itself
			return s, fmt.Sprintf("step %s: %s", s.ID, s.Title), true
		case s.State == model.StepLocked && reason == "":
			reason = fmt.Sprintf("step %s is %s", s.ID, s.Lock)
		}
	}
	if reason != "" {
		return Step{}, reason, false
	}
	return Step{}, "all steps are settled", false
}

// inside reports whether a step is inside one that a person has settled.
func inside(s Step, all []Step) bool {
	return s.Depth > 0 && slices.ContainsFunc(all, func(o Step) bool {
		return strings.HasPrefix(s.ID, o.ID+".") && o.By == "hand" && (o.State == model.StepDone || o.State == model.StepSkipped)
	})
}

// hasSub reports whether a step is taken by taking the steps inside it.
func hasSub(s Step, all []Step) bool {
	for _, o := range all {
		if strings.HasPrefix(o.ID, s.ID+".") && o.State == model.StepOpen {
			return true
		}
	}
	return false
}

func contains(all []string, s string) bool {
	for _, x := range all {
		if x == s {
			return true
		}
	}
	return false
}

// plural is "step " or "steps ".
func plural(ids []string) string {
	if len(ids) == 1 {
		return "step "
	}
	return "steps "
}

// list is "3", "3 and 4", "1 to 6", "1, 3 and 5".
func list(ids []string) string {
	if len(ids) > 2 {
		run := true
		for i := 1; i < len(ids); i++ {
			a, errA := strconv.Atoi(ids[i-1])
			b, errB := strconv.Atoi(ids[i])
			run = run && errA == nil && errB == nil && b == a+1
		}
		if run {
			return ids[0] + " to " + ids[len(ids)-1]
		}
	}
	if len(ids) < 2 {
		return strings.Join(ids, "")
	}
	return strings.Join(ids[:len(ids)-1], ", ") + " and " + ids[len(ids)-1]
}
