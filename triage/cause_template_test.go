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
