package check

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"unsent/model"
)

const flowRequest = `{"type":"interactive","interactive":{"type":"flow","action":{"name":"flow","parameters":{"flow_id":"700000000000001","mode":%q}}}}`

// flowSent is a message with a Flow.
func flowSent() Subject {
	return of(func(f *model.Failure) { f.Kind, f.Request = "interactive", fmt.Sprintf(flowRequest, "published") })
}

func TestPublicKey(t *testing.T) {
	const at = testPhone + "/whatsapp_business_encryption"
	key := func(status string) map[string]string {
		return map[string]string{at: `{"data":[{"business_public_key":"-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----","business_public_key_signature_status":"` + status + `"}]}`}
	}
	text := of(nil)
	spoken := of(func(f *model.Failure) { f.Details = "The business public key signature could not be processed" })
	tests := []struct {
		name string
		s    Subject
		says map[string]string
		want model.Verdict
		say  []string
	}{
		{"a text message", text, key("MISMATCH"), model.Skipped, []string{"no Flow was sent; the key matters for Flows only"}},
		{"a button message", of(func(f *model.Failure) {
			f.Kind, f.Request = "interactive", `{"interactive":{"type":"button"}}`
		}), key("MISMATCH"), model.Skipped, []string{"no Flow was sent"}},
		{"interactive without its request", of(func(f *model.Failure) { f.Kind = "interactive" }), key("VALID"), model.Skipped, []string{"ask the CRM for the request"}},
		{"a Flow", flowSent(), key("VALID"), model.OK, nil},
		{"a Flow, mismatch", flowSent(), key("MISMATCH"), model.Problem, []string{"must be uploaded again"}},
		{"a Flow, no key", flowSent(), map[string]string{at: `{"data":[]}`}, model.Unknown, []string{"only a Flow with an endpoint needs one"}},
		{"a Flow, flat", flowSent(), map[string]string{at: `{"business_public_key":"x","business_public_key_signature_status":"VALID"}`}, model.OK, nil},
		{"a Flow, unknown word", flowSent(), key("PERHAPS"), model.Unknown, []string{`"PERHAPS"`}},
		{"a Flow, no list", flowSent(), map[string]string{at: `{}`}, model.Unknown, nil},
		{"the error speaks of it", spoken, key("MISMATCH"), model.Problem, nil},
		{"a template with a Flow button", sending1("book", "en"), map[string]string{at: key("MISMATCH")[at], templatesAt: listOf(tpl("book", "en", "APPROVED", `"components":[{"type":"BUTTONS","buttons":[{"type":"FLOW","flow_id":"7"}]}]`))}, model.Problem, nil},
		{"a template without", sending1("book", "en"), map[string]string{at: key("MISMATCH")[at], templatesAt: listOf(tpl("book", "en", "APPROVED", ""))}, model.Skipped, []string{"opens no Flow"}},
		{"a template not found", sending1("book", "en"), map[string]string{at: key("MISMATCH")[at], templatesAt: listOf()}, model.Skipped, []string{"not found"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { expect(t, askFake(t, "public-key", tt.s, tt.says), tt.want, tt.say...) })
	}
}

func TestFlow(t *testing.T) {
	const at = "700000000000001"
	health := func(word, more string) string {
		return `,"health_status":` + strings.TrimSuffix(strings.TrimPrefix(healthOf(word, entity("FLOW", word, more)), `{"health_status":`), `,"id":"1"}`)
	}
	node := func(status, more string) map[string]string {
		return map[string]string{at: `{"id":"7","name":"Booking","status":"` + status + `"` + more + `}`}
	}
	draft := of(func(f *model.Failure) { f.Request = fmt.Sprintf(flowRequest, "draft") })
	tests := []struct {
		name string
		s    Subject
		says map[string]string
		want model.Verdict
		say  []string
	}{
		{"published", flowSent(), node("PUBLISHED", health("AVAILABLE", "")), model.OK, nil},
		{"draft", flowSent(), node("DRAFT", ""), model.Problem, []string{"still a draft"}},
		{"draft sent as one", draft, node("DRAFT", health("AVAILABLE", "")), model.OK, []string{"was sent as one"}},
		{"blocked", flowSent(), node("BLOCKED", ""), model.Problem, []string{"132068"}},
		{"health says why", flowSent(), node("PUBLISHED", health("BLOCKED", `"errors":[{"error_code":131000,"error_description":"endpoint_uri: You need to set the endpoint URI"}]`)), model.Problem, []string{"endpoint_uri: You need to set the endpoint URI (131000)"}},
		{"validation", flowSent(), node("PUBLISHED", health("AVAILABLE", "")+`,"validation_errors":[{"error":"X","message":"Screen missing"}]`), model.OK, []string{"Screen missing"}},
		{"no health", flowSent(), node("PUBLISHED", ""), model.Unknown, []string{"no health status"}},
		{"nothing of the Flow", flowSent(), node("PUBLISHED", strings.Replace(health("AVAILABLE", ""), `"FLOW"`, `"APP"`, 1)), model.Unknown, []string{"says nothing of the Flow"}},
		{"unknown word", flowSent(), node("FLOATING", ""), model.Unknown, []string{`"FLOATING"`}},
		{"no status", flowSent(), map[string]string{at: `{"id":"7"}`}, model.Unknown, nil},
		{"unseen", flowSent(), nil, model.Unknown, []string{"Flow 700000000000001"}},
		{"no Flow", of(nil), nil, model.Skipped, []string{"no Flow was sent"}},
		{"no ID", of(func(f *model.Failure) { f.Request = `{"interactive":{"type":"flow"}}` }), nil, model.Skipped, []string{"ask the CRM for the Flow ID"}},
		{"odd ID", of(func(f *model.Failure) {
			f.Request = strings.Replace(fmt.Sprintf(flowRequest, ""), "700000000000001", "7x", 1)
		}), nil, model.Unknown, []string{"Flow ID"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { expect(t, askFake(t, "flow", tt.s, tt.says), tt.want, tt.say...) })
	}
}

func TestFlowSample(t *testing.T) {
	expect(t, askFake(t, "flow", flowSent(), map[string]string{"700000000000001": sample(t, "meta_doc_flow_health_131000.json")}),
		model.Problem, "endpoint_uri: You need to set the endpoint URI", "fact:app_check", "fact:not subscribed to the message webhook")
}

func TestMessageHistory(t *testing.T) {
	const at = testPhone + "/message_history"
	wamid := "wamid.HBgLMTU1NTAxMDAxMjMVAgARGBIwMDAwMDAwMDAwMDAwMDAwMDEA"
	s := of(func(f *model.Failure) { f.WAMID = wamid })
	history := func(events string) map[string]string {
		return map[string]string{at: `{"data":[{"id":"1","message_id":"` + wamid + `","events":{"data":[` + events + `]}}]}`}
	}
	event := func(delivery, webhook string, at int) string {
		return fmt.Sprintf(`{"id":"2","delivery_status":%q,"timestamp":%d,"webhook_update_state":%q,"webhook_uri":"https://hooks.example.com/x?key=1"}`, delivery, at, webhook)
	}
	tests := []struct {
		name string
		s    Subject
		says map[string]string
		want model.Verdict
		say  []string
	}{
		{"failed", s, history(event("SENT", "DELIVERED", 1778670000) + "," + event("FAILED", "DELIVERED", 1778670060)), model.Problem, []string{"has the message as failed (FAILED at 2026-05-13", "fact:wamid#", "not:HBgL"}},
		{"arrived after all", s, history(event("FAILED", "DELIVERED", 1778670000) + "," + event("READ", "DELIVERED", 1778670060)), model.OK, []string{"the message arrived (READ at", "must not be sent again"}},
		{"on its way", s, history(event("SENT", "PENDING", 1778670000)), model.Unknown, []string{"no delivery and no failure"}},
		{"webhook not handed over", s, history(event("READ", "FAILED", 1778670000)), model.OK, []string{"could not hand over the report"}},
		{"unknown word", s, history(event("FLYING", "DELIVERED", 1778670000)), model.Unknown, []string{`"FLYING"`}},
		{"nothing", s, map[string]string{at: `{"data":[]}`}, model.Unknown, []string{"nothing about this message"}},
		{"another message", s, map[string]string{at: `{"data":[{"message_id":"wamid.other","events":{"data":[` + event("READ", "DELIVERED", 1) + `]}}]}`}, model.Unknown, []string{"nothing about this message"}},
		{"closed", s, map[string]string{at: `{"error":{"message":"(#10) no permission","code":10}}`}, model.Unknown, []string{"not available", "says nothing about the message"}},
		{"unknown edge", s, nil, model.Unknown, []string{"not available"}},
		{"no wamid", of(nil), nil, model.Skipped, []string{"wamid"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { expect(t, askFake(t, "message-history", tt.s, tt.says), tt.want, tt.say...) })
	}
}

func TestActivity(t *testing.T) {
	const at = testWABA + "/activities"
	began := now.Add(-2 * time.Hour)
	entry := func(kind string, at time.Time, text string) string {
		return fmt.Sprintf(`{"id":"1","activity_type":%q,"timestamp":%q,"actor_type":"ADMIN","description":%q}`, kind, at.Format(time.RFC3339), text)
	}
	s := of(func(f *model.Failure) { f.At = began })
	tests := []struct {
		name string
		s    Subject
		says map[string]string
		want model.Verdict
		say  []string
	}{
		{"before it began", s, map[string]string{at: listOf(entry("PERMISSION_REVOKED", began.Add(-time.Hour), "Permission taken from +15550100123"))}, model.Unknown, []string{"one change on the account came before it, PERMISSION_REVOKED", "fact:by ADMIN", "not:15550100123"}},
		{"several", s, map[string]string{at: listOf(entry("USER_ADDED", began.Add(-30*time.Hour), ""), entry("BILLING_UPDATED", began.Add(-time.Hour), ""))}, model.Unknown, []string{"2 changes", "the last BILLING_UPDATED"}},
		{"after it and long before", s, map[string]string{at: listOf(entry("USER_ADDED", began.Add(time.Minute), ""), entry("USER_ADDED", began.Add(-8*24*time.Hour), ""))}, model.OK, []string{"no change"}},
		{"nothing at all", s, map[string]string{at: listOf()}, model.Unknown, []string{"how far back the log reaches is not known"}},
		{"nothing but what came after it", s, map[string]string{at: listOf(entry("USER_ADDED", began.Add(time.Minute), ""))}, model.Unknown, []string{"how far back"}},
		{"seconds", s, map[string]string{at: `{"data":[{"activity_type":"USER_ADDED","timestamp":` + fmt.Sprint(began.Add(-time.Hour).Unix()) + `}]}`}, model.Unknown, []string{"USER_ADDED"}},
		{"without a time", s, map[string]string{at: `{"data":[{"activity_type":"USER_ADDED"}]}`}, model.Unknown, []string{"without a time"}},
		{"closed", s, map[string]string{at: `{"error":{"message":"(#100) Tried accessing nonexisting field (activities)","code":100}}`}, model.Unknown, []string{"not available", "says nothing about the account"}},
		{"unseen", s, nil, model.Unknown, []string{"not available", "fact:fbtrace_id"}},
		{"cut", s, map[string]string{at: `{"data":[` + entry("USER_ADDED", began.Add(time.Minute), "") + `],"paging":{"cursors":{"after":"x"},"next":"https://example.com"}}`}, model.Unknown, []string{"longer than was read"}},
		{"no times in the log", of(func(f *model.Failure) { f.At = time.Time{} }), nil, model.Skipped, []string{"has no times"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { expect(t, askFake(t, "activity", tt.s, tt.says), tt.want, tt.say...) })
	}
}

// Offline and without a token nothing is asked, and nothing is ok.
func TestNotAsked(t *testing.T) {
	for _, c := range All() {
		if c.Hand == "" || c.Name == "status-page" { // the log answers, or the page does
			continue
		}
		s := flowSent()
		s.Now = now
		expect(t, run(t, c.Name, s), model.Skipped, "skipped: offline", "fact:look at: https://")
		s.Meta = &Meta{NoToken: "no token for WABA 3: unsent account add"}
		expect(t, c.Run(t.Context(), s), model.Skipped, "skipped: no token for WABA 3: unsent account add")
		s.Meta = &Meta{}
		expect(t, c.Run(t.Context(), s), model.Skipped, "there is no access token")
	}
}

// Whatever comes in the place of an answer, no check is ok about it and none says
// that something is wrong.
func TestNoAnswerIsNoVerdict(t *testing.T) {
	for _, body := range []string{"", "<html>Sorry</html>", "Bad Gateway", `{"data":`, `[]`, `null`, `{}`, `{"data":null}`, `{"data":7}`, `{"data":{}}`, `{"error":null}`,
		`{"error":{}}`, `{"error":7}`, `{"error":{"code":"x"}}`, `{"error":{"message":"(#80008) too many","code":80008}}`, `{"error":{"message":"m","code":2}}`, "\xff\xfe", `{"data":[null,7,"x",[]]}`} {
		for _, c := range All() {
			if c.Hand == "" || c.Name == "status-page" { // the log answers, or the page does
				continue
			}
			s := sending1("order_ready", "en_US")
			s.Message.WAMID, s.Message.Kind, s.Message.Request = "wamid.x", "interactive", fmt.Sprintf(flowRequest, "")
			says := map[string]string{}
			for _, p := range []string{"debug_token", testWABA, testPhone, templatesAt, testWABA + "/phone_numbers", testWABA + "/subscribed_apps", testWABA + "/activities",
				testPhone + "/whatsapp_business_encryption", testPhone + "/message_history", "700000000000001", "600000000000001"} {
				says[p] = body
			}
			f := askFake(t, c.Name, s, says)
			if f.Verdict != model.Unknown {
				t.Errorf("%s about %q: %s %q", c.Name, body, f.Verdict, f.Summary)
			}
			if f.Source != "127.0.0.1 v25.0" || f.At.IsZero() {
				t.Errorf("%s about %q: source %q at %v", c.Name, body, f.Source, f.At)
			}
		}
	}
}

// Nobody listens: unknown, with the host and without the query.
func TestNobodyThere(t *testing.T) {
	fake := serveGraph(t, nil)
	m := fake.meta(t)
	fake.Close()
	for _, name := range []string{"token", "health", "account", "template"} {
		s := sending1("order_ready", "en_US")
		s.Meta, s.Now = m, now
		f := Find(name).Run(t.Context(), s)
		expect(t, f, model.Unknown, "could not tell", "127.0.0.1", "not:input_token", "not:"+canary)
	}
}

// What is asked about is what most messages share; the account's own come first;
// an answer about a minority is none about the incident.
func TestAbout(t *testing.T) {
	incident := func(phones ...string) (s Subject) {
		s.Incident = model.Incident{ID: 1, Failures: 5000}
		for i, p := range phones {
			s.Newest = append(s.Newest, model.Failure{ID: model.MessageID(i + 1), WABA: testWABA, PhoneID: p, At: now})
		}
		return s
	}
	banned, fine := `{"status":"BANNED"}`, `{"status":"CONNECTED"}`
	says := map[string]string{"41": banned, "42": fine, "43": fine}
	expect(t, askFake(t, "phone-number", incident("41", "42", "41"), says), model.Problem, "banned", "fact:asked about: 1 of 2 phone numbers, that of 2 of the 3 newest of 5000 messages")
	expect(t, askFake(t, "phone-number", incident("42", "41", "42"), says), model.OK, "fact:1 of 2 phone numbers")
	expect(t, askFake(t, "phone-number", incident("41", "42", "43"), says), model.Unknown, "cannot tell for the whole incident: the business number is banned", "1 of the 3 newest of 5000")
	expect(t, askFake(t, "phone-number", incident("42", "42", "41", "43"), says), model.Unknown, "cannot tell for the whole incident: the business number is connected")
	// The sample names one number, and the incident has more.
	s := incident("41", "41")
	s.Scopes = map[model.Dim]model.Scope{model.DimPhone: {Values: 4}}
	expect(t, askFake(t, "phone-number", s, says), model.Problem, "fact:1 of 4 phone numbers")
	// The account's own number, because its token sees no other.
	s = incident("41", "41", "42")
	s.Meta = &Meta{Account: model.Account{Name: "shop", Phones: []string{"42"}}}
	expect(t, askFake(t, "phone-number", s, says), model.Unknown, "is connected; but that is 1 of the 3 newest")
	// Rows that do not name the WABA belong to the number all the same.
	s = incident("41", "41", "41")
	s.Newest[0].WABA = ""
	expect(t, askFake(t, "number-in-account", s, map[string]string{testWABA + "/phone_numbers": `{"data":[{"id":"41"}]}`}), model.OK)
	// A sample is not counted twice.
	s = incident("41", "42")
	s.Samples = []model.Failure{s.Newest[1]}
	expect(t, askFake(t, "phone-number", s, says), model.Unknown, "1 of the 2 newest")
}

// All checks of one run share their client, at the same moment or one after the
// other; the same question is put once.
func TestOneRunAsksOnce(t *testing.T) {
	fake := serveGraph(t, map[string]string{"debug_token": debug(`"app_id":"1","is_valid":true`), testWABA + "/phone_numbers": `{"data":[]}`, templatesAt: listOf(tpl("x", "en", "APPROVED", ""))})
	s := sending1("x", "en")
	s.Message.PhoneID, s.Message.Sender = "", "15550100123"
	s.Meta, s.Now = fake.meta(t), now
	Run(t.Context(), s, nil, func(model.Finding) {})
	seen := map[string]int{}
	for _, q := range fake.asked {
		if seen[q]++; !strings.HasPrefix(q, "GET ") {
			t.Errorf("asked %s", q)
		}
	}
	for _, q := range []string{"GET debug_token", "GET " + testWABA + "/phone_numbers", "GET " + templatesAt} {
		if seen[q] != 1 {
			t.Errorf("%s was asked %d times", q, seen[q])
		}
	}
}

// Meta's throttling is said once and with what to do; nothing more is asked.
func TestThrottled(t *testing.T) {
	fake := serveGraph(t, map[string]string{testWABA: `{"error":{"message":"(#80007) Rate limit issues","code":80007}}`})
	s := of(nil)
	s.Meta, s.Now = fake.meta(t), now
	expect(t, Find("account").Run(t.Context(), s), model.Unknown, "Meta wants fewer questions for now (code 80007)", "fact:what to do")
	expect(t, Find("phone-number").Run(t.Context(), s), model.Unknown, "not asked before", "fact:what to do: wait until", "not:asked: GET")
	if len(fake.asked) != 1 {
		t.Errorf("asked %q", fake.asked)
	}
}
