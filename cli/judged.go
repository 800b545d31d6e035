package cli

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"unsent/check"
	"unsent/model"
	"unsent/safe"
)

// What triage says of a matter, in words and as the contract's JSON.

// causeWords are the leading causes by name, for a list, or on whose side it lies.
func causeWords(m *matter) string {
	if len(m.Leading) == 0 {
		return cmp.Or(m.Side(), "cannot tell")
	}
	var names []string
	for _, c := range m.Leading {
		names = append(names, c.Cause)
	}
	return orList(names)
}

// orList is "a", "a or b", "a, b or c": of several causes at least one is meant.
func orList(all []string) string {
	if len(all) < 2 {
		return strings.Join(all, "")
	}
	return strings.Join(all[:len(all)-1], ", ") + " or " + all[len(all)-1]
}

// shapeWords say what kind of fault it looks like in the log.
var shapeWords = map[model.Shape]string{
	model.ShapeOutage:    "many accounts in the same minutes",
	model.ShapeApp:       "the accounts of one app",
	model.ShapeAccount:   "one account",
	model.ShapeNumber:    "one sender number",
	model.ShapeTemplate:  "one template",
	model.ShapeRecipient: "one recipient, again and again",
	model.ShapeFormat:    "a list of numbers, or a way of writing them",
	model.ShapeScattered: "scattered: the log does not show that they are one fault",
}

// leans are the signs before a reason, which the line below the causes explains.
var leans = map[model.Lean]string{model.For: "+", model.Against: "-", model.Missing: "?", model.Beside: " "}

// printCauses prints each cause with what speaks for it, against it, and what is
// missing, each line with its source.
func printCauses(w io.Writer, causes []model.CauseFinding, full bool, cols int) {
	for i, c := range causes {
		fmt.Fprintf(w, "  %d %s: %s\n", i+1, safe.Line(c.Title), c.Verdict)
		for _, r := range c.Reasons {
			hang(w, "      "+leans[r.Lean]+" ", safe.Line(unless(full, r.String())), cols)
		}
	}
	fmt.Fprintln(w, "  + speaks for it, - against it, ? is missing and would tell")
}

// hang prints a text behind a sign, further lines below the text.
func hang(w io.Writer, sign, text string, cols int) {
	blank := strings.Repeat(" ", len(sign))
	fmt.Fprintln(w, sign+strings.TrimPrefix(wrap(text, blank, cols), blank))
}

// printChanged prints what changed before the incident began.
func printChanged(w io.Writer, m *matter, full bool, cols int) {
	for _, c := range m.Changed {
		hang(w, "  - ", safe.Line(unless(full, c.Text+" ("+c.Source+")")), cols)
	}
	if len(m.Changed) == 0 {
		hang(w, "  ", "nothing that the log or a check would show; ask what was changed (app, token, templates, numbers)", cols)
	}
}

// outageJSON says whether an outage at Meta is suspected for an incident. Looked
// is false where neither the log nor Meta's page could tell: then suspected false
// is no answer. Open says that there is something to wait for.
type outageJSON struct {
	Suspected bool      `json:"suspected"`
	Looked    bool      `json:"looked"`
	Open      bool      `json:"open"`
	WABAs     int       `json:"wabas,omitzero"` // that were sending at the time
	Hit       int       `json:"hit,omitzero"`   // of them failed far more than before
	Since     time.Time `json:"since,omitzero"`
	Until     time.Time `json:"until,omitzero"`
	Reason    string    `json:"reason"`
}

func outageOf(m *matter) outageJSON {
	o := m.Evidence.Outage
	log := check.LogOutage(&m.Case)
	j := outageJSON{
		Suspected: m.Outage != "" || log.Verdict == model.Problem, Open: m.Outage != "",
		Looked: m.Outage != "" || log.Verdict != model.Unknown, WABAs: o.WABAs, Hit: o.Hit, Reason: log.Summary,
	}
	if log.Verdict == model.Problem {
		j.Since, j.Until = o.Since, o.Until
	}
	i := slices.IndexFunc(m.Findings, func(f model.Finding) bool { return f.Check == "status-page" })
	if i >= 0 && (m.Findings[i].Verdict == model.OK || m.Findings[i].Verdict == model.Problem) {
		f := &m.Findings[i]
		j.Looked = true
		if f.Verdict == model.Problem {
			j.Suspected = true
		}
		if j.Reason += "; " + f.Summary; log.Verdict == model.Unknown { // the page could tell, the log could not
			j.Reason = f.Summary + "; " + log.Summary
		}
	}
	if m.Outage != "" && !strings.Contains(j.Reason, m.Outage) {
		j.Reason = m.Outage + "; " + j.Reason
	}
	return j
}

// outageText is the same for people; "" for an error that no outage gives.
func outageText(m *matter) string {
	o := outageOf(m)
	if !o.Suspected && !slices.ContainsFunc(m.Causes, func(c model.CauseFinding) bool { return c.Cause == "outage" }) {
		return ""
	}
	word := ""
	switch {
	case !o.Suspected && o.Looked: // else its reason begins with "cannot tell"
		word = "none seen: "
	case o.Suspected && o.Open && !strings.Contains(o.Reason, "suspect"):
		word = "suspected: "
	}
	return word + o.Reason
}

type changeJSON struct {
	Text   string    `json:"text"`
	Source string    `json:"source"`
	At     time.Time `json:"at"`
}

func changesJSON(m *matter, full bool) []changeJSON {
	out := []changeJSON{}
	for _, c := range m.Changed {
		out = append(out, changeJSON{unless(full, c.Text), unless(full, c.Source), c.At})
	}
	return out
}

// causesJSON are the causes with their reasons, numbers in them hidden.
func causesJSON(all []model.CauseFinding, full bool) []model.CauseFinding {
	out := make([]model.CauseFinding, len(all))
	for i, c := range all {
		c.Why, c.Reasons = slices.Clone(orEmpty(c.Why)), slices.Clone(orEmpty(c.Reasons))
		for k := range c.Why {
			c.Why[k] = unless(full, c.Why[k])
		}
		for k := range c.Reasons {
			c.Reasons[k].Text, c.Reasons[k].Source = unless(full, c.Reasons[k].Text), unless(full, c.Reasons[k].Source)
		}
		out[i] = c
	}
	return out
}

// leadingNames are the causes to speak of.
func leadingNames(m *matter) []string {
	names := []string{}
	for _, c := range m.Leading {
		names = append(names, c.Cause)
	}
	return names
}
