package check

import (
	"testing"

	"unsent/model"
)

func entity(kind, can, more string) string {
	if more != "" {
		more = "," + more
	}
	return `{"entity_type":"` + kind + `","id":"1","can_send_message":"` + can + `"` + more + `}`
}

func healthOf(overall, entities string) string {
	return `{"health_status":{"can_send_message":"` + overall + `","entities":[` + entities + `]},"id":"1"}`
}

const well = `{"entity_type":"WABA","id":"1","can_send_message":"AVAILABLE"},{"entity_type":"BUSINESS","id":"2","can_send_message":"AVAILABLE"}`

// whole is what every answer has besides the entity that was asked about.
const whole = well + `,{"entity_type":"APP","id":"3","can_send_message":"AVAILABLE"}`

func TestHealth(t *testing.T) {
	sip := func(code string) string {
		return `"can_receive_call_sip":"BLOCKED","errors":[{"error_code":` + code + `,"error_description":"calling cannot use SIP","possible_solution":"configure it"}]`
	}
	tests := []struct {
		name string
		body string
		want model.Verdict
		say  []string
	}{
		{"all available", healthOf("AVAILABLE", entity("PHONE_NUMBER", "AVAILABLE", `"can_receive_call_sip":"AVAILABLE"`)+","+whole), model.OK, []string{"may send messages", "fact:the phone number: AVAILABLE"}},
		{"blocked by calls only", healthOf("BLOCKED", entity("PHONE_NUMBER", "AVAILABLE", sip("138024"))+","+well+","+entity("APP", "AVAILABLE", sip(`"138025"`))), model.OK, []string{"not:SIP"}},
		{"payment", healthOf("BLOCKED", entity("PHONE_NUMBER", "AVAILABLE", "")+","+entity("WABA", "BLOCKED", `"errors":[{"error_code":141006,"error_description":"There is an error with the payment method.","possible_solution":"Add one."}]`)), model.Problem,
			[]string{"blocks sending for the WhatsApp account: There is an error with the payment method (141006)", "fact:Meta's advice for 141006: Add one."}},
		{"limited with an error", healthOf("LIMITED", entity("WABA", "LIMITED", `"errors":[{"error_code":141010,"error_description":"Business not verified"}]`)), model.Problem, []string{"limits sending", "141010"}},
		{"limited by SIP only", healthOf("LIMITED", entity("WABA", "LIMITED", sip("138024"))), model.Unknown, []string{"whether that stopped these messages"}},
		{"limited with a remark", healthOf("LIMITED", entity("PHONE_NUMBER", "LIMITED", `"additional_info":["Your display name has not been approved yet."]`)+","+well), model.Unknown, []string{"limits sending for the phone number: Your display name"}},
		{"app without webhooks", healthOf("LIMITED", entity("PHONE_NUMBER", "AVAILABLE", "")+","+well+","+entity("APP", "LIMITED", `"additional_info":["Your app is not subscribed to the message webhook."]`)), model.OK, []string{"but Meta has a remark on the app: Your app is not subscribed"}},
		{"a word that nobody knows", healthOf("AVAILABLE", entity("WABA", "PERHAPS", "")), model.Unknown, []string{`"PERHAPS"`}},
		{"an entity that nobody knows", healthOf("AVAILABLE", well+","+entity("MOON", "BLOCKED", "")), model.Problem, []string{"MOON"}},
		{"no word", healthOf("AVAILABLE", entity("WABA", "", "")), model.Unknown, nil},
		{"no entities: the overall word", `{"health_status":{"can_send_message":"BLOCKED"}}`, model.Problem, nil},
		{"no entities, available", `{"health_status":{"can_send_message":"AVAILABLE","entities":[]}}`, model.OK, nil},
		{"nothing of the number", healthOf("AVAILABLE", whole), model.Unknown, []string{"says nothing of the phone number"}},
		{"nothing of the account", healthOf("AVAILABLE", entity("PHONE_NUMBER", "AVAILABLE", "")+","+entity("APP", "AVAILABLE", "")), model.Unknown, []string{"says nothing of the WhatsApp account"}},
		{"an entity that cannot be read", healthOf("AVAILABLE", entity("PHONE_NUMBER", "AVAILABLE", "")+","+whole+`,"BUSINESS"`), model.Unknown, []string{"1 part of Meta's health status could not be read"}},
		{"no health", `{"id":"1"}`, model.Unknown, []string{"no health status"}},
		{"additional_info is a text", healthOf("LIMITED", entity("PHONE_NUMBER", "LIMITED", `"additional_info":"x"`)), model.Unknown, nil},
		{"refused", notThere, model.Unknown, []string{"wrong id, or the token may not see it; Meta does not say which", "fact:fbtrace_id: AbcD_1", "fact:look at"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			expect(t, askFake(t, "health", of(nil), map[string]string{testPhone: tt.body}), tt.want, tt.say...)
		})
	}
	// Without a phone number ID the WABA is asked.
	noPhone := of(func(f *model.Failure) { f.PhoneID = "" })
	expect(t, askFake(t, "health", noPhone, map[string]string{testWABA: healthOf("AVAILABLE", whole)}), model.OK, "of the number nothing is known")
	expect(t, askFake(t, "health", of(func(f *model.Failure) { f.PhoneID, f.WABA = "", "" }), nil), model.Skipped, "neither a phone number ID nor a WABA")
	expect(t, askFake(t, "health", of(func(f *model.Failure) { f.PhoneID = "4000O0" }), nil), model.Unknown, `'O' at place 5`)
}

