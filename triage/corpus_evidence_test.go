package triage

import (
	"fmt"
	"strconv"

	"unsent/model"
)

// of is the case that a trouble's failures make, with the evidence of the log.
func (w *world) of(f *trouble) *model.Case {
	c := &model.Case{Scopes: map[model.Dim]model.Scope{}}
	var mine []*send
	codes := map[model.Code]int{}
	seen := map[model.Dim]map[string]int{}
	first, last := minutes, 0
	for i := range w.log {
		s := &w.log[i]
		if s.trouble != f {
			continue
		}
		mine = append(mine, s)
		codes[s.code]++
		first, last = min(first, s.at), max(last, s.at)
		for _, dim := range simulated {
			if seen[dim] == nil {
				seen[dim] = map[string]int{}
			}
			if v := s.value(dim); v != "" {
				seen[dim][v]++
			}
		}
	}
	if len(mine) < 3 {
		return nil
	}
	for dim, values := range seen {
		sc := model.Scope{Values: len(values)}
		for v, n := range values {
			sc.Top = append(sc.Top, model.ScopeValue{Value: v, Failed: n})
		}
		c.Scopes[dim] = sc
	}
	c.Incident = model.Incident{ID: 1, Failures: len(mine), Successes: w.successes, First: minute(first), Last: minute(last),
		WABAs: len(seen[model.DimWABA]), PhoneIDs: len(seen[model.DimPhone]), Templates: len(seen[model.DimTemplate]), Recipients: len(seen[model.DimRecipient])}
	for code, n := range codes {
		if n > codes[c.Incident.Code] || n == codes[c.Incident.Code] && code < c.Incident.Code {
			c.Incident.Code = code
		}
	}
	for _, i := range w.rng.Perm(len(mine))[:3] {
		s := mine[i]
		m := model.Failure{ID: model.MessageID(i + 1), Code: s.code, At: minute(s.at), Details: s.details, Request: s.request, Kind: s.kind, Template: s.template,
			Recipient: fmt.Sprintf("155501%02d", s.recipient&63)}
		switch {
		case w.masked:
			m.Flags = []model.Flag{model.FlagRecipientMasked}
		case f.bad:
			m.Flags = []model.Flag{model.FlagRecipientOdd}
		}
		c.Samples = append(c.Samples, m)
	}
	if w.chance(0.1) { // one message of it
		c.Message = &c.Samples[0]
	}
	if w.chance(0.8) {
		c.Evidence.Shape = f.shape
	}
	for _, dim := range []model.Dim{model.DimTemplate, model.DimPhone, model.DimWABA, model.DimApp, model.DimRecipient, model.DimKind} {
		if len(seen[dim]) == 1 {
			c.Evidence.Contrasts = append(c.Evidence.Contrasts, w.contrast(dim, mine[0], first, last, seen[model.DimWABA]))
		}
	}
	for _, dim := range []model.Dim{model.DimTemplate, model.DimRecipient, model.DimPhone, model.DimWABA} {
		if len(seen[dim]) == 1 {
			c.Evidence.Earlier = append(c.Evidence.Earlier, w.earlier(dim, mine[0], first, c.Incident.Code)...)
		}
	}
	c.Evidence.Outage = w.outage(first, last)
	c.Evidence.LogFrom = minute(0)
	w.attempts(c, seen[model.DimWABA], first, last)
	return c
}

var simulated = []model.Dim{model.DimTemplate, model.DimLanguage, model.DimPhone, model.DimWABA, model.DimApp, model.DimRecipient, model.DimKind}

func (s *send) value(dim model.Dim) string {
	switch dim {
	case model.DimTemplate:
		return s.template
	case model.DimLanguage:
		return s.language
	case model.DimPhone:
		return s.phone
	case model.DimWABA:
		return s.waba
	case model.DimApp:
		return s.app
	case model.DimRecipient:
		return strconv.Itoa(s.recipient)
	}
	return s.kind
}

// told reports whether the log holds a send at all.
func (w *world) told(s *send) bool { return w.successes || s.failed() }

func (w *world) attempts(c *model.Case, wabas map[string]int, first, last int) {
	for i := range w.log {
		if s := &w.log[i]; s.at >= first && s.at <= last && wabas[s.waba] > 0 && w.told(s) {
			c.Incident.Attempts++
		}
	}
}

func (w *world) contrast(dim model.Dim, one *send, first, last int, wabas map[string]int) model.Contrast {
	value := one.value(dim)
	c := model.Contrast{Dim: dim, Value: value}
	wide := dim == model.DimWABA || dim == model.DimApp
	for i := range w.log {
		s := &w.log[i]
		if !w.told(s) || s.at < first-60 || s.at > last || !wide && wabas[s.waba] == 0 {
			continue
		}
		to := &c.Out
		switch in := s.value(dim) == value; {
		case in && s.at < first:
			to = &c.Before
		case in:
			to = &c.In
		case s.at < first:
			continue
		}
		to.Sends++
		if s.failed() {
			to.Failed++
		}
	}
	return c
}

func (w *world) earlier(dim model.Dim, one *send, first int, code model.Code) []model.Earlier {
	value := one.value(dim)
	found := map[model.Code]model.Earlier{}
	well := 0 // the last minute in which one went well
	for i := range w.log {
		s := &w.log[i]
		if s.waba != one.waba || s.at >= first || s.value(dim) != value {
			continue
		}
		switch {
		case !s.failed():
			if w.successes {
				well = max(well, s.at)
			}
		case s.code != code:
			x := found[s.code]
			x.Code, x.Dim = s.code, dim
			x.N++
			if at := minute(s.at); at.After(x.Last) {
				x.Last = at
			}
			found[s.code] = x
		}
	}
	var out []model.Earlier
	for _, code := range []model.Code{"132001", "131047", "131026", "131049", "190"} {
		if x, ok := found[code]; ok && x.Last.After(minute(well)) {
			out = append(out, x)
		}
	}
	return out
}

// outage is a plain count of the accounts that fail far more than in the hour
// before; the real detector does better, and that is not what is scored here.
func (w *world) outage(first, last int) model.LogOutage {
	o := model.LogOutage{}
	for i := range w.accounts {
		var in, before model.Share
		span := min(last, first+30)
		for j := range w.log {
			s := &w.log[j]
			if s.waba != w.accounts[i].waba || s.at < first-60 || s.at > span || !w.told(s) {
				continue
			}
			to := &in
			if s.at < first {
				to = &before
			}
			to.Sends++
			if s.failed() {
				to.Failed++
			}
		}
		if in.Sends < 5 {
			continue
		}
		o.WABAs++
		jumped := in.Failed*4 > in.Sends && in.Failed*before.Sends > 4*before.Failed*in.Sends
		if !w.successes {
			jumped = in.Failed >= 5 && in.Failed*60 > 6*(before.Failed+1)*(span-first+1)
		}
		if jumped {
			o.Hit++
		}
	}
	if o.Suspected = o.Hit >= 3 && o.Hit*2 > o.WABAs; o.Suspected {
		o.Since, o.Until = minute(first), minute(last)
		o.Reason = fmt.Sprintf("%d of %d accounts fail far more than in the hour before", o.Hit, o.WABAs)
	}
	return o
}
