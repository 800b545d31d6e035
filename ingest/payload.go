package ingest

import (
	"strings"

	"unsent/model"
)

// payloads looks into the JSON of a row (its request, response, webhook) for
// what its columns lack. A payload is parsed only when it has something to add:
// most logs with payloads have columns too.
func (p *interpreter) payloads(d *draft) {
	for _, f := range []field{fResponse, fPayload} {
		s := d.v[f]
		if codes, ok := codeSet(s); ok && d.v[fCode] == "" {
			d.v[fCode] = codes
			continue
		}
		if s == "" || d.parsed || !p.lacks(d, s) {
			continue
		}
		v, err := p.parsePayload(s)
		if err != nil {
			// Cut off by a column that was too short: the code may still be there.
			if strings.Contains(s, `"code`) || strings.Contains(s, "code=") {
				d.cut = s
			}
			continue
		}
		p.fromAnswer(d, v, 0)
		if d.object == "" && strings.Contains(s, `"code`) && !strings.ContainsAny(s[len(s)-1:], "}]\"'") {
			d.cut = s // the code may be the last that is there
		}
	}
	if s := d.v[fRequest]; s != "" && s[0] == '{' && p.lacksOfRequest(d, s) {
		if v, err := p.parsePayload(s); err == nil {
			fromRequest(d, v)
		}
	}
}

func (p *interpreter) parsePayload(s string) (jsonValue, error) {
	s = strings.TrimSpace(s)
	v, err := p.doc.parse(s)
	if err != nil && strings.Contains(s, `\"`) {
		// One level of escapes too many.
		v, err = p.doc.parse(strings.Trim(strings.ReplaceAll(s, `\"`, `"`), `"`))
	}
	if err != nil {
		if whole, ok := closeJSON(s); ok {
			v, err = p.doc.parse(whole)
		}
	}
	if err != nil {
		if text, ok := structJSON(s); ok {
			v, err = p.doc.parse(text)
		}
	}
	if err == nil && v.kind() == jsonString && strings.HasPrefix(strings.TrimSpace(v.text()), "{") {
		v, err = p.doc.parse(v.text()) // JSON in a string of JSON
	}
	return v, err
}

// lacks reports whether an answer may hold something that the row does not.
func (p *interpreter) lacks(d *draft, s string) bool {
	if s[0] != '{' && s[0] != '[' && s[0] != '"' && s[0] != '\'' {
		return false
	}
	foreign := p.codes != "meta" && p.codes != "" // the column's code is another system's; Meta's may be inside
	return (d.v[fCode] == "" && d.v[fError] == "" || foreign) && strings.Contains(s, "code") ||
		d.v[fDetails] == "" && strings.Contains(s, "details") ||
		d.v[fTrace] == "" && strings.Contains(s, "fbtrace_id") ||
		d.v[fSubcode] == "" && strings.Contains(s, "error_subcode") ||
		d.v[fMessage] == "" && d.v[fTitle] == "" && d.v[fError] == "" && (strings.Contains(s, "rror") || strings.Contains(s, "developerMessage")) ||
		d.v[fWAMID] == "" && strings.Contains(s, "wamid.")
}

func (p *interpreter) lacksOfRequest(d *draft, s string) bool {
	return d.v[fTemplate] == "" && strings.Contains(s, `"template"`) ||
		d.v[fKind] == "" && strings.Contains(s, `"type"`) ||
		d.v[fRecipient] == "" && strings.Contains(s, `"to"`)
}

// fromRequest reads the body of a send.
func fromRequest(d *draft, v jsonValue) {
	if inner := v.get("body", "data", "json"); inner.isObject() && !v.get("to").ok() {
		v = inner // the call around the body
	}
	t := v.get("template")
	d.set(fTemplate, t.get("name").text())
	d.set(fLanguage, t.path("language", "code").text())
	if lang := t.get("language"); lang.kind() == jsonString {
		d.set(fLanguage, lang.text())
	}
	d.set(fKind, v.get("type").text())
	if to := v.get("to"); to.kind() == jsonString || to.kind() == jsonNumber {
		d.set(fRecipient, to.text())
	}
	d.set(fRecipientUser, v.get("recipient").text())
}