func TestHealthSamples(t *testing.T) {
	for _, tt := range []struct {
		file string
		want model.Verdict
		say  []string
	}{
		{"meta_doc_health_available.json", model.OK, nil},
		{"meta_doc_health_limited.json", model.Unknown, []string{"display name has not been approved"}},
		{"meta_doc_health_sip_blocked.json", model.OK, []string{"not:SIP"}},
	} {
		t.Run(tt.file, func(t *testing.T) {
			expect(t, askFake(t, "health", of(nil), map[string]string{testPhone: sample(t, tt.file)}), tt.want, tt.say...)
		})
	}
}

func TestAccount(t *testing.T) {
	tests := []struct {
		name string
		code model.Code
		body string
		want model.Verdict
		say  []string
	}{
		{"well", "", `{"id":"1","name":"Shop","status":"ACTIVE","account_review_status":"APPROVED","business_verification_status":"VERIFIED"}`, model.OK, []string{"active and approved", "fact:ACTIVE"}},
		{"only the review", "", `{"id":"1","account_review_status":"APPROVED"}`, model.Unknown, []string{"does not have the account's status"}},
		{"only the status", "", `{"id":"1","status":"ACTIVE"}`, model.OK, []string{"of its review Meta's answer says nothing", "not:approved"}},
		{"restricted", "", `{"id":"1","status":"RESTRICTED","account_review_status":"APPROVED"}`, model.Problem, []string{"RESTRICTED"}},
		{"rejected", "", `{"id":"1","status":"ACTIVE","account_review_status":"REJECTED"}`, model.Problem, []string{"REJECTED, not APPROVED"}},
		{"a word that nobody knows", "", `{"id":"1","status":"DREAMING"}`, model.Unknown, []string{`"DREAMING"`}},
		{"neither", "", `{"id":"1"}`, model.Unknown, []string{"neither"}},
		{"not verified is no cause", "", `{"id":"1","status":"ACTIVE","business_verification_status":"not_verified"}`, model.OK, []string{"but the business behind it is not verified"}},
		{"marketing off", "131063", `{"id":"1","status":"ACTIVE","disable_marketing_messages_on_cloud_api":true}`, model.Problem, []string{"marketing"}},
		{"marketing off, another code", "131000", `{"id":"1","status":"ACTIVE","disable_marketing_messages_on_cloud_api":true}`, model.OK, []string{"marketing"}},
		{"no currency", "131042", `{"id":"1","status":"ACTIVE"}`, model.OK, []string{"131042"}},
		{"permission", "", `{"error":{"message":"(#10) Permission denied","code":10}}`, model.Unknown, []string{"lacks a permission"}},
		{"token", "", `{"error":{"message":"x","code":190,"error_subcode":467}}`, model.Unknown, []string{"does not take the access token (it was revoked", "see the token check"}},
		{"a fault at Meta", "", `{"error":{"message":"x","code":2,"is_transient":true}}`, model.Unknown, []string{"a fault of its own"}},
		{"truncated", "", `{"id":"1","status":"ACT`, model.Unknown, []string{"breaks off"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := of(func(f *model.Failure) { f.Code = tt.code })
			expect(t, askFake(t, "account", s, map[string]string{testWABA: tt.body}), tt.want, tt.say...)
		})
	}
	expect(t, askFake(t, "account", of(func(f *model.Failure) { f.WABA = "" }), nil), model.Skipped, "names no WABA", "unsent account add")
	expect(t, askFake(t, "account", of(func(f *model.Failure) { f.WABA = "30000000000000l" }), nil), model.Unknown, `'l' at place 15`)
	s := of(func(f *model.Failure) { f.WABA = "" })
	s.Meta = &Meta{Account: model.Account{Name: "shop", WABA: testWABA}}
	expect(t, askFake(t, "account", s, map[string]string{testWABA: `{"id":"1","status":"ACTIVE"}`}), model.OK, "fact:ID from: the account shop")
}

