package check

import (
	"context"
	"errors"
	"slices"
	"strings"

	"unsent/check/door"
	"unsent/check/graph"
	"unsent/model"
	"unsent/safe"
)

// An asker puts a check's question to the Graph API and judges the answer.
type asker func(ctx context.Context, s Subject, g *graph.Client) model.Finding

// registerGraph adds a check that asks the Graph API. Where it cannot ask or
// cannot tell, its finding names the page on which an agent can look by hand.
func registerGraph(c Check, ask asker) *Check {
	hand := c.Hand
	c.Run = func(ctx context.Context, s Subject) model.Finding {
		var f model.Finding
		if s.Meta.Graph == nil {
			why := first(s.Meta.NoToken, "there is no access token; give one: B in the console, or unsent account add")
			f = model.Finding{Verdict: model.Skipped, Summary: "skipped: " + why, Source: "unsent"}
		} else {
			f = scrub(s.Meta.Graph, ask(ctx, s, s.Meta.Graph))
		}
		if hand != "" && (f.Verdict == model.Unknown || f.Verdict == model.Skipped) {
			f.Facts = append(f.Facts, model.Fact{Name: "look at", Value: hand})
		}
		return f
	}
	return register(c)
}

// scrub is the last look at a finding before it is shown or stored: nothing that
// looks like a secret leaves, wherever Meta's answer had it from.
func scrub(g *graph.Client, f model.Finding) model.Finding {
	f.Summary = g.Redact(f.Summary)
	for i := range f.Facts {
		f.Facts[i].Value = g.Redact(f.Facts[i].Value)
	}
	if f.Source == "" {
		f.Source = "this log" // it did not come to asking
	}
	return f
}

// answered completes a finding with where, when and how the answer came.
func answered(g *graph.Client, a graph.Answer, f model.Finding) model.Finding {
	f.Source, f.At, f.Took, f.Raw = g.Source(), a.At, a.Took, a.Raw
	for _, n := range a.Notes {
		f.Facts = append(f.Facts, model.Fact{Name: "note", Value: n})
	}
	if f.Verdict != model.OK { // for Meta's support, where there is something to tell it
		fact(&f.Facts, "x-fb-trace-id", a.Trace)
	}
	asked, _, _ := strings.Cut(a.Asked, "?")
	fact(&f.Facts, "asked", asked)
	return f
}

// unanswered is the finding for a question that got no answer or another one than
// it asked for. It is always unknown: what it says is why, and what to do. Thing is
// what was asked about, "WABA 123".
func unanswered(g *graph.Client, a graph.Answer, err error, thing string) model.Finding {
	f := model.Finding{Verdict: model.Unknown, Summary: "could not tell: " + err.Error()}
	var none *door.Error
	if errors.As(err, &none) {
		f.Summary = "could not tell: " + none.Why
	}
	var e *graph.Error
	if errors.As(err, &e) {
		f.Summary = refusal(e, thing)
		f.Facts = metaSaid(e)
	}
	if h := model.Hint(err); h != "" {
		f.Facts = append(f.Facts, model.Fact{Name: "what to do", Value: h})
	}
	return answered(g, a, f)
}

// unopened is unanswered for an endpoint that Meta may not open to everybody: a
// refusal is no news of what was asked about, and there is nothing to do about it.
func unopened(g *graph.Client, a graph.Answer, err error, thing string) model.Finding {
	var e *graph.Error
	if !errors.As(err, &e) || e.Code != 100 && !e.Forbidden() {
		return unanswered(g, a, err, thing)
	}
	return answered(g, a, model.Finding{Verdict: model.Unknown, Facts: metaSaid(e),
		Summary: "not available: Meta does not open this to the token, which says nothing about the " + thing})
}

