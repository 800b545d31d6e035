package triage

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"unsent/kb"
	"unsent/model"
)

// Causes gives every cause of the article in the article's order, then the
// causes that the article does not know and that the failure leaves open, each
// with the lines that speak for and against it.
//
// Only evidence moves a verdict: without any it is "cannot tell", and the first
// line says what would tell. Meta's own words for a failure beat what is
// inferred from patterns. A status page that reports nothing moves nothing.
func Causes(a kb.Article, steps []Step, c *model.Case) []model.CauseFinding {
	e := read(a, steps, c)
	named, outspoken := e.namesOne()
	var out []model.CauseFinding
	for _, k := range a.Causes {
		if i := slices.IndexFunc(rules, func(r *rule) bool { return r.cause == k.Key }); i >= 0 {
			out = append(out, e.judge(rules[i], k.Title, named, outspoken))
		} else {
			out = append(out, e.unknown(k))
		}
	}
	for _, r := range rules {
		if _, ok := a.Cause(r.cause); ok {
			continue
		}
		f := e.judge(r, r.title, named, outspoken)
		switch {
		case f.Verdict == model.Confirmed, f.Verdict == model.Likely, f.Verdict == model.Possible:
		case e.open && len(a.Causes) > 0, r.knows(e.code, e.subcode):
		default:
			continue
		}
		out = append(out, f)
	}
	if len(out) == 0 {
		title := "A cause that cannot be told yet"
		if e.entry.Title != "" {
			title = e.entry.Title
		}
		out = append(out, e.unknown(kb.Cause{Key: "unknown", Title: title}))
	}
	return out
}

// namesOne says which causes Meta's code names, and which its own words do.
func (e *evidence) namesOne() (byCode, byWords []string) {
	for _, r := range rules {
		if !e.open && r.knows(e.code, e.subcode) {
			byCode = append(byCode, r.cause)
		}
		if len(r.spoken(e)) > 0 {
			byWords = append(byWords, r.cause)
		}
	}
	return byCode, byWords
}

// spoken is the phrase of the error's own words that says this cause.
func (r *rule) spoken(e *evidence) string {
	for _, w := range r.words {
		if has(e.words, w) {
			return w
		}
	}
	return ""
}

// judge weighs one cause.
func (e *evidence) judge(r *rule, title string, byCode, byWords []string) model.CauseFinding {
	if title == "" {
		title = r.title
	}
	var w reasons
	w.outspoken = len(byWords) > 0 && !slices.Contains(byWords, r.cause)
	e.weighCode(r, &w)
	e.weighEarlier(r, &w)
	for _, f := range e.Findings {
		e.weighFinding(r, f, &w)
	}
	for _, s := range e.steps {
		e.weighStep(r, s, &w)
	}
	if r.look != nil {
		r.look(e, &w)
	}
	e.askChecks(r, &w)
	if len(w.For)+len(w.Against)+len(w.Missing) == 0 {
		w.lacks("Neither the log nor a check has anything to say about it")
	}
	v := w.verdict()
	f := model.CauseFinding{Cause: r.cause, Title: title, Verdict: v, Reasons: w.all(v)}
	for _, reason := range f.Reasons {
		f.Why = append(f.Why, reason.String())
	}
	return f
}

// weighCode is what the error says by itself: its code, then its words.
func (e *evidence) weighCode(r *rule, w *reasons) {
	code, gives := e.from, e.gives()
	switch {
	case e.open:
	case listed(r.says, e.code, e.subcode):
		w.proves(code, "%s, which names this", gives)
	case listed(r.most, e.code, e.subcode):
		w.points(code, "%s, which mostly means this", gives)
	case listed(r.may, e.code, e.subcode):
		w.fits(code, "%s; this can be the reason, and so can others", gives)
	case e.definite, e.entry.Category == "server":
		w.excludes(code, "%s, which names something else", gives)
	default:
		w.opposes(code, "%s, which is about something else", gives)
	}
	if phrase := r.spoken(e); phrase != "" && !w.proved && !w.excluded {
		w.points(e.from, "Meta's text for this failure mentions %s", quote(phrase))
	}
}

// gives says who gave the code: Meta, or another system's table that translates its own.
func (e *evidence) gives() string {
	name := named(e.code, e.subcode)
	if f := e.Stands(); f != nil && f.CodeFrom == model.FromVendor && f.Code == e.code && f.Vendor.Code != "" {
		return fmt.Sprintf("%s's code %s stands for Meta's %s", sentence(f.Vendor.System), f.Vendor.Code, name)
	}
	return "Meta gives code " + name
}

