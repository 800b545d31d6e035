package ui

import (
	"strings"

	"unsent/model"
	"unsent/safe"
)

// This file draws how a case's failures spread over each dimension.

// scopeShown is how many values of a dimension are listed.
const scopeShown = 5

func (c *caseView) scopeLines(a *app, w int) []string {
	t := a.theme
	if !c.ready {
		return []string{"reading"}
	}
	out := wrap(t.faint.Render("How the incident's failures spread. Is it one template, one number, one recipient, or everything?"), min(w, prose))
	if c.inc.Reason != "" {
		out = append(out, wrap(safe.Line(c.inc.Reason), min(w, prose))...)
	}
	failed, attempted, share := 10, 11, 7
	if !c.inc.Successes {
		attempted, share = 0, 0
	} else if w < 48 {
		share = 0
	}
	name := max(min(w, prose)-2-failed-attempted-share, 4)
	line := func(what, f, at, sh string) string {
		return "  " + what + right(f, failed) + right(at, attempted) + right(sh, share)
	}
	out = append(out, t.faint.Render(line(fit("", name), "FAILED", "ATTEMPTED", "SHARE")))
	var none []string
	for _, dim := range model.Dims {
		s := c.data.Scopes[dim]
		what := strings.ReplaceAll(string(dim), "_", " ")
		if dim == model.DimWABA {
			what = "WABA"
		}
		if s.Values == 0 {
			none = append(none, what)
			continue
		}
		out = append(out, t.strong.Render(what)+t.faint.Render("  "+model.Count(s.Values, "value", "values")))
		for i, v := range s.Top {
			if i == scopeShown {
				break
			}
			of, part := "", ""
			if v.Attempted > 0 {
				of, part = model.Thousands(v.Attempted), itoa(v.Failed*100/v.Attempted)+" %"
			}
			out = append(out, line(middle(c.scopeName(dim, v.Value), name), model.Thousands(v.Failed), of, part))
		}
		if more := s.Values - min(len(s.Top), scopeShown); more > 0 {
			out = append(out, t.faint.Render("  and "+model.Thousands(more)+" more"))
		}
	}
	if len(none) > 0 {
		out = append(out, wrap(t.faint.Render("Not in the log: "+strings.Join(none, ", ")+"."), min(w, prose))...)
	}
	if c.inc.Successes {
		return append(out, wrap(t.faint.Render("Attempted are all sends of these accounts with that value, from the first failure to the last; where it is empty it is not counted."), min(w, prose))...)
	}
	return append(out, wrap(t.faint.Render("The log has no successful sends in this scope and time, so no share can be told."), min(w, prose))...)
}

// scopeName is a value of a dimension for the screen: harmless, and a number
// masked unless it is revealed.
func (c *caseView) scopeName(dim model.Dim, value string) string {
	name := masked(value, c.reveal || dim == model.DimPhone || dim == model.DimWABA || dim == model.DimApp)
	if dim == model.DimRecipient && !c.reveal {
		name = safe.MaskPhone(value)
	}
	if dim == model.DimCountry {
		if _, land := safe.Country(value); land != "" {
			name = "+" + name + " " + land
		}
	}
	if name == "" {
		return "(none)"
	}
	return name
}