// refusal is Meta's error in a sentence.
func refusal(e *graph.Error, thing string) string {
	switch {
	case e.Throttled():
		return "could not ask: Meta wants fewer questions for now (code " + e.Number() + ")"
	case e.BadToken():
		why := graph.TokenFault(e.Subcode, e.Message)
		if why == "" {
			why = "code " + e.Number()
		}
		return "could not ask: Meta does not take the access token (" + why + "); see the token check"
	case e.Unseen():
		return "cannot tell: Meta shows no " + thing + ": wrong id, or the token may not see it; Meta does not say which"
	case e.Forbidden():
		return "could not ask: the token lacks a permission for this, or the WABA was not assigned to it (code " + e.Number() + ")"
	case e.Code == 33:
		return "cannot tell: Meta calls the id wrong and says that the number was deleted (code 33)"
	case e.Passing():
		return "could not ask: Meta had a fault of its own (code " + e.Number() + "); ask again in a minute"
	}
	return "could not tell: " + said(e.Error())
}

// metaSaid are Meta's own words, for the agent who has to pass them on.
func metaSaid(e *graph.Error) []model.Fact {
	var out []model.Fact
	for _, f := range []model.Fact{{Name: "Meta said", Value: e.Message}, {Name: "details", Value: e.Details},
		{Name: "title", Value: e.Title}, {Name: "advice", Value: e.Advice}, {Name: "fbtrace_id", Value: e.Trace}} {
		if f.Value != "" && !slices.ContainsFunc(out, func(o model.Fact) bool { return o.Value == f.Value }) {
			f.Value = said(f.Value)
			out = append(out, f)
		}
	}
	return out
}

// said is a text of Meta's: people's numbers hidden, not too long.
func said(s string) string { return clip(safe.MaskText(s), 300) }

// fact adds a named value where there is one.
func fact(all *[]model.Fact, name, value string) {
	if value != "" {
		*all = append(*all, model.Fact{Name: name, Value: clip(value, 300)})
	}
}

// A reading gathers what the fields of an answer say; the worst of it decides.
type reading struct {
	problems []string // what is wrong
	unknowns []string // what cannot be told
	warnings []string // what is worth telling and is no cause
	facts    []model.Fact
}

func (r *reading) problem(text string) { r.problems = append(r.problems, text) }
func (r *reading) unknown(text string) { r.unknowns = append(r.unknowns, text) }
func (r *reading) warn(text string)    { r.warnings = append(r.warnings, text) }

// finding is the verdict in one sentence; good is that of a clean answer. The rest
// of what was seen becomes facts.
func (r *reading) finding(good string) model.Finding {
	f := model.Finding{Verdict: model.OK, Summary: good, Facts: r.facts}
	more := func(name string, rest []string) {
		for _, text := range rest {
			f.Facts = append(f.Facts, model.Fact{Name: name, Value: text})
		}
	}
	switch {
	case len(r.problems) > 0:
		f.Verdict, f.Summary = model.Problem, r.problems[0]
		more("also", r.problems[1:])
		more("not known", r.unknowns)
		more("note", r.warnings)
	case len(r.unknowns) > 0:
		f.Verdict, f.Summary = model.Unknown, "cannot tell: "+r.unknowns[0]
		more("also not known", r.unknowns[1:])
		more("note", r.warnings)
	case len(r.warnings) > 0:
		f.Summary = good + "; but " + r.warnings[0]
		more("note", r.warnings[1:])
	}
	f.Summary = bare(f.Summary)
	return f
}

// bare is a sentence without its final stop, which Meta's texts have.
func bare(s string) string {
	if strings.HasSuffix(s, "...") {
		return s
	}
	return strings.TrimSuffix(s, ".")
}

// upper compares Meta's words without regard to case.
func upper(s string) string { return strings.ToUpper(strings.TrimSpace(s)) }

// strange is the reason for a word that nobody knows.
func strange(what, word string) string {
	return "Meta gives the " + what + " as " + quoted(word) + ", a word that this program does not know"
}

func quoted(s string) string { return `"` + clip(s, 60) + `"` }
