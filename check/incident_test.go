package check

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"unsent/model"
)

// incidentOf is an incident of these messages and no others.
func incidentOf(all ...model.Failure) Subject {
	s := Subject{Now: now}
	s.Incident = model.Incident{ID: 1, Failures: len(all), First: now.Add(-time.Hour), Last: now}
	for i := range all {
		all[i].ID, all[i].WABA, all[i].PhoneID, all[i].At = model.MessageID(i+1), testWABA, testPhone, now.Add(-time.Hour)
	}
	s.Newest = all
	return s
}

// many is a failure n times.
func many(n int, f model.Failure) (all []model.Failure) {
	for range n {
		all = append(all, f)
	}
	return all
}

// What is known of a few messages only is not said of the incident: neither that
// it is well nor that it is wrong.
func TestFewMessagesAreNotTheIncident(t *testing.T) {
	flow := func(id string) model.Failure {
		return model.Failure{Kind: "interactive", Request: strings.Replace(fmt.Sprintf(flowRequest, "published"), "700000000000001", id, 1)}
	}
	draft := map[string]string{"700000000000001": `{"id":"7","status":"DRAFT"}`}
	wamid := "wamid.HBgLMTU1NTAxMDAxMjMVAgARGBIwMDAwMDAwMDAwMDAwMDAwMDEA"
	arrived := map[string]string{testPhone + "/message_history": `{"data":[{"message_id":"` + wamid + `","events":{"data":[{"delivery_status":"READ","timestamp":1778670000}]}}]}`}
	free := model.Failure{Kind: "text", RecipientRaw: "15550100123"}
	shut, open := free, free
	shut.LastInbound, open.LastInbound = now.Add(-90*time.Hour), now.Add(-2*time.Hour)
	for _, tt := range []struct {
		name, check string
		all         []model.Failure
		says        map[string]string
		want        model.Verdict
		say         []string
	}{
		{"one Flow of one", "flow", []model.Failure{flow("700000000000001")}, draft, model.Problem, nil},
		{"the Flow that most opened", "flow", append(many(3, flow("700000000000001")), flow("700000000000002")), draft, model.Problem, []string{"fact:1 of 2 Flows, that of 3 of 4 messages"}},
		{"one Flow of four", "flow", []model.Failure{flow("700000000000001"), flow("700000000000002"), flow("700000000000003"), flow("700000000000004")}, draft, model.Unknown, []string{"1 of 4 messages"}},
		{"a Flow among what cannot be told", "flow", append(many(5, model.Failure{Kind: "interactive"}), flow("700000000000001")), draft, model.Unknown, []string{"1 of 6 messages"}},
		{"the history of one of nine", "message-history", append(many(8, free), model.Failure{Kind: "text", WAMID: wamid}), arrived, model.Unknown, []string{"cannot tell for the whole incident: the message arrived", "1 of 9 messages"}},
		{"one closed window and nine that are not known", "window", append(many(9, free), shut), nil, model.Unknown, []string{"1 of 10 messages", "of 9 the log does not say"}},
		{"five closed of thirteen", "window", append(append(many(5, shut), many(4, open)...), many(4, free)...), nil, model.Unknown, []string{"5 of 13 messages"}},
		{"most windows closed", "window", append(many(3, shut), free), nil, model.Problem, []string{"3 of 4 messages"}},
		{"one bad number and nine that are hidden", "recipient", append(many(9, model.Failure{RecipientRaw: "1555****123", Flags: []model.Flag{model.FlagRecipientMasked}}), model.Failure{RecipientRaw: "555"}), nil, model.Unknown, []string{"1 of all 10 numbers"}},
		{"good numbers and none", "recipient", append(many(3, model.Failure{RecipientRaw: "15550100123"}), many(2, model.Failure{})...), nil, model.Unknown, []string{"cannot tell for 2 of all 5 numbers"}},
		{"good numbers", "recipient", many(3, open), nil, model.OK, []string{"all 3 numbers are well formed"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			expect(t, askFake(t, tt.check, incidentOf(tt.all...), tt.says), tt.want, tt.say...)
		})
	}
}

// The number is the account's where the log names none, so that it is missing in
// the log's WABA is no mismatch of the log's.
func TestNumberOfTheAccountIsNotTheLogs(t *testing.T) {
	s := of(func(f *model.Failure) { f.PhoneID = "" })
	s.Meta = &Meta{Account: model.Account{Name: "shop", WABA: testWABA, Phones: []string{testPhone}}}
	list := map[string]string{testWABA + "/phone_numbers": `{"data":[{"id":"400000000000009"}]}`}
	expect(t, askFake(t, "number-in-account", s, list), model.Unknown, "the log does not name both, one is from the account shop")
	// So it is where the log has the number itself and the WABA is the account's.
	s.Message.WABA, s.Message.Sender = "", "15550100123"
	expect(t, askFake(t, "number-in-account", s, list), model.Unknown, "one is from the account shop")
}

// The token's app is not said to be the one that sends.
func TestWebhookOfTheTokensApp(t *testing.T) {
	says := map[string]string{
		testWABA + "/subscribed_apps": `{"data":[{"whatsapp_business_api_data":{"id":"` + testApp + `","name":"CRM"}}]}`,
		"debug_token":                 `{"data":{"is_valid":true,"app_id":"` + testApp + `"}}`,
	}
	expect(t, askFake(t, "webhook", of(nil), says), model.OK, "the token's app "+testApp+" gets", "whether the CRM sends with that app the log does not say")
	expect(t, askFake(t, "webhook", of(func(f *model.Failure) { f.App = testApp }), says), model.OK, "the app gets", "not:token's app")
}

// A number in Meta's own words is hidden in the sentence, too.
func TestRefusalHidesNumbers(t *testing.T) {
	says := map[string]string{testWABA: `{"error":{"message":"(#131030) Recipient 15550100123 is not on the list","code":131030}}`}
	expect(t, askFake(t, "account", of(nil), says), model.Unknown, "could not tell: Meta answered with error 131030", "not:15550100123")
}
