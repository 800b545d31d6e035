package ingest

import (
	"slices"
	"strings"

	"unsent/model"
)

// An envelope is what stands around a record and holds for all in it.
type envelope struct {
	waba, phoneID, sender string
	http                  string
	cell                  bool // in a table's cell: objects of no known shape are not looked at
}

// walk finds the records in a JSON value: webhooks of Meta's as they come, in
// the wrappings of n8n, AWS and others, or cut down to their inner parts; errors
// of the API; and objects with the field names of a log.
func (j *jsonReader) walk(v jsonValue, env envelope, depth int) error {
	if depth > 8 {
		return notALog(v, j.line)
	}
	switch v.kind() {
	case jsonString:
		return j.walkText(v.text(), env, depth)
	case jsonArray:
		return j.walkList(v, env, depth)
	case jsonObject:
	default:
		return notALog(v, j.line)
	}
	switch {
	case v.get("entry").isArray():
		for e := range v.get("entry").children {
			j.entry(e, env)
		}
		return nil
	case v.get("changes").isArray():
		j.entry(v, env)
		return nil
	case isValue(v):
		j.change(v, env)
		return nil
	case isStatus(v):
		j.status(v, env)
		return nil
	case isGraphError(v):
		j.graphError(v, env)
		return nil
	}
	if what := metaAnswer(v); what != "" {
		return &ContentError{what, "it answers a question to Meta and lists no failed sends; import the log of your sends, or ask with unsent check"}
	}
	if isErrorList(v) {
		d := errorDraft(v.get("errors").first(), env)
		d.also = otherErrors(v.get("errors"))
		j.push(d, v, false, nil)
		return nil
	}
	if isInbound(v) {
		j.inbound(v, env)
		return nil
	}
	if isErrorObject(v) {
		j.push(errorDraft(v, env), v, false, nil)
		return nil
	}
	return j.walkOther(v, env, depth)
}

func (j *jsonReader) walkText(s string, env envelope, depth int) error {
	s = strings.TrimSpace(s)
	var inner jsonDoc // the outer document is still in use
	w, err := inner.parse(s)
	if err != nil {
		return err
	}
	if w.kind() < jsonArray {
		return notALog(w, j.line)
	}
	text, mark := j.text, j.mark
	j.text, j.mark = "", 0 // lines inside a text are not lines of the file
	err = j.walk(w, env, depth+1)
	j.text, j.mark = text, mark
	return err
}

// walkList takes each element for itself. One that is no record is rejected
// alone.
func (j *jsonReader) walkList(v jsonValue, env envelope, depth int) error {
	var first error
	before := len(j.queue)
	rejected := 0
	for e := range v.children {
		n := len(j.queue)
		if err := j.walk(e, env, depth+1); err != nil {
			if first == nil {
				first = err
			}
			j.queue = append(j.queue[:n], item{reject: &model.Rejection{
				Line: j.lineOf(e.start()), Reason: err.Error(), Raw: j.rawText(e.source())}})
			rejected++
		}
	}
	if len(j.queue)-before == rejected && first != nil {
		j.queue = j.queue[:before]
		return first
	}
	return nil
}

// Keys under which others put a webhook, or a list of records.
var (
	wrappers = []string{"body", "payload", "data", "detail", "event", "message", "value", "json", "record", "webhook", "request", "response",
		"whatsAppWebhookEntry", "Message", "rawBody", "raw_body"}
	lists = []string{"results", "messages", "data", "records", "items", "rows", "logs", "events", "failures", "notifications"}
)

// walkOther looks into the wrappings that webhooks come in, then reads the
// object itself as a row.
func (j *jsonReader) walkOther(v jsonValue, env envelope, depth int) error {
	if waba := v.path("context", "MetaWabaIds").first().get("wabaId"); waba.ok() {
		env.waba = waba.text() // AWS names the account outside
	}
	if status := v.get("status", "statusCode", "http_status"); status.kind() == jsonNumber {
		env.http = status.text()
	}
	if !env.cell && v.get("request", "request_body", "requestBody", "request_payload", "requestPayload").ok() &&
		v.get("response", "response_body", "responseBody", "response_payload", "responsePayload").ok() {
		// A log of calls: the request says what was sent to whom.
		return j.flat(v, env)
	}
	for _, key := range wrappers {
		c := v.get(key)
		if c.kind() == jsonString {
			if s := strings.TrimSpace(c.text()); strings.HasPrefix(s, "{") || strings.HasPrefix(s, "[") {
				if n := len(j.queue); j.walkText(s, env, depth) == nil && len(j.queue) > n {
					return nil
				}
			}
			continue
		}
		if hookInside(c, 0) {
			return j.walk(c, env, depth+1)
		}
	}
	if env.cell {
		return notALog(v, j.line)
	}
	if stream := v.get("stream").text(); stream != "" && v.get("data").isObject() && v.get("emitted_at").ok() {
		// A connector's envelope; other streams have failures of their own kind.
		if stream != "messages" {
			j.push(draft{outcome: model.NotASend}, v, false, nil)
			return nil
		}
		return j.flat(v.get("data"), env)
	}
	if inner := v.get("whatsapp"); inner.get("messages").isArray() && inner.get("messages").first().isObject() {
		return j.walkList(inner.get("messages"), env, depth) // Exotel, by its channel
	}
	found := j.messageLists(v, 2)
	self := len(found) > 0
	for _, key := range lists {
		if c := v.get(key); c.isArray() && c.first().isObject() {
			found = slices.DeleteFunc(found, func(l jsonValue) bool { return l.i >= c.i && l.i < c.node().next })
			found = append(found, c)
			break
		}
	}
	if len(found) > 0 {
		return j.walkLists(v, found, self, env, depth)
	}
	err := j.flat(v, env)
	if err != nil {
		if found = j.messageLists(v, 1); len(found) > 0 {
			return j.walkLists(v, found, self, env, depth)
		}
	}
	return err
}

