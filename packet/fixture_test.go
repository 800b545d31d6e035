package packet

import (
	"encoding/base64"
	"fmt"
	"time"

	"unsent/kb"
	"unsent/model"
)

// Everything here is invented: documentation numbers, ids that no account has.

var began = time.Date(2026, 5, 13, 13, 41, 7, 0, time.UTC)

func fakeWAMID(digits string, n int) string {
	raw := append([]byte{0x1c, 0x18, byte(len(digits))}, digits...)
	raw = append(raw, 0x15, 2, 0, 0x11, 0x18, 0x12)
	raw = append(raw, fmt.Sprintf("9A3CA5B3D4CD6E%04X", n)...)
	return "wamid." + base64.StdEncoding.EncodeToString(append(raw, 0))
}

func number(n int) string { return fmt.Sprintf("1555010%04d", n) }

// syncFailure is refused by the API's answer.
func syncFailure(n int) model.Failure {
	to := number(n)
	return model.Failure{
		ID: model.MessageID(n + 1), Incident: 3, At: began.Add(time.Duration(n) * time.Minute), Zone: model.ZoneOffset,
		Code: "131000", CodeFrom: model.FromJSON, Title: "Something went wrong", Details: "Message failed to send because of an unknown error for " + to,
		HTTPStatus: 500, Trace: fmt.Sprintf("A1bCdEfGhIjKlMnOpQr%04d", n),
		Recipient: to, RecipientRaw: "+" + to, Country: "1", Sender: "15550109999",
		PhoneID: "120000000000012", WABA: "120000000000002", App: "120000000000099",
		Template: "order_ready", Language: "en_US", Kind: "template", Category: "utility", Status: "failed", Attempts: 1,
		Source: model.Source{File: "log.csv", Line: n + 2},
		Request: fmt.Sprintf(`POST https://graph.facebook.com/v23.0/120000000000012/messages `+
			`{"messaging_product":"whatsapp","to":"%s","type":"template","template":{"name":"order_ready","language":{"code":"en_US"},`+
			`"components":[{"type":"body","parameters":[{"type":"text","text":"Maria Example"},{"type":"text","text":"1234567"}]}]}}`, to),
		Response: fmt.Sprintf(`{"error":{"message":"(#131000) Something went wrong","type":"OAuthException","code":131000,`+
			`"error_data":{"messaging_product":"whatsapp","details":"Message failed to send because of an unknown error for %s"},"fbtrace_id":"A1bCdEfGhIjKlMnOpQr%04d"}}`, to, n),
	}
}

// webhookFailure was accepted first and reported by webhook.
func webhookFailure(n int) model.Failure {
	to := number(n)
	f := syncFailure(n)
	f.Trace, f.HTTPStatus, f.WAMID = "", 0, fakeWAMID(to, n)
	f.Response = fmt.Sprintf(`{"object":"whatsapp_business_account","entry":[{"id":"120000000000002","changes":[{"field":"messages","value":{"messaging_product":"whatsapp",`+
		`"metadata":{"display_phone_number":"15550109999","phone_number_id":"120000000000012"},"contacts":[{"profile":{"name":"Maria Example"},"wa_id":"%s"}],`+
		`"statuses":[{"id":"%s","status":"failed","timestamp":"1778679667","recipient_id":"%s","errors":[{"code":131000,"title":"Something went wrong",`+
		`"message":"Something went wrong","error_data":{"details":"Message failed to send because of an unknown error."},"href":"/documentation/business-messaging/whatsapp/support/error-codes"}]}]}}]}]}`,
		to, f.WAMID, to)
	return f
}

func incident(failures int) model.Incident {
	return model.Incident{
		ID: 3, Code: "131000", HTTP: 500, Title: "Something went wrong", Failures: failures, Attempts: 12140, Successes: true, Recipients: 11377,
		First: began, Last: began.Add(47*time.Minute + 48*time.Second), WABAs: 1, PhoneIDs: 3, Templates: 14, Kinds: 2, WABA: "120000000000002",
		Shape: model.ShapeAccount, Reason: "one account, of which nearly every send fails since 13:41 UTC",
		State: model.StateWorking, Trend: []int{0, 903, 1288, 1310, 1275, 1301, 1290, 1266, 1307, 1262, 700},
	}
}