func TestPhoneNumber(t *testing.T) {
	tests := []struct {
		name string
		code model.Code
		body string
		want model.Verdict
		say  []string
	}{
		{"well", "", `{"id":"1","display_phone_number":"+1 555-010-0123","status":"CONNECTED","quality_rating":"GREEN","platform_type":"CLOUD_API","account_mode":"LIVE","name_status":"APPROVED","throughput":{"level":"STANDARD"}}`, model.OK, []string{"connected", "fact:number: +1 555 ... 23", "not:0100123"}},
		{"test number", "", `{"status":"CONNECTED","code_verification_status":"NOT_VERIFIED"}`, model.OK, []string{"does not stop a registered number"}},
		{"red is a warning", "", `{"status":"CONNECTED","quality_rating":"RED"}`, model.OK, []string{"but its quality is RED"}},
		{"new number", "", `{"status":"CONNECTED","quality_rating":"NA"}`, model.OK, []string{"not:quality is"}},
		{"banned", "", `{"status":"BANNED","quality_rating":"RED"}`, model.Problem, []string{"banned by Meta (BANNED)", "fact:quality is RED"}},
		{"flagged", "", `{"status":"FLAGGED"}`, model.Unknown, []string{"FLAGGED"}},
		{"status unknown", "", `{"status":"UNKNOWN"}`, model.Unknown, nil},
		{"no status", "", `{"id":"1"}`, model.Unknown, nil},
		{"a word that nobody knows", "", `{"status":"LINKED"}`, model.Unknown, []string{`"LINKED"`}},
		{"not registered", "", `{"status":"CONNECTED","platform_type":"NOT_APPLICABLE"}`, model.Problem, []string{"not registered"}},
		{"on premises", "", `{"status":"CONNECTED","platform_type":"ON_PREMISE"}`, model.Unknown, nil},
		{"sandbox", "131030", `{"status":"CONNECTED","account_mode":"SANDBOX"}`, model.Problem, []string{"only the recipients on its list"}},
		{"sandbox, another code", "131000", `{"status":"CONNECTED","account_mode":"SANDBOX"}`, model.OK, []string{"131030"}},
		{"declined name", "131037", `{"status":"CONNECTED","name_status":"DECLINED"}`, model.Problem, []string{"DECLINED"}},
		{"declined name, 131005", "131005", `{"status":"CONNECTED","name_status":"DECLINED"}`, model.Unknown, nil},
		{"declined name, another code", "131000", `{"status":"CONNECTED","name_status":"DECLINED"}`, model.OK, nil},
		{"webhook of its own", "", `{"status":"CONNECTED","webhook_configuration":{"phone_number":"https://u:p@hooks.example.com/x?token=abc"}}`, model.OK, []string{"fact:go to: hooks.example.com", "not:abc"}},
		{"unseen", "", notThere, model.Unknown, []string{"wrong id, or the token may not see it"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := of(func(f *model.Failure) { f.Code = tt.code })
			expect(t, askFake(t, "phone-number", s, map[string]string{testPhone: tt.body}), tt.want, tt.say...)
		})
	}
	odd := of(func(f *model.Failure) { f.PhoneID, f.Sender, f.WABA = "", "15550100123", "3/../me" })
	expect(t, askFake(t, "phone-number", odd, nil), model.Unknown, "WABA ID", "'/' at place 2")
	// The log has the number and not its ID: the WABA's list has both.
	s := of(func(f *model.Failure) { f.PhoneID, f.Sender = "", "15550100123" })
	list := `{"data":[{"id":"7","display_phone_number":"+1 555-010-0123"}]}`
	expect(t, askFake(t, "phone-number", s, map[string]string{testWABA + "/phone_numbers": list, "7": `{"status":"CONNECTED"}`}), model.OK)
	expect(t, askFake(t, "phone-number", s, map[string]string{testWABA + "/phone_numbers": `{"data":[]}`}), model.Unknown)
}