// hookInside reports whether a value is, or wraps, something of Meta's shape.
func hookInside(v jsonValue, depth int) bool {
	if v.isArray() {
		v = v.first()
	}
	if !v.isObject() || depth > 3 {
		return false
	}
	if v.get("entry").isArray() || v.get("changes").isArray() || isValue(v) || isStatus(v) && v.get("recipient_id").ok() ||
		isGraphError(v) && v.path("error", "fbtrace_id").ok() {
		return true
	}
	for _, key := range wrappers {
		if hookInside(v.get(key), depth+1) {
			return true
		}
	}
	return false
}

func isValue(v jsonValue) bool {
	list := v.get("statuses").isArray() || v.get("errors").isArray() || v.get("messages").isArray() || v.get("message_echoes").isArray()
	return list && (v.get("metadata").isObject() || v.get("messaging_product").ok()) ||
		v.get("statuses").isArray() && isStatus(v.get("statuses").first())
}

// isStatus knows one element of statuses[].
func isStatus(v jsonValue) bool {
	return v.get("status").kind() == jsonString && v.get("id").ok() && !v.get("to", "from", "direction").ok() &&
		(v.get("recipient_id", "recipient_user_id").ok() || v.get("errors").isArray() || v.get("pricing").isObject() || v.get("conversation").isObject())
}

func isGraphError(v jsonValue) bool {
	e := v.get("error")
	if !e.isObject() || !e.get("message", "code").ok() || v.get("status").kind() == jsonString || v.get("id").ok() {
		return false
	}
	return e.get("fbtrace_id", "type", "error_data", "error_subcode").ok() || len(keysOf(v)) == 1
}

func isErrorList(v jsonValue) bool {
	e := v.get("errors")
	return e.isArray() && isErrorObject(e.first()) && !v.get("status", "id", "to").ok()
}

func isErrorObject(v jsonValue) bool {
	return v.get("code").ok() && v.get("title", "message", "error_data", "fbtrace_id").ok() &&
		!v.get("status", "to", "recipient", "phone", "id", "errorCode", "error_code").ok() && len(keysOf(v)) <= 9 &&
		v.get("message").kind() != jsonObject
}

// metaAnswer names an answer of Meta's API that is no log, which people who look
// for one save by mistake; empty for anything else.
func metaAnswer(v jsonValue) string {
	if v.get("health_status").isObject() {
		return "an answer of Meta's API to a health question (health_status), not a failure log"
	}
	data := v.get("data")
	switch {
	case data.isObject() && data.get("is_valid").ok() && data.get("app_id", "scopes").ok():
		return "an answer of Meta's API about an access token (debug_token), not a failure log"
	case data.isArray():
		first := data.first()
		switch {
		case first.get("verified_name", "display_phone_number", "quality_rating").ok():
			return "an answer of Meta's API that lists phone numbers, not a failure log"
		case first.get("whatsapp_business_api_data").ok():
			return "an answer of Meta's API that lists subscribed apps, not a failure log"
		case first.get("components").ok() && first.get("name").ok() && first.get("language", "category").ok():
			return "an answer of Meta's API that lists templates, not a failure log"
		}
	case v.get("verified_name").ok() && v.get("quality_rating", "code_verification_status", "display_phone_number").ok():
		return "an answer of Meta's API about a phone number, not a failure log"
	}
	if v.get("success").kind() == jsonBool && len(keysOf(v)) == 1 {
		return "a bare answer of an API (success), not a failure log"
	}
	return ""
}

