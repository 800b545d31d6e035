package triage

import (
	"slices"
	"strings"
	"time"

	"unsent/kb"
	"unsent/model"
)

// Evidence is a case as the rules read it.
type evidence struct {
	*model.Case
	article  kb.Article
	steps    []Step
	code     model.Code // as the case's own error has it; empty when there is none
	subcode  string
	entry    kb.Entry // what the catalogue has about the code; zero when it has nothing
	open     bool     // the code, if there is one, leaves every cause open
	definite bool     // the code says one thing only: a rule's, or one that no cause of ours is behind
	from     source   // of what the failures themselves say
	words    string   // the error's own sentences, lower case
	calls    string   // the requests of the messages at hand, lower case
}

func read(a kb.Article, steps []Step, c *model.Case) *evidence {
	f := facts(c)
	e := &evidence{Case: c, article: a, steps: steps, code: f.Code, subcode: f.Subcode}
	e.entry, _ = kb.Lookup(f.Code, f.Subcode)
	e.open = e.entry.Title == "" || listed(catchAll, f.Code, f.Subcode)
	e.definite = saysOne(f.Code, f.Subcode)
	e.from = source{"message", "the log"}
	if c.Message != nil {
		e.from.text = "this message"
	}
	say := func(m *model.Failure) {
		if m.Code == f.Code && m.Vendor == f.Vendor {
			e.words += strings.ToLower(m.Title+"\n"+m.Message+"\n"+m.Details) + "\n"
			e.calls += strings.ToLower(m.Request) + "\n"
		}
	}
	if c.Message != nil {
		say(c.Message)
	} else {
		for i := range c.Samples {
			say(&c.Samples[i])
		}
	}
	return e
}

// span is the time of the failures; both are zero when no row has one.
func (e *evidence) span() (first, last time.Time) {
	if e.Message != nil {
		return e.Message.At, e.Message.At
	}
	return e.Incident.First, e.Incident.Last
}

// several reports whether the incident's failures have more than one value of a
// dimension. What the log shows is the incident's pattern, for one of its
// messages as well.
func (e *evidence) several(dim model.Dim) bool {
	switch dim {
	case model.DimWABA:
		return e.Incident.WABAs > 1
	case model.DimPhone:
		return e.Incident.PhoneIDs > 1
	case model.DimTemplate:
		return e.Incident.Templates > 1
	case model.DimRecipient:
		return e.Incident.Recipients > 1
	}
	return false
}

// named is a code with its title, as one says it: 190 “Access token has expired”.
func named(code model.Code, subcode string) string {
	e, ok := kb.Lookup(code, subcode)
	if !ok {
		return string(code)
	}
	name := string(code)
	if e.Subcode != "" {
		name = e.Name()
	}
	return name + " " + quote(e.Title)
}

// Settled after so long, a fault and what a check sees of it may no longer have
// to do with one another: tokens are renewed, templates edited.
const stale = 24 * time.Hour

// timely says how a finding stands to the time of the failures: "" when it
// counts, else why it may be about another time. Checks that look at the log, or
// that look for the time of the failures themselves, always count.
func (e *evidence) timely(f model.Finding) string {
	switch f.Check {
	case "window", "recipient", "other-numbers", "retry", "status-page", "log-outage", "message-history", "activity":
		return ""
	}
	first, last := e.span()
	switch {
	case first.IsZero() || f.At.IsZero():
		return ""
	case f.At.Before(first):
		return "that was seen before the failures began"
	case f.At.Sub(last) > stale:
		return "that was seen " + lasting(f.At.Sub(last)) + " after the last failure"
	}
	return ""
}

// partial says that a finding is about one of several values that fail, "" when
// it is about the one that does.
func (e *evidence) partial(f model.Finding) string {
	n, what := 0, ""
	switch f.Check {
	case "template":
		n, what = e.Incident.Templates, "templates"
	case "phone-number", "number-in-account":
		n, what = e.Incident.PhoneIDs, "phone numbers"
	case "health", "account", "webhook", "public-key":
		n, what = e.Incident.WABAs, "accounts"
	case "token":
		if e.Evidence.Shape != model.ShapeApp {
			n, what = e.Incident.WABAs, "accounts"
		}
	}
	switch {
	case n < 2, e.Message != nil && f.About == e.Message.ID:
		return ""
	case e.Message != nil:
		return "that may be about another of the " + model.Thousands(n) + " " + what + " that fail"
	}
	return "that is about one of the " + model.Thousands(n) + " " + what + " that fail"
}

