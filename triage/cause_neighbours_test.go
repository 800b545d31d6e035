package triage

import (
	"testing"
	"time"

	"unsent/model"
)

func TestPayment(t *testing.T) {
	judge(t, "payment", []judged{
		{"131042", anIncident("131042"), model.Confirmed, "131042"},
		{"131005 and health", anIncident("131005", finds("health", model.Problem, "Meta blocks sending for the WhatsApp account: an error with the payment method (141006)")), model.Likely, "141006"},
		{"131000 and a code in the facts", anIncident("131000", finds("health", model.Problem, "Meta limits sending for the WhatsApp account", "the WhatsApp account", "See 141006")), model.Likely, "Meta limits"},
		{"templates fail, answers go out", anIncident("131000", ofKind("template"), compared(model.DimKind, allOf40, fewOf400, nothing)), model.Possible, "what the business starts"},
		{"other templates go well", anIncident("131000", ofKind("template"), compared(model.DimTemplate, allOf40, fewOf400, nothing),
			compared(model.DimKind, model.Share{Sends: 340, Failed: 44}, model.Share{Sends: 100}, nothing)), model.Unlikely, "296 of 300 sends with the account's other templates"},
		{"free text goes well beside the template, which needs no payment", anIncident("131000", ofKind("template"), compared(model.DimTemplate, allOf40, model.Share{Sends: 400}, nothing),
			compared(model.DimKind, allOf40, model.Share{Sends: 400}, nothing)), model.Possible, "what the business starts"},
	})
}

func TestDisplayName(t *testing.T) {
	declined := finds("phone-number", model.Unknown, "cannot tell: the display name is DECLINED", "display name is", "DECLINED")
	judge(t, "display-name", []judged{
		{"131037", anIncident("131037"), model.Confirmed, "131037"},
		{"131005 and a declined name", anIncident("131005", declined), model.Possible, "DECLINED"},
		{"131000 and health", anIncident("131000", finds("health", model.Problem, "Meta limits sending for the phone number: the display name was not approved")), model.Likely, "not approved"},
		{"one number, the others well", anIncident("131000", compared(model.DimPhone, allOf40, fewOf400, nothing)), model.Possible, "one phone number"},
	})
}

func TestRegistration(t *testing.T) {
	judge(t, "registration", []judged{
		{"133010", anIncident("133010"), model.Confirmed, "133010"},
		{"131031 has it as a second reason", anIncident("131031"), model.Possible, "131031"},
		{"131000 and the number", anIncident("131000", finds("phone-number", model.Problem, "the business number is not registered for the Cloud API")), model.Likely, "not registered"},
		{"131000 and a banned number", anIncident("131000", finds("phone-number", model.Problem, "the business number is banned by Meta (BANNED)")), model.CannotTell, ""},
		{"the number is connected", anIncident("131000", finds("phone-number", model.OK, "the business number is connected")), model.Unlikely, "is connected"},
		{"half of its sends go well", anIncident("131000", compared(model.DimPhone, halfOf400, fewOf400, nothing)), model.Unlikely, "240 of 400"},
	})
}

func TestAllowList(t *testing.T) {
	judge(t, "allow-list", []judged{
		{"131030", anIncident("131030"), model.Confirmed, "131030"},
		{"131000 from a test number", anIncident("131000", finds("phone-number", model.OK, "connected", "mode", "SANDBOX")), model.Possible, "test number"},
		{"131000 from another", anIncident("131000", finds("phone-number", model.OK, "connected", "mode", "LIVE")), model.Unlikely, "no test number"},
	})
}

func TestThrottled(t *testing.T) {
	judge(t, "throttled", []judged{
		{"131056", anIncident("131056"), model.Confirmed, "131056"},
		{"131049", anIncident("131049"), model.Confirmed, "131049"},
		{"131000 after 130429", anIncident("131000", earlier("130429", model.DimPhone)), model.Possible, "130429"},
		{"131000", anIncident("131000"), model.CannotTell, "how fast"},
	})
}

func TestTransient(t *testing.T) {
	spread := compared(model.DimWABA, model.Share{Sends: 4000, Failed: 40}, fewOf400, nothing)
	wide := many(1, 2, 9, 40)
	recovered := func(c *model.Case) {
		c.Incident.Successes = true
		c.Incident.Last = began.Add(5 * time.Minute)
		c.Evidence.Recovered = began.Add(7 * time.Minute)
	}
	judge(t, "transient", []judged{
		{"S2-S2b a few among many, numbers well formed", anIncident("131000", wide, ofKind("template"), spread, finds("recipient", model.OK, "all 40 numbers are well formed")), model.Likely, "40 of 4,000 sends"},
		{"a few among many, nothing else known", anIncident("131000", wide, spread), model.Possible, "look the same"},
		{"131016, a few among many", anIncident("131016", wide, spread), model.Likely, "here and there"},
		{"131016, all", anIncident("131016", compared(model.DimWABA, allOf40, nothing, nothing)), model.Unlikely, "lets most through"},
		{"gone after minutes", anIncident("131000", recovered), model.Possible, "It lasted 5 minutes"},
		{"S2-S2b no successes, no share", anIncident("131000"), model.CannotTell, "no sends that went well"},
	})
}