func (j *jsonReader) entry(e jsonValue, env envelope) {
	before := len(j.queue)
	if id := e.get("id"); id.ok() {
		env.waba = id.text()
	}
	for c := range e.get("changes").children {
		n := len(j.queue)
		if value := c.get("value"); value.isObject() {
			j.change(value, env)
		}
		if len(j.queue) == n {
			j.push(draft{outcome: model.NotASend}, c, false, nil) // an account, template or call event
		}
	}
	if len(j.queue) == before {
		j.push(draft{outcome: model.NotASend}, e, false, nil)
	}
}

// change reads the value of a change: statuses of sends, messages that came in,
// errors of the account.
func (j *jsonReader) change(v jsonValue, env envelope) {
	before := len(j.queue)
	meta := v.get("metadata")
	if s := meta.get("phone_number_id"); s.ok() {
		env.phoneID = s.text()
	}
	if s := meta.get("display_phone_number"); s.ok() {
		env.sender = s.text()
	}
	contacts := v.get("contacts")
	for s := range v.get("statuses").children {
		j.status(s, env)
		if d := &j.queue[len(j.queue)-1].d; d.v[fRecipientUser] == "" {
			if c := contacts.first(); c.get("user_id").ok() && (d.v[fRecipient] == "" || d.v[fRecipient] == c.get("wa_id").text()) {
				d.set(fRecipientUser, c.get("user_id").text())
			}
		}
	}
	for m := range v.get("messages").children {
		if m.get("from").ok() || !m.get("id").ok() || m.get("errors").ok() {
			j.inbound(m, env)
			continue
		}
		// The API's own answer to a send: accepted, its fate not known yet.
		d := draft{outcome: model.InProgress}
		d.set(fStatus, "accepted")
		d.set(fRecipient, contacts.first().get("wa_id", "input").text())
		d.set(fWAMID, m.get("id").text())
		env.fill(&d)
		j.push(d, m, false, nil)
	}
	for m := range v.get("message_echoes").children {
		j.push(draft{outcome: model.NotASend}, m, false, nil)
	}
	for e := range v.get("errors").children {
		d := errorDraft(e, env)
		d.flags = append(d.flags, model.FlagAccountError)
		j.push(d, e, false, nil)
	}
	if len(j.queue) == before {
		j.push(draft{outcome: model.NotASend}, v, false, nil)
	}
}

// isInbound knows one element of messages[], what a customer wrote. It may have
// errors: of a kind that no webhook can show.
func isInbound(v jsonValue) bool {
	return isWAMID(v.get("id").text()) && v.get("from").ok() && v.get("type").kind() == jsonString &&
		!v.get("to", "status", "recipient_id", "direction", "fromMe").ok() && !v.path("key", "fromMe").ok()
}

func (j *jsonReader) inbound(m jsonValue, env envelope) {
	d := draft{outcome: model.NotASend}
	d.set(fWAMID, m.get("id").text())
	d.set(fTime, m.get("timestamp").text())
	env.fill(&d)
	j.push(d, m, false, nil)
}

func (env *envelope) fill(d *draft) {
	d.set(fWABA, env.waba)
	d.set(fPhoneID, env.phoneID)
	d.set(fSender, env.sender)
}

// status queues one element of statuses[].
func (j *jsonReader) status(s jsonValue, env envelope) {
	var d draft
	statusFacts(&d, s)
	env.fill(&d)
	callback(&d, s.get("biz_opaque_callback_data").text())
	j.push(d, s, false, nil)
}

// callback reads biz_opaque_callback_data, the sender's own note, which many
// write as JSON.
func callback(d *draft, s string) {
	s = strings.TrimSpace(s)
	if !strings.HasPrefix(s, "{") {
		return
	}
	var inner jsonDoc
	v, err := inner.parse(s)
	if err != nil {
		return
	}
	template := v.get("template", "template_name", "templateName")
	if template.isObject() {
		d.set(fLanguage, template.path("language", "code").text())
		template = template.get("name")
	}
	d.set(fTemplate, template.text())
	d.set(fLanguage, v.get("language", "template_language", "lang").text())
	d.set(fCampaign, v.get("campaign", "campaign_name", "campaign_id", "campaignId", "broadcast_id").text())
	d.set(fKind, v.get("kind", "type", "message_type").text())
	d.set(fMessageID, v.get("message_id", "messageId").text())
}

// push queues a draft with its place in the file.
func (j *jsonReader) push(d draft, v jsonValue, flat bool, rules *preset) {
	if j.text != "" {
		d.line = j.lineOf(v.start())
	} else {
		d.line = j.at
	}
	if d.outcome != model.NotASend {
		d.raw = v.source()
	}
	if d.parsed = !flat; d.parsed {
		if j.p.system == "" || j.p.system == "generic" {
			if j.p.system = "cloud-api"; j.o.Source != "" {
				j.p.system = j.o.Source
			}
		}
	}
	j.queue = append(j.queue, item{d: d, flat: flat, rules: rules})
}
