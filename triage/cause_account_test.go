package triage

import (
	"testing"

	"unsent/model"
)

func TestAccount(t *testing.T) {
	judge(t, "account", []judged{
		{"368", anIncident("368"), model.Confirmed, "368"},
		{"131031 has a second reason", anIncident("131031"), model.Likely, "mostly"},
		{"131031 and health", anIncident("131031", finds("health", model.Problem, "Meta blocks sending for the WhatsApp account: banned (141014)")), model.Confirmed, "141014"},
		{"health without a reason", anIncident("131000", finds("health", model.Problem, "Meta blocks sending for the business")), model.Likely, "the business"},
		{"health names the payment", anIncident("131000", finds("health", model.Problem, "Meta blocks sending for the WhatsApp account: a payment error (141006)")), model.CannotTell, ""},
		{"the account check", anIncident("131000", finds("account", model.Problem, "the WhatsApp account is RESTRICTED, not active")), model.Likely, "RESTRICTED"},
		{"S2-C3 the account as a whole", anIncident("131000", compared(model.DimWABA, allOf40, fewOf400, fewOf400)), model.Possible, "396 of 400 sends of other accounts"},
		{"others of the account go well", anIncident("131000", compared(model.DimTemplate, allOf40, fewOf400, nothing)), model.Unlikely, "does not choose"},
		{"half of it goes well, and health", anIncident("131000", compared(model.DimWABA, halfOf400, fewOf400, fewOf400), finds("health", model.Problem, "Meta limits sending for the business: quality (368)")), model.Likely, "need not stop them all"},
		{"both checks are content", anIncident("131000", finds("health", model.OK, "may send"), finds("account", model.OK, "active")), model.Unlikely, "Active"},
		{"step 4 by hand does not say which", anIncident("131000", hand("4", model.StepProblem, "a red banner")), model.Possible, "a red banner"},
	})
}