// saysOne reports whether a code says just one thing: a rule's, or
// one of the many that no cause of ours is behind, such as a broken image.
func saysOne(code model.Code, subcode string) bool {
	known := false
	for _, r := range rules {
		if listed(r.says, code, subcode) {
			return true
		}
		known = known || r.knows(code, subcode)
	}
	return !known
}

// weighEarlier reads an unclear failure with a clear one that came before it on
// the same template, recipient, number or account.
func (e *evidence) weighEarlier(r *rule, w *reasons) {
	if !e.open {
		return
	}
	for _, x := range e.Evidence.Earlier {
		if !slices.Contains(r.about, x.Dim) || !listed(r.says+" "+r.most, x.Code, "") {
			continue
		}
		what := map[model.Dim]string{model.DimTemplate: "template", model.DimRecipient: "recipient", model.DimPhone: "phone number", model.DimWABA: "account"}[x.Dim]
		times := "once"
		if x.N > 1 {
			times = model.Thousands(x.N) + " times"
		}
		if r.cause == "throttled" {
			if x.Dim == model.DimRecipient || !listed(perPerson, x.Code, "") {
				w.fits(theLog, "Before this, the same %s met %s %s, last on %s", what, named(x.Code, ""), times, moment(x.Last))
			}
			continue
		}
		first, _ := e.span()
		text := fmt.Sprintf("Before this, the same %s failed %s with %s, last on %s", what, times, named(x.Code, ""), moment(x.Last))
		switch {
		case e.Incident.Successes:
			w.points(theLog, "%s, and nothing went well in between", text)
		case first.Sub(x.Last) < time.Hour:
			w.points(theLog, "%s", text)
		default:
			w.fits(theLog, "%s; the log has no sends that went well, so it does not show whether that was mended in between", text)
		}
	}
}

// weighFinding is what a check says. One that looked at another time, or at one
// of several things that fail, makes a cause possible at most.
func (e *evidence) weighFinding(r *rule, f model.Finding, w *reasons) {
	if !slices.Contains(r.checks, f.Check) && single[f.Check] != r.cause {
		if f.Verdict != model.Problem {
			return
		}
		if about, sure := topics(f); !sure || !slices.Contains(about, r.cause) {
			return
		}
	}
	if r.weigh != nil && r.weigh(e, f, w) {
		return
	}
	from, but := fromFinding(f), e.timely(f)
	switch f.Verdict {
	case model.OK:
		if but != "" {
			w.remarks(from, "%s; but %s", f.Summary, but)
			return
		}
		w.opposes(from, "%s", f.Summary)
	case model.Problem:
		about, sure := topics(f)
		switch {
		case !slices.Contains(about, r.cause):
			return
		case but == "":
			but = e.partial(f)
		}
		switch {
		case but != "":
			w.fits(from, "%s; but %s", f.Summary, but)
		case !sure:
			w.fits(from, "%s; it does not say whether this is meant", f.Summary)
		default:
			w.points(from, "%s", f.Summary)
		}
	case model.Unknown:
		w.remarks(from, "%s", f.Summary)
	}
}

// weighStep is what somebody found by hand. Done is not "nothing was wrong":
// only the note tells what was seen, and no program reads it.
func (e *evidence) weighStep(r *rule, s Step, w *reasons) {
	if s.By != "hand" || s.Depth > 0 || !slices.ContainsFunc(s.Checks, func(c string) bool { return slices.Contains(r.checks, c) }) {
		return
	}
	note := ""
	if s.Note != "" {
		note = ": " + s.Note
	}
	switch s.State {
	case model.StepProblem:
		if only := e.stepMeans(s); only == r.cause {
			w.points(fromStep(s), "Somebody looked and found a problem%s", note)
		} else {
			w.fits(fromStep(s), "Somebody looked and found a problem, which may be this or another%s", note)
		}
	case model.StepDone:
		if note == "" {
			note = "; nothing was noted"
		}
		w.remarks(fromStep(s), "Somebody has looked%s", note)
	}
}

// stepMeans is the one cause that a step's checks look into; "" when they look
// into several.
func (e *evidence) stepMeans(s Step) string {
	only := ""
	for _, c := range s.Checks {
		cause, ok := single[c]
		if !ok || only != "" && cause != only {
			return ""
		}
		only = cause
	}
	return only
}

