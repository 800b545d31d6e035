package check

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"unsent/check/graph"
	"unsent/model"
	"unsent/safe"
)

var _ = registerGraph(Check{
	Name:  "template",
	Title: "Does the template exist in this language, approved?",
	Hand:  "https://business.facebook.com/wa/manage/message-templates/",
}, checkTemplate)

// templateWords are the words of the API with those of the article and of Meta's
// pages (conflict K7), and whether such a template may be sent.
var templateWords = map[string]struct {
	page string
	good bool
}{
	"APPROVED": {"Active", true},
	"PENDING":  {"In Review", false},
	"REJECTED": {"Rejected", false},
	"PAUSED":   {"Paused", false},
	"DISABLED": {"Disabled", false},
	"DELETED":  {"deleted", false},
}

// unclear are words that the API is known to use and no page of Meta's explains
// (the SDK's and a maintained library's lists): nothing is concluded from them.
var unclear = []string{"ARCHIVED", "FLAGGED", "IN_APPEAL", "LIMIT_EXCEEDED", "LOCKED", "PENDING_DELETION", "REINSTATED", "UNARCHIVED"}

// checkTemplate looks the template up on the WABA that it was sent from: by its
// exact name and language, because Meta's own filter only looks whether a name
// contains the text. What Meta lists is how it is now, not how it was then.
func checkTemplate(ctx context.Context, s Subject, g *graph.Client) model.Finding {
	t := s.ofTemplate()
	if t.template == "" {
		return model.Finding{Verdict: model.Skipped, Summary: noTemplate(s)}
	}
	if f, no := t.need(true, false); no {
		return f
	}
	list, a, err := g.Templates(ctx, t.waba, t.template)
	if err != nil {
		return unanswered(g, a, err, "WABA "+t.waba)
	}
	var r reading
	fact(&r.facts, "template sent", quoted(t.template)+inLanguage(t.language))
	if mixed := safe.MixedScripts(t.template); mixed != "" {
		fact(&r.facts, "mixed letters", "the name that was sent mixes "+mixed)
	}
	same := named(list, t.template)
	if len(same) == 0 {
		// What was meant may not contain what was sent.
		all, b, err := g.Templates(ctx, t.waba, "")
		named := !a.Cut // the names that contain it were all read, so it is not there
		a = a.With(b)
		if err != nil {
			f := unanswered(g, a, err, "WABA "+t.waba)
			f.Facts = append(r.facts, f.Facts...)
			return f
		}
		r.missing(t, all, named, a.Cut)
		return t.confine(answered(g, a, r.finding("")))
	}
	fact(&r.facts, "languages that exist", strings.Join(languages(same), ", "))
	one := inTheLanguage(same, t.language)
	if one == nil {
		r.otherLanguage(t, same, a.Cut)
		return t.confine(answered(g, a, r.finding("")))
	}
	r.judgeTemplate(*one)
	r.asWritten(s, t, *one)
	if one.ID != "" {
		h, b, err := g.Health(ctx, one.ID)
		a = a.With(b)
		r.templateHealth(h, err)
	}
	return t.confine(answered(g, a, r.finding("the template exists in this language and is approved (Meta answers APPROVED where its pages say Active)")))
}

// noTemplate says why there is no template to look up.
func noTemplate(s Subject) string {
	sample, _ := s.looked()
	for _, f := range sample {
		if isTemplate(f) || f.Kind == "" {
			return "not asked: the log does not name a template; ask the CRM for its exact name and language"
		}
	}
	return "not asked: no template was sent, only free-form messages"
}

func inLanguage(code string) string {
	if code == "" {
		return ", its language is not in the log"
	}
	return " in " + quoted(code)
}

func named(list []graph.Template, name string) []graph.Template {
	var out []graph.Template
	for _, t := range list {
		if t.Name == name {
			out = append(out, t)
		}
	}
	return out
}

