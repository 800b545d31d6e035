package triage

import (
	"testing"
	"time"

	"unsent/model"
)

func TestTemplate(t *testing.T) {
	noSuccesses := func(c *model.Case) { c.Incident.Successes = false }
	hours := func(c *model.Case) { c.Evidence.Earlier[0].Last = began.Add(-5 * time.Hour) }
	alone := compared(model.DimTemplate, allOf40, fewOf400, nothing)
	judge(t, "template", []judged{
		{"132015", anIncident("132015"), model.Confirmed, "132015"},
		{"132001 may be the wrong account", anIncident("132001"), model.Likely, "mostly"},
		{"132001 and the check", anIncident("132001", finds("template", model.Problem, "it exists in en only")), model.Confirmed, "en only"},
		{"S2-C4 one template, the others well", anIncident("131000", alone), model.Likely, "All 40 sends of the template “order_ready” failed"},
		{"and the check", anIncident("131000", alone, finds("template", model.Problem, "it is PAUSED")), model.Confirmed, "PAUSED"},
		{"but the check is content", anIncident("131000", alone, finds("template", model.OK, "it is APPROVED")), model.Possible, "APPROVED"},
		{"but the numbers are hidden", anIncident("131000", alone, flagged(model.FlagRecipientMasked)), model.Possible, "does not show the recipients' numbers"},
		{"but the numbers are odd", anIncident("131000", alone, flagged(model.FlagRecipientOdd)), model.Possible, "a bad list looks the same"},
		{"the numbers are hidden, and well formed", anIncident("131000", alone, flagged(model.FlagRecipientMasked), finds("recipient", model.OK, "well formed")), model.Likely, ""},
		{"but all from one number that sends nothing", anIncident("131000", alone, compared(model.DimPhone, allOf40, fewOf400, nothing)), model.Possible, "one phone number"},
		{"from one number that sends other things well", anIncident("131000", alone, compared(model.DimPhone, halfOf400, fewOf400, nothing)), model.Likely, ""},
		{"but all to one recipient", anIncident("131000", alone, many(1, 1, 1, 1)), model.Possible, "one recipient"},
		{"the account's others fail as well", anIncident("131000", shaped(model.ShapeTemplate), compared(model.DimTemplate, allOf40, allOf40, nothing)), model.Unlikely, "all 40 sends of the account with another template or none failed as well"},
		{"no successes to compare with", anIncident("131000", shaped(model.ShapeTemplate)), model.Possible, "no sends that went well"},
		{"half of its sends go well", anIncident("131000", compared(model.DimTemplate, halfOf400, fewOf400, nothing)), model.Unlikely, "240 of 400 sends"},
		{"many templates", anIncident("131000", many(1, 1, 12, 40)), model.Unlikely, "12 templates"},
		{"one of them has a problem", anIncident("131000", many(1, 1, 2, 40), finds("template", model.Problem, "it is PAUSED")), model.Possible, "one of the 2 templates"},
		{"free text", anIncident("131000", ofKind("text")), model.RuledOut, "No template was sent"},
		{"S2-R4 132001 on it before", anIncident("131000", earlier("132001", model.DimTemplate)), model.Likely, "3 times with 132001"},
		{"132001 on it before, and perhaps mended", anIncident("131000", earlier("132001", model.DimTemplate), hours, noSuccesses), model.Possible, "mended in between"},
		{"132001 on another thing", anIncident("131000", earlier("132001", model.DimRecipient)), model.CannotTell, ""},
	})
}
