package triage

import (
	"testing"
	"time"

	"unsent/model"
)

func TestOutage(t *testing.T) {
	early := func(c *model.Case) { c.Incident.First = began.Add(-5 * time.Hour) }
	judge(t, "outage", []judged{
		{"S2-C1 several accounts in the same minutes", anIncident("131000", many(9, 12, 30, 500), shaped(model.ShapeOutage), suspected(9, 9)), model.Likely, "9 of 9 accounts"},
		{"and the status page", anIncident("131000", many(9, 12, 30, 500), shaped(model.ShapeOutage), suspected(9, 9), finds("status-page", model.Problem, "Meta reports an outage")), model.Confirmed, "Meta reports an outage"},
		{"the status page alone", anIncident("131000", finds("status-page", model.Problem, "Meta reports an outage")), model.Likely, "Meta reports"},
		{"K10 a page that reports nothing rules nothing out", anIncident("131000", many(9, 12, 30, 500), suspected(9, 9), finds("status-page", model.OK, "Meta reports nothing")), model.Likely, "does not rule out"},
		{"a page that reports nothing moves nothing", anIncident("131000", finds("status-page", model.OK, "Meta reports nothing")), model.CannotTell, "does not rule out"},
		{"one account cannot tell", anIncident("131000", suspected(1, 1)), model.CannotTell, "too few accounts"},
		{"one of many accounts", anIncident("131000", suspected(1, 12)), model.Unlikely, "no other failed more"},
		{"one template during an outage", anIncident("131000", shaped(model.ShapeTemplate), suspected(9, 9)), model.Possible, "bounded otherwise"},
		{"began long before it", anIncident("131000", suspected(9, 9), early), model.Possible, "at another time"},
		{"one template, the others well", anIncident("131000", compared(model.DimTemplate, allOf40, fewOf400, nothing)), model.Unlikely, "does not choose"},
		{"131016 alone", anIncident("131016"), model.Possible, "131016"},
		{"131016 over many accounts", anIncident("131016", many(9, 9, 9, 99), suspected(9, 9)), model.Likely, "9 of 9"},
		{"ticked by hand", anIncident("131000", hand("1", model.StepProblem, "the page is red")), model.Likely, "the page is red"},
	})
}
