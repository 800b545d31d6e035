package triage

import (
	"testing"

	"unsent/model"
)

func TestRecipient(t *testing.T) {
	bad := finds("recipient", model.Problem, "40 of 40 numbers are malformed")
	good := finds("recipient", model.OK, "all 40 numbers are well formed")
	alone := compared(model.DimRecipient, model.Share{Sends: 40, Failed: 40}, fewOf400, nothing)
	judge(t, "recipient", []judged{
		{"131026 may be the number", anIncident("131026"), model.Possible, "131026"},
		{"131026 and malformed", anIncident("131026", bad), model.Likely, "malformed"},
		{"131050 is the recipient's wish", anIncident("131050"), model.Confirmed, "131050"},
		{"S2-C6 malformed", anIncident("131000", bad), model.Likely, "malformed"},
		{"well formed", anIncident("131000", good), model.Unlikely, "well formed"},
		{"S2-Q4 one recipient, templates", anIncident("131000", many(1, 1, 1, 1), ofKind("template"), alone, good), model.Likely, "396 of 400 sends to the account's other recipients"},
		{"S2-Q4 one recipient, free text", anIncident("131000", many(1, 1, 1, 1), ofKind("text"), alone), model.Possible, "24-hour window looks the same"},
		{"written oddly in the log", anIncident("131000", flagged(model.FlagRecipientOdd)), model.Possible, "whole international numbers"},
		{"one recipient, and nobody gets the template", anIncident("131000", many(1, 1, 1, 1), ofKind("template"), alone, compared(model.DimTemplate, allOf40, fewOf400, nothing)), model.Possible, ""},
		{"one recipient, no successes", anIncident("131000", many(1, 1, 1, 1)), model.Possible, "another number"},
		{"one recipient who was reached as well", anIncident("131000", many(1, 1, 1, 1), compared(model.DimRecipient, model.Share{Sends: 50, Failed: 40}, fewOf400, nothing)), model.Unlikely, "10 of 50"},
	})
}
