package packet

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"unsent/model"
	"unsent/safe"
)

// Fields 7, 8 and 13: where it fails, under which ids, over which endpoint.

var dimNames = map[model.Dim]string{
	model.DimTemplate: "template", model.DimLanguage: "language", model.DimPhone: "business number", model.DimWABA: "WABA",
	model.DimApp: "app", model.DimRecipient: "recipient", model.DimCountry: "country", model.DimKind: "message kind", model.DimCampaign: "campaign",
}

// scope is item P4: whether the fault is confined to a template, a number or a
// recipient.
func (k *Packet) scope(d detail) field {
	f := field{key: "scope", label: "SCOPE", lack: "no word on templates, numbers or recipients",
		missing: "the log has neither templates nor business numbers nor recipients; ask for an export with these columns"}
	if m := k.in.Message; m != nil {
		f.head = append(f.head, "This message: "+k.facts(m)+".")
	}
	in := &k.in.Incident
	k.ofIncident(&f)
	f.table = [][]string{{"dimension", "values", "failed of attempted"}}
	data := map[string]any{}
	var one, several []string
	for _, dim := range model.Dims {
		s := k.in.Scopes[dim]
		name := dimNames[dim]
		if s.Values == 0 {
			absent := "not in the file"
			if dim == model.DimRecipient {
				absent = "none in the file that is whole"
			}
			f.table = append(f.table, []string{name, "-", absent})
			data[string(dim)] = nil
			continue
		}
		rest := s.Values
		var tops []string
		var rows []map[string]any
		for i, v := range s.Top {
			if dim == model.DimRecipient || i == d.top {
				break
			}
			shown := k.dimValue(dim, v.Value)
			tops = append(tops, shown+" "+failedOf(v))
			row := map[string]any{"value": shown, "failed": v.Failed}
			if v.Attempted > 0 {
				row["attempted"] = v.Attempted
			}
			rows = append(rows, row)
			rest--
		}
		entry := map[string]any{"values": s.Values}
		switch {
		case dim == model.DimRecipient && len(s.Top) > 0:
			tops = []string{fmt.Sprintf("at most %s for one person", plural(s.Top[0].Failed, "failure"))}
			entry["most_failures_of_one"] = s.Top[0].Failed
		case rest > 0 && len(tops) > 0:
			tops = append(tops, fmt.Sprintf("%s more", model.Thousands(rest)))
		}
		if rows != nil {
			entry["top"] = rows
		}
		data[string(dim)] = entry
		f.table = append(f.table, []string{name, model.Thousands(s.Values), strings.Join(tops, "; ")})
		if s.Values == 1 {
			one = append(one, "one "+name)
		} else {
			several = append(several, plural(s.Values, name))
		}
		if dim == model.DimTemplate || dim == model.DimPhone || dim == model.DimRecipient {
			f.state = given
		}
	}
	if r := k.prose(in.Reason, 2*d.prose); r != "" {
		f.lines = append(f.lines, fmt.Sprintf("Why they are one incident: %s.", strings.TrimRight(r, ".")))
		data["reason"] = r
	}
	if n := k.in.Moved; n > 0 {
		f.lines = append(f.lines, "Added to the incident by hand, by somebody who knows more of them than the log: "+plural(n, "message")+".")
		data["added_by_hand"] = n
	}
	lines, told := k.isolated()
	if len(one) > 0 {
		text := "The failures have " + list(one)
		if told["isolated_to"] == nil && told["not_isolated_to"] == nil { // else it is known to hold others
			text += "; the log may hold no other"
		}
		f.lines = append(f.lines, text+".")
	}
	if len(several) > 0 {
		f.lines = append(f.lines, "They spread over "+list(several)+".")
	}
	for _, dim := range []model.Dim{model.DimTemplate, model.DimPhone, model.DimWABA, model.DimCountry} {
		s := k.in.Scopes[dim]
		if s.Values > 1 && len(s.Top) > 0 && s.Top[0].Failed*10 >= k.in.Incident.Failures*9 && k.in.Incident.Failures >= 10 {
			f.lines = append(f.lines, fmt.Sprintf("%s of the failures are of one %s, %s.",
				share(s.Top[0].Failed, k.in.Incident.Failures), dimNames[dim], k.dimValue(dim, s.Top[0].Value)))
		}
	}
	if in.Failures > 1 {
		f.lines = append(f.lines, lines...)
		maps.Copy(data, told)
	}
	for _, v := range k.in.Scopes[model.DimTemplate].Top {
		if scripts := safe.MixedScripts(clip(v.Value, 300)); scripts != "" {
			f.lines = append(f.lines, fmt.Sprintf("The template name %s mixes %s letters that look alike.", k.dimValue(model.DimTemplate, v.Value), scripts))
		}
	}
	f.data = k.counts(data)
	return f
}

// facts are the dimensions of one message.
func (k *Packet) facts(m *model.Failure) string {
	var parts []string
	for _, v := range []struct {
		dim   model.Dim
		value string
	}{{model.DimTemplate, m.Template}, {model.DimLanguage, m.Language}, {model.DimPhone, m.PhoneID}, {model.DimRecipient, m.Recipient},
		{model.DimCountry, m.Country}, {model.DimKind, m.Kind}, {model.DimCampaign, m.Campaign}} {
		if strings.TrimSpace(v.value) != "" {
			parts = append(parts, dimNames[v.dim]+" "+k.dimValue(v.dim, v.value))
		}
	}
	if len(parts) == 0 {
		return "the log names neither template nor number nor recipient"
	}
	return strings.Join(parts, ", ")
}