func scopes() map[model.Dim]model.Scope {
	top := func(rows ...any) []model.ScopeValue {
		var out []model.ScopeValue
		for i := 0; i < len(rows); i += 3 {
			out = append(out, model.ScopeValue{Value: rows[i].(string), Failed: rows[i+1].(int), Attempted: rows[i+2].(int)})
		}
		return out
	}
	return map[model.Dim]model.Scope{
		model.DimTemplate:  {Values: 14, Top: top("order_ready", 4102, 4190, "order_shipped", 2977, 3044, "reminder_2", 1010, 1021, "promo_spring", 990, 1000, "survey", 870, 890)},
		model.DimLanguage:  {Values: 2, Top: top("en_US", 9002, 9150, "es", 2900, 2990)},
		model.DimPhone:     {Values: 3, Top: top("120000000000012", 8000, 8150, "120000000000013", 3000, 3060, "120000000000014", 902, 930)},
		model.DimWABA:      {Values: 1, Top: top("120000000000002", 11902, 12140)},
		model.DimApp:       {Values: 1, Top: top("120000000000099", 11902, 12140)},
		model.DimRecipient: {Values: 11377, Top: top(number(7), 3, 0)},
		model.DimCountry:   {Values: 2, Top: top("1", 11000, 11200, "44", 902, 940)},
		model.DimKind:      {Values: 2, Top: top("template", 11000, 11200, "text", 902, 940)},
	}
}

func allSteps() []model.StepRecord {
	at := began.Add(8 * time.Minute)
	return []model.StepRecord{
		{Step: "1", State: model.StepDone, By: "check", At: at, Note: "Meta reports nothing (fetched 13:49)"},
		{Step: "2", State: model.StepDone, By: "hand", At: at.Add(7 * time.Minute), Note: "waited 60 s, 2 min, 4 min: 30 of 30 retries failed"},
		{Step: "3", State: model.StepDone, By: "check", At: at, Note: "valid, system user, no expiry, both permissions"},
		{Step: "4", State: model.StepDone, By: "check", At: at, Note: "WABA and 3 numbers AVAILABLE"},
		{Step: "5", State: model.StepDone, By: "check", At: at, Note: "approved, name and language exact"},
		{Step: "6", State: model.StepDone, By: "hand", At: at.Add(12 * time.Minute), Note: "test: our own phone fails too"},
	}
}

func findings() []model.Finding {
	at := began.Add(8 * time.Minute)
	return []model.Finding{
		{Check: "status-page", Title: "Does Meta's status page report anything?", Verdict: model.OK, Summary: "Meta reports nothing (fetched 13:49 UTC).", Source: "metastatus.com", At: at},
		{Check: "token", Title: "Is the access token valid?", Verdict: model.OK, Summary: "Valid, never expires, both permissions.", Source: "graph.facebook.com v23.0", At: at,
			Facts: []model.Fact{{Name: "token", Value: "valid"}}},
		{Check: "health", Title: "May it send?", Verdict: model.OK, Summary: "WABA, number and app AVAILABLE.", Source: "graph.facebook.com v23.0", At: at},
		{Check: "activity", Title: "What changed?", Verdict: model.OK, Summary: "No change on the account in the last 24 hours.", Source: "graph.facebook.com v23.0", At: at},
		{Check: "flow", Title: "Flow?", Verdict: model.Skipped, Summary: "Skipped: not about a Flow."},
	}
}

// outageLike is the whole: a fault of one WABA that everything is known of.
func outageLike() Input {
	samples := []model.Failure{}
	for n := range 6 {
		samples = append(samples, syncFailure(n))
	}
	samples = append(samples, webhookFailure(40))
	samples[2].Attempts = 3
	return Input{
		Version: "0.9.0", Made: began.Add(time.Hour), Local: time.FixedZone("", -4*3600),
		Incident: incident(11902), Match: kb.For(kb.Facts{Code: "131000"}), Scopes: scopes(), Samples: samples,
		Steps: allSteps(), Findings: findings(),
		Notes: []model.Note{{ID: 1, At: began.Add(20 * time.Minute), Who: "agent", Text: "Customer +1 (555) 010-0002 called, Maria Example; mail maria@shop.example"}},
		Codes: []model.CodeCount{{Code: "131000", Failures: 11902}},
		Evidence: model.Evidence{Shape: model.ShapeAccount, Outage: model.LogOutage{WABAs: 3, Hit: 1}, Contrasts: []model.Contrast{
			{Dim: model.DimWABA, Value: "120000000000002", In: model.Share{Sends: 12140, Failed: 11902}, Out: model.Share{Sends: 4100, Failed: 16}, Before: model.Share{Sends: 9000, Failed: 36}},
		}},
		Changed: []Change{
			{Text: "The access token expired on 13 May 13:40 UTC, 1 minute before the first failure", Source: "token check, 13 May 13:49 UTC", At: began.Add(-time.Minute)},
			{Text: "The template “order_ready” was first seen on 13 May 13:20 UTC, sent to 15550100002 first", Source: "the log", At: began.Add(-20 * time.Minute)},
		},
		Causes: []model.CauseFinding{
			{Cause: "app", Verdict: model.Possible}, {Cause: "token", Verdict: model.RuledOut}, {Cause: "template", Verdict: model.RuledOut}, {Cause: "window", Verdict: model.Unlikely},
		},
		Contact: "Support desk, desk@crm.example", Ticket: "T-100",
	}
}