// fromAnswer reads an API answer or a webhook in a cell: the first error that it
// holds, and the ids.
func (p *interpreter) fromAnswer(d *draft, v jsonValue, depth int) {
	if depth > 6 {
		return
	}
	if v.isArray() {
		p.fromAnswers(d, v, depth)
		return
	}
	if !v.isObject() {
		return
	}
	if e := v.get("error"); e.isObject() {
		fromError(d, e)
		return
	}
	if v.get("code").ok() && !v.get("status", "id", "to").ok() {
		// {"code":200,"message":"ok"} is no error.
		code, _ := model.ParseCode(v.get("code").text())
		if n, ok := code.Int(); ok && metaNumber(n) || v.get("fbtrace_id", "error_data").ok() {
			fromError(d, v)
			return
		}
	}
	fromErrors(d, v.get("errors"))
	if m := v.get("meta"); m.get("developerMessage").ok() {
		d.set(fMessage, m.get("developerMessage").text()) // 360dialog's own refusal
		d.set(fHTTP, m.get("httpCode").text())
	}
	if s := v.get("external_error"); s.kind() == jsonString {
		d.set(fMessage, s.text()) // Chatwoot's "131026: Message undeliverable"
	}
	if st := v.get("statuses"); st.isArray() {
		statusFacts(d, failedStatus(st))
	}
	if inner := v.get("payload"); inner.isObject() {
		// Gupshup keeps code and reason in the payload of the payload.
		code := inner.get("code")
		if v.get("gsId").ok() || v.get("type").text() == "message-event" {
			d.system = "gupshup"
		}
		d.set(fRecipient, v.get("destination").text())
		if reason := inner.get("reason"); code.ok() && reason.ok() {
			if d.v[fCode] == "" {
				d.set(fCode, code.text())
				d.from = model.FromJSON
			}
			d.set(fMessage, reason.text())
		}
		p.fromAnswer(d, inner, depth+1)
		return
	}
	if m := v.get("messages").first(); m.isObject() && isWAMID(m.get("id").text()) {
		d.set(fWAMID, m.get("id").text())
	}
	for _, key := range []string{"entry", "changes", "value", "data", "body", "response"} {
		if inner := v.get(key); inner.isObject() || inner.isArray() {
			p.fromAnswer(d, inner, depth+1)
			return
		}
	}
}

// fromAnswers reads the answers to several sends that one row made: of those the
// row tells of one failure, that of the first answer with an error.
func (p *interpreter) fromAnswers(d *draft, list jsonValue, depth int) {
	chosen, n := list.first(), 0
	for v := range list.children {
		if v.get("messages", "error", "errors").ok() {
			n++
		}
	}
	for v := range list.children {
		if v.get("error", "errors").ok() {
			chosen = v
			break
		}
	}
	d.several = d.several || n > 1
	p.fromAnswer(d, chosen, depth+1)
}

// fromErrors reads errors[]: the first is the reason of the failure, the others
// are told beside it.
func fromErrors(d *draft, list jsonValue) {
	if !list.isArray() {
		if list.isObject() {
			fromError(d, list)
		}
		return
	}
	if e := list.first(); e.isObject() {
		fromError(d, e)
	}
	d.also = otherErrors(list)
}

// otherErrors are the elements of errors[] behind the first, in words.
func otherErrors(list jsonValue) string {
	var texts []string
	first := true
	for e := range list.children {
		if !first && e.isObject() {
			texts = append(texts, errorText(e))
		}
		first = false
	}
	return strings.Join(texts, "; ")
}

// errorText is an error in one line.
func errorText(e jsonValue) string {
	title := e.get("title", "message").text()
	s := strings.TrimSpace("(#" + e.get("code").text() + ") " + strings.TrimPrefix(title, "(#"+e.get("code").text()+") "))
	if details := e.path("error_data", "details").text(); details != "" && details != title {
		s += ": " + details
	}
	return s
}

// failedStatus is the element of statuses[] that failed, else the last.
func failedStatus(list jsonValue) jsonValue {
	var last jsonValue
	for s := range list.children {
		if last = s; s.get("status").text() == "failed" {
			break
		}
	}
	return last
}

// fromError reads one error in either of Meta's shapes, of any age: {code, title, message, error_data: {details}, href} of webhooks and
// {message, type, code, error_subcode, error_data, fbtrace_id} of the API.
// error_data may be a bare text, the details may stand beside the code, the code
// may be a text.
func fromError(d *draft, e jsonValue) {
	d.failing = true
	if code := e.get("code", "error_code"); code.ok() {
		if _, ok := model.ParseCode(code.text()); !ok {
			d.set(fCode, code.text()) // YCloud's BALANCE_INSUFFICIENT and its like
		} else if d.object == "" {
			d.object = code.text()
		}
	}
	d.set(fTitle, e.get("title", "error_user_title").text())
	d.set(fMessage, e.get("message", "error_user_msg", "error_description", "description", "reason").text())
	data := e.get("error_data")
	if data.kind() == jsonString {
		d.set(fDetails, data.text())
	}
	d.set(fDetails, data.get("details").text())
	d.set(fDetails, e.get("details", "error_user_msg").text())
	d.set(fSubcode, e.get("error_subcode").text())
	d.set(fTrace, e.get("fbtrace_id").text())
}

// statusFacts reads one element of statuses[].
func statusFacts(d *draft, s jsonValue) {
	if !s.isObject() {
		return
	}
	d.set(fWAMID, s.get("id").text())
	d.set(fStatus, s.get("status").text())
	d.set(fTime, s.get("timestamp").text())
	d.set(fRecipient, s.get("recipient_id").text())
	d.set(fRecipientUser, s.get("recipient_user_id", "parent_recipient_user_id").text())
	d.set(fCategory, s.path("pricing", "category").text())
	if d.v[fCategory] == "" {
		d.set(fCategory, s.path("conversation", "origin", "type").text())
	}
	if s.get("recipient_type").text() == "group" {
		d.flags = append(d.flags, model.FlagGroup)
	}
	fromErrors(d, s.get("errors"))
}