func TestNumberInAccount(t *testing.T) {
	list := func(entries string) map[string]string {
		return map[string]string{testWABA + "/phone_numbers": `{"data":[` + entries + `],"paging":{"cursors":{"before":"a","after":"b"}}}`}
	}
	ours := `{"id":"` + testPhone + `","display_phone_number":"+1 555-010-0123","quality_rating":"NA"}`
	other := `{"id":"400000000000009","display_phone_number":"+1 555-010-0199"}`
	expect(t, askFake(t, "number-in-account", of(nil), list(other+","+ours)), model.OK, "belongs to this WhatsApp account")
	expect(t, askFake(t, "number-in-account", of(nil), list(other)), model.Problem, "phone number ID "+testPhone+" does not belong to WABA "+testWABA, "fact:400000000000009 +1 555 ... 99")
	expect(t, askFake(t, "number-in-account", of(nil), list("")), model.Problem, "fact:numbers of the WABA: none")
	expect(t, askFake(t, "number-in-account", of(nil), map[string]string{testWABA + "/phone_numbers": `{}`}), model.Unknown)
	expect(t, askFake(t, "number-in-account", of(nil), nil), model.Unknown, "Meta does not say which")
	endless := map[string]string{testWABA + "/phone_numbers": `{"data":[` + other + `],"paging":{"cursors":{"after":"b"},"next":"https://example.com"}}`}
	expect(t, askFake(t, "number-in-account", of(nil), endless), model.Unknown, "there are more")
	sender := of(func(f *model.Failure) { f.PhoneID, f.Sender = "", "15550100123" })
	expect(t, askFake(t, "number-in-account", sender, list(ours)), model.OK)
	expect(t, askFake(t, "number-in-account", sender, list(other)), model.Problem, "+1 555 ... 23 does not belong", "not:0100123")
	// The account's WABA stands in for the log's: it may just be the wrong account.
	fromAccount := of(func(f *model.Failure) { f.WABA = "" })
	fromAccount.Meta = &Meta{Account: model.Account{Name: "shop", WABA: testWABA}}
	expect(t, askFake(t, "number-in-account", fromAccount, list(other)), model.Unknown, "account shop")
}

func TestNumberInAccountSample(t *testing.T) {
	s := of(func(f *model.Failure) { f.PhoneID = "109252871979649" })
	says := map[string]string{testWABA + "/phone_numbers": sample(t, "bindambc_phoneNumbersList.json")}
	expect(t, askFake(t, "number-in-account", s, says), model.OK)
	expect(t, askFake(t, "number-in-account", of(nil), says), model.Problem)
	says = map[string]string{testPhone: sample(t, "bindambc_phoneNumberNotFoundError.json")}
	expect(t, askFake(t, "phone-number", of(nil), says), model.Unknown, "wrong id, or the token may not see it", "fact:fbtrace_id")
}

func TestWebhook(t *testing.T) {
	const at = testWABA + "/subscribed_apps"
	nested := func(id, name string) string {
		return `{"whatsapp_business_api_data":{"id":"` + id + `","name":"` + name + `","link":"https://example.com"},"override_callback_uri":"https://hooks.example.com/in?secret=hush"}`
	}
	ours := of(func(f *model.Failure) { f.App = testApp })
	tests := []struct {
		name string
		s    Subject
		says map[string]string
		want model.Verdict
		say  []string
	}{
		{"ours", ours, map[string]string{at: `{"data":[` + nested(testApp, "Our CRM") + `]}`}, model.OK, []string{"fact:Our CRM, sent to hooks.example.com", "not:hush"}},
		{"ours, flat", ours, map[string]string{at: `{"data":[{"id":"` + testApp + `","name":"Our CRM"}]}`}, model.OK, nil},
		{"nobody", ours, map[string]string{at: `{"data":[]}`}, model.Problem, []string{"no app is subscribed", "does not make them fail"}},
		{"another app", ours, map[string]string{at: `{"data":[` + nested("500000000000009", "Other") + `]}`}, model.Problem, []string{"our app " + testApp + " is not subscribed"}},
		{"Meta's test app only", of(nil), map[string]string{at: `{"data":[` + nested(metaTestApp, "Test") + `]}`}, model.Problem, []string{"test app of Meta's"}},
		{"app from the token", of(nil), map[string]string{at: `{"data":[` + nested(testApp, "Our CRM") + `]}`, "debug_token": debug(`"app_id":"` + testApp + `","is_valid":true`)}, model.OK, []string{"fact:the token's app: " + testApp}},
		{"only the token's app is missing", of(nil), map[string]string{at: `{"data":[` + nested("500000000000009", "Other") + `]}`, "debug_token": debug(`"app_id":"` + testApp + `","is_valid":true`)}, model.Unknown, []string{"does not say which app the CRM sends with"}},
		{"app not known", of(nil), map[string]string{at: `{"data":[` + nested(testApp, "Our CRM") + `]}`}, model.Unknown, []string{"ask the CRM for its app ID"}},
		{"no list", ours, map[string]string{at: `{"success":true}`}, model.Unknown, []string{"no list"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { expect(t, askFake(t, "webhook", tt.s, tt.says), tt.want, tt.say...) })
	}
}

func TestWebhookSample(t *testing.T) {
	says := map[string]string{testWABA + "/subscribed_apps": sample(t, "audit_subscribed_apps_meta_only.json")}
	expect(t, askFake(t, "webhook", of(nil), says), model.Problem, "test app of Meta's", "does not make them fail")
}