// askChecks names the checks that would tell and have not.
func (e *evidence) askChecks(r *rule, w *reasons) {
	for _, c := range r.checks {
		if _, ok := e.answer(c); ok {
			continue
		}
		i := slices.IndexFunc(e.steps, func(s Step) bool { return slices.Contains(s.Checks, c) })
		couldNot := slices.ContainsFunc(e.Findings, func(f model.Finding) bool { return f.Check == c && f.Verdict == model.Unknown })
		switch {
		case couldNot && i >= 0:
			w.lacks("The %s check could not tell; step %s says where to look by hand", c, e.steps[i].ID)
		case couldNot:
			w.lacks("The %s check could not tell", c)
		case i >= 0 && c == "status-page":
			w.lacks("Nobody has looked yet: the %s check, in step %s, may tell", c, e.steps[i].ID)
		case i >= 0:
			w.lacks("Nobody has looked yet: the %s check, in step %s, would tell", c, e.steps[i].ID)
		case c == "status-page": // a page that reports nothing rules nothing out
			w.lacks("Nobody has looked yet: the %s check may tell", c)
		default:
			w.lacks("Nobody has looked yet: the %s check would tell", c)
		}
		return
	}
}

// unknown stands for what no cause of ours explains.
func (e *evidence) unknown(k kb.Cause) model.CauseFinding {
	f := model.CauseFinding{Cause: k.Key, Title: k.Title, Verdict: model.CannotTell}
	say := func(lean model.Lean, s source, text string) {
		r := model.Reason{Lean: lean, Text: sentence(text), Source: s.text}
		f.Reasons, f.Why = append(f.Reasons, r), append(f.Why, r.String())
	}
	_, byArticle := e.article.Cause(k.Key)
	switch {
	case byArticle:
		say(model.Missing, source{}, "Neither the log nor Meta's API can tell; ask the person whom the message was for")
	case e.entry.Title != "":
		say(model.Beside, e.from, e.gives()+"; the article says what that means")
		say(model.Missing, source{}, "The details of the failure are more precise than its code; read them first")
	case e.code != "":
		say(model.Missing, source{}, "Nothing is known about code "+string(e.code)+"; ask the sending system's support what it stands for")
	default:
		say(model.Missing, source{}, "The log has no error code of Meta's; ask the CRM for the complete error response, it has the code in it")
	}
	return f
}

// Rank puts causes in the order of their verdicts, strongest first; where two
// are alike, the one that more speaks for, and then the article's order.
func Rank(all []model.CauseFinding) []model.CauseFinding {
	out := slices.Clone(all)
	slices.SortStableFunc(out, func(a, b model.CauseFinding) int {
		if x, y := strength(a.Verdict), strength(b.Verdict); x != y {
			return x - y
		}
		return balance(b) - balance(a)
	})
	return out
}

func strength(v model.CauseVerdict) int {
	return slices.Index([]model.CauseVerdict{model.Confirmed, model.Likely, model.Possible, model.CannotTell, model.Unlikely, model.RuledOut}, v)
}

func balance(c model.CauseFinding) (n int) {
	for _, r := range c.Reasons {
		switch r.Lean {
		case model.For:
			n++
		case model.Against:
			n--
		}
	}
	return n
}

// Leading are the causes to speak of: the confirmed ones, or else the likely
// ones. Two strong candidates are two. None: it cannot be told yet.
func Leading(all []model.CauseFinding) []model.CauseFinding {
	for _, v := range []model.CauseVerdict{model.Confirmed, model.Likely} {
		var out []model.CauseFinding
		for _, c := range Rank(all) {
			if c.Verdict == v {
				out = append(out, c)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

// Missing is what would tell most while no cause leads: what the strongest cause
// lacks; where none lacks anything, the first check that has not answered, and
// then that nothing is left to look at. It is never empty.
func Missing(all []model.CauseFinding, steps []Step) string {
	for _, c := range Rank(all) {
		for _, r := range c.Reasons {
			if r.Lean == model.Missing {
				return r.Text
			}
		}
	}
	for _, s := range steps {
		if s.State == model.StepDone || s.State == model.StepSkipped || s.State == model.StepLocked {
			continue
		}
		for _, c := range s.Checks {
			if !slices.ContainsFunc(s.Findings, func(f model.Finding) bool { return f.Check == c && told(f) }) {
				return fmt.Sprintf("None of the causes fits so far; the %s check, in step %s, has not answered yet", c, s.ID)
			}
		}
	}
	return "None of the causes fits, and nothing that was looked at says more; ask the CRM for the complete error response, and Meta's support with its fbtrace_id"
}

// quote is a value of the log inside a sentence.
func quote(s string) string {
	if r := []rune(s); len(r) > 60 {
		s = string(r[:59]) + "…"
	}
	return "“" + strings.TrimSpace(s) + "”"
}