func languages(list []graph.Template) []string {
	var out []string
	for _, t := range list {
		out = append(out, t.Language+" ("+statusWords(t.Status)+")")
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// statusWords are the API's word and, where it differs, the article's.
func statusWords(status string) string {
	w, ok := templateWords[upper(status)]
	if !ok || strings.EqualFold(w.page, status) {
		return status
	}
	return status + ", on Meta's pages " + w.page
}

// inTheLanguage is the template in exactly that language. The API writes en_US and
// Meta's webhooks en-US, so the two signs count as one here.
func inTheLanguage(list []graph.Template, language string) *graph.Template {
	if language == "" {
		if len(list) == 1 {
			return &list[0]
		}
		return nil
	}
	for i := range list {
		if list[i].Language == strings.ReplaceAll(language, "-", "_") || list[i].Language == language {
			return &list[i]
		}
	}
	return nil
}

// missing judges a name that the WABA does not have, and names those that may
// have been meant. Sure tells that Meta's own search for the name was read to its
// end, cut that the list of all was not.
func (r *reading) missing(t target, all []graph.Template, sure, cut bool) {
	if len(named(all, t.template)) > 0 {
		r.unknown("Meta's two lists of the WABA's templates contradict each other; ask again")
		return
	}
	meant := near(t.template, all)
	for _, name := range meant {
		fact(&r.facts, "similar name", quoted(name)+" in "+strings.Join(languages(named(all, name)), ", "))
		for _, d := range differences(t.template, name) {
			fact(&r.facts, "difference from "+quoted(name), d)
		}
		if mixed := safe.MixedScripts(name); mixed != "" {
			fact(&r.facts, "mixed letters", quoted(name)+" mixes "+mixed)
		}
	}
	text := "the WhatsApp account " + t.waba + " has no template named " + quoted(t.template)
	switch {
	case len(meant) > 0 && sure:
		// The two may look the same on the screen, so the sentence says where not.
		r.problem(text + "; it has " + quoted(meant[0]) + " (" + differences(t.template, meant[0])[0] + ")")
	case cut:
		r.unknown("among the templates of WABA " + t.waba + " that were read none is named " + quoted(t.template) + ", and there are more")
	default:
		r.problem(text)
	}
}

// otherLanguage judges a name that exists, though not in the language.
func (r *reading) otherLanguage(t target, same []graph.Template, cut bool) {
	var codes []string
	for _, x := range same {
		if !slices.Contains(codes, x.Language) {
			codes = append(codes, x.Language)
		}
	}
	slices.Sort(codes)
	if t.language == "" {
		r.unknown("the log does not say in which language the template was sent; it exists in " + strings.Join(codes, ", "))
		return
	}
	for _, c := range codes {
		if strings.EqualFold(strings.ReplaceAll(c, "-", "_"), strings.ReplaceAll(t.language, "-", "_")) || skeleton(c) == skeleton(t.language) {
			for _, d := range differences(t.language, c) {
				fact(&r.facts, "difference from "+quoted(c), d)
			}
		}
	}
	text := fmt.Sprintf("the template exists, but not in %s: it exists in %s", quoted(t.language), strings.Join(codes, ", "))
	if cut {
		r.unknown(text + ", and there are more templates than were read")
		return
	}
	r.problem(text)
}

// judgeTemplate reads the state of the template that was sent.
func (r *reading) judgeTemplate(x graph.Template) {
	fact(&r.facts, "status", statusWords(x.Status))
	fact(&r.facts, "category", x.Category)
	fact(&r.facts, "quality", x.Quality)
	if upper(x.Rejected) != "NONE" {
		fact(&r.facts, "reason of the rejection", x.Rejected)
	}
	w, known := templateWords[upper(x.Status)]
	switch {
	case known && w.good:
	case known:
		text := "the template is " + statusWords(x.Status)
		if upper(x.Status) == "REJECTED" && x.Rejected != "" && upper(x.Rejected) != "NONE" {
			text += " (" + clip(x.Rejected, 60) + ")"
		}
		r.problem(text + "; only an approved one may be sent")
	case slices.Contains(unclear, upper(x.Status)):
		r.unknown("the template is " + upper(x.Status) + "; whether such a one may be sent Meta's pages do not say")
	case x.Status == "":
		r.unknown("Meta does not say whether the template is approved")
	default:
		r.unknown(strange("template's status", x.Status))
	}
	if q := upper(x.Quality); q == "RED" || q == "YELLOW" {
		r.warn("its quality is " + q + ", so Meta may pause it")
	}
}

// asWritten compares the template with what the request in the log sent: its
// spelling, and how many parameters.
func (r *reading) asWritten(s Subject, t target, x graph.Template) {
	if t.language == "" {
		r.warn("the log does not say in which language it was sent; there is only this one")
	}
	req, f := s.requestOf(t.template, t.language)
	if f == nil {
		for _, w := range slots(x) {
			if w.n > 0 {
				fact(&r.facts, "parameters", fmt.Sprintf("its %s takes %d; what was sent is not in the log", w.name, w.n))
			}
		}
		return
	}
	if req.language != "" && req.language != x.Language {
		r.unknown("the request wrote the language " + quoted(req.language) + " where Meta's list has " + quoted(x.Language))
	}
	if req.name != "" && req.name != x.Name {
		r.problem("the request wrote the name " + quoted(req.name) + " where the log has " + quoted(x.Name))
	}
	if !req.counted || len(x.Parts) == 0 {
		return
	}
	odd := req.compare(x)
	for _, o := range odd {
		r.problem("the parameters do not fit the template: " + o)
	}
	if len(odd) == 0 {
		fact(&r.facts, "parameters", "as many as the template takes, in the request of "+f.ID.String())
	}
}

// templateHealth reads the template's own entity. The others are the health
// check's business.
func (r *reading) templateHealth(h graph.Health, err error) {
	if err != nil {
		fact(&r.facts, "health", "could not ask: "+err.Error())
		return
	}
	for _, e := range h.Entities {
		if upper(e.Type) != "MESSAGE_TEMPLATE" {
			continue
		}
		var x reading
		x.entity(e, true)
		r.problems = append(r.problems, x.problems...)
		r.unknowns = append(r.unknowns, x.unknowns...)
		r.facts = append(r.facts, x.facts...)
	}
}