func failedOf(v model.ScopeValue) string {
	if v.Attempted <= 0 {
		return model.Thousands(v.Failed) + " failed"
	}
	return fmt.Sprintf("%s of %s (%s)", model.Thousands(v.Failed), model.Thousands(v.Attempted), share(v.Failed, v.Attempted))
}

// dimValue shows one value of a dimension as the profile allows.
func (k *Packet) dimValue(dim model.Dim, v string) string {
	v = clip(v, 300)
	if strings.TrimSpace(v) == "" {
		return "(none)"
	}
	switch dim {
	case model.DimWABA, model.DimPhone, model.DimApp:
		return k.mask.id(v, idNames[dim])
	case model.DimCountry:
		if _, where := safe.Country(v); where != "" {
			return "+" + cut(safe.Line(v), 20) + " " + where
		}
		return cut(safe.ASCII(safe.Line(v)), 20)
	case model.DimRecipient:
		return k.mask.phone(v)
	case model.DimCampaign:
		if k.profile == Public {
			return k.mask.labelled("campaign", v)
		}
	}
	return cut(safe.ASCII(k.mask.plain(v)), 80)
}

// ids are the accounts that the receiver has to look under.
func (k *Packet) ids(d detail) field {
	f := field{key: "ids", label: "IDS", missing: "the log has neither a WABA id nor a phone number ID; both stand in WhatsApp Manager"}
	data := map[string]any{}
	own := func(s model.Failure, dim model.Dim) string {
		switch dim {
		case model.DimWABA:
			return s.WABA
		case model.DimPhone:
			return s.PhoneID
		}
		return s.App
	}
	for _, part := range []struct {
		dim       model.Dim
		name, key string
	}{{model.DimWABA, "WABA", "waba"}, {model.DimPhone, "phone number ID", "phone_number_id"}, {model.DimApp, "app ID", "app"}} {
		var vs []string
		add := func(v string) {
			if v = strings.TrimSpace(v); v != "" && !slices.Contains(vs, v) {
				vs = append(vs, v)
			}
		}
		total := 0
		if k.in.Message != nil {
			add(own(*k.in.Message, part.dim))
		} else {
			for _, v := range k.in.Scopes[part.dim].Top {
				add(v.Value)
			}
			for i := range k.in.Samples {
				add(own(k.in.Samples[i], part.dim))
			}
			total = k.in.Scopes[part.dim].Values
		}
		if len(vs) == 0 {
			f.lines = append(f.lines, part.name+" not in the log")
			continue
		}
		total = max(total, len(vs))
		vs = vs[:min(len(vs), d.top)]
		for i := range vs {
			vs[i] = k.mask.id(vs[i], idNames[part.dim])
		}
		line := part.name + " " + strings.Join(vs, ", ")
		if total > len(vs) {
			line += fmt.Sprintf(" and %s more", model.Thousands(total-len(vs)))
		}
		f.lines = append(f.lines, line)
		data[part.key] = vs
		if part.dim != model.DimApp {
			f.state = given
		}
	}
	f.lines = append(f.lines, "business portfolio not in the log")
	f.data = data
	return f
}

var (
	versionForm  = model.Pattern(`\bv(?:1[0-9]|2[0-9]|3[0-9])\.0\b`)
	endpointForm = model.Pattern(`(?i)https?://(graph\.facebook\.com)(/v[0-9.]+)?/([A-Za-z0-9_-]+)/([a-z_]+)`)
)

// transport is how the failing call was made.
func (k *Packet) transport(detail) field {
	f := field{key: "transport", label: "TRANSPORT", missing: "HTTP status, API version and endpoint are not in the log; ask the CRM's developer"}
	data := map[string]any{}
	status := k.in.Incident.HTTP
	if k.in.Message != nil {
		status = k.in.Message.HTTPStatus
	}
	version, endpoint := "", ""
	for i := range k.in.Samples {
		s := &k.in.Samples[i]
		status = cmp.Or(status, s.HTTPStatus)
		for _, text := range []string{s.Request, s.Response} {
			text = clip(text, 4<<10) // the call stands at the beginning
			if m := endpointForm().FindStringSubmatch(text); m != nil && endpoint == "" {
				endpoint = "/{phone-number-id}/" + m[4]
				if strings.Trim(m[3], "0123456789") != "" {
					endpoint = "/{id}/" + m[4]
				}
			}
			version = cmp.Or(version, versionForm().FindString(text))
		}
	}
	show := func(name, key, v string) {
		if v == "" {
			f.lines = append(f.lines, name+" not in the log")
			return
		}
		f.say("%s %s", name, v)
		data[key] = v
	}
	code := ""
	if status != 0 {
		code = fmt.Sprint(status)
	}
	show("HTTP status", "http_status", code)
	show("API version", "api_version", version)
	show("endpoint", "endpoint", endpoint)
	f.data = data
	return f
}