// answer is the finding of a check that could be put and answered.
func (e *evidence) answer(check string) (model.Finding, bool) {
	for _, f := range e.Findings {
		if f.Check == check && (f.Verdict == model.OK || f.Verdict == model.Problem) {
			return f, true
		}
	}
	return model.Finding{}, false
}

// fine reports whether a check found nothing wrong at the time of the failures.
func (e *evidence) fine(check string) bool {
	f, ok := e.answer(check)
	return ok && f.Verdict == model.OK && e.timely(f) == ""
}

// What was sent.
const (
	notKnown  = iota // the log does not say it for every failure
	templates        // templates only
	freeText         // no template at all
	mixed
)

// sent says what kind of messages failed, as far as the log says it for all.
func (e *evidence) sent() int {
	if m := e.Message; m != nil {
		switch {
		case m.Template != "" || strings.EqualFold(m.Kind, "template"):
			return templates
		case m.Kind != "":
			return freeText
		}
		return notKnown
	}
	s, ok := e.Scopes[model.DimKind]
	if !ok || s.Values == 0 || e.Incident.Failures == 0 {
		return notKnown
	}
	known, of := 0, 0
	for _, v := range s.Top {
		known += v.Failed
		if strings.EqualFold(v.Value, "template") {
			of += v.Failed
		}
	}
	switch {
	case known < e.Incident.Failures:
		return notKnown
	case of == known:
		return templates
	case of == 0 && e.Incident.Templates == 0:
		return freeText
	}
	return mixed
}

// contrast is what the log says about the incident's one value of a dimension;
// false when there are several, or no sends that went well to compare with.
func (e *evidence) contrast(dim model.Dim) (model.Contrast, bool) {
	i := slices.IndexFunc(e.Evidence.Contrasts, func(c model.Contrast) bool { return c.Dim == dim })
	if i < 0 || !e.Incident.Successes {
		return model.Contrast{}, false
	}
	return e.Evidence.Contrasts[i], true
}

// How much is most, and how much is well. Fewer sends than these are an accident
// either way, and shares between the two say nothing clearly.
const (
	enough  = 10 // sends of which a share means something
	compare = 20 // sends of the neighbours, to be called well
)

// down: nine tenths and more failed.
func down(s model.Share) bool { return s.Sends >= enough && s.Failed*10 >= s.Sends*9 }

// well: one tenth at most failed.
func well(s model.Share) bool { return s.Sends >= compare && s.Failed*10 <= s.Sends }

// alive: at least half went well, so whatever is needed for each send was there.
func alive(s model.Share) bool { return s.Sends >= compare && s.Failed*2 <= s.Sends }

// others are sends that went well beside the one template, number or recipient
// that fails: a fault of the account as a whole would have stopped them too. Sends
// is 0 when the log shows none.
func (e *evidence) others() (s model.Share, what string) {
	for _, dim := range []model.Dim{model.DimTemplate, model.DimPhone, model.DimRecipient} {
		if c, ok := e.contrast(dim); ok && alive(c.Out) {
			return c.Out, map[model.Dim]string{model.DimTemplate: "of the account with another template or none",
				model.DimPhone: "from the account's other phone numbers", model.DimRecipient: "to the account's other recipients"}[dim]
		}
	}
	return model.Share{}, ""
}

// partly is what went well of the account that fails, when that is half and more.
// A fault of an account begins at one moment and need not hit every send, so this
// alone speaks against none.
func (e *evidence) partly() (s model.Share, ok bool) {
	c, ok := e.contrast(model.DimWABA)
	return c.In, ok && alive(c.In)
}

// stopped is the account or the app of which all sends fail, and the sentence
// that tells it; ok is false when the log does not show that.
func (e *evidence) stopped(dim model.Dim) (text string, c model.Contrast, ok bool) {
	c, ok = e.contrast(dim)
	if !ok || !down(c.In) {
		return "", c, false
	}
	what := map[model.Dim]string{model.DimWABA: "account", model.DimApp: "app", model.DimPhone: "phone number"}[dim]
	text = sends(c.In.Failed, c.In.Sends) + " of the " + what + " failed"
	switch {
	case well(c.Before) && well(c.Out):
		text += ", while " + wentWell(c.Before) + " had gone well in the hour before, and " + wentWell(c.Out) + " of other " + what + "s went well at the time"
	case well(c.Before):
		text += ", while " + wentWell(c.Before) + " had gone well in the hour before"
	case well(c.Out):
		text += ", while " + wentWell(c.Out) + " of other " + what + "s went well at the time"
	}
	return text, c, true
}
