package triage

import (
	"testing"
	"time"

	"unsent/model"
)

func TestWindow(t *testing.T) {
	late := finds("window", model.Problem, "40 of 40 messages were sent more than 24 hours after the customer last wrote")
	wrote := func(ago time.Duration) trait {
		return message(model.Failure{Kind: "text", LastInbound: began.Add(-ago)})
	}
	inbound := func(ago ...time.Duration) trait {
		return func(c *model.Case) {
			ofKind("text")(c)
			for i := range c.Samples {
				c.Samples[i].Kind, c.Samples[i].At, c.Samples[i].LastInbound = "text", began, began.Add(-ago[i])
			}
		}
	}
	judge(t, "window", []judged{
		{"131047", anIncident("131047"), model.Confirmed, "131047"},
		{"131047, and the log has the customer's message of that day", anIncident("131047", wrote(3*time.Hour)), model.Possible, "3 hours before"},
		{"131047, and the log agrees", anIncident("131047", wrote(30*time.Hour)), model.Confirmed, "131047"},
		{"131047, and the log agrees with none", anIncident("131047", inbound(3*time.Hour, 3*time.Hour)), model.Possible, "Of 2 messages at hand 2 were sent within 24 hours"},
		{"131047, and the log agrees with some", anIncident("131047", inbound(3*time.Hour, 30*time.Hour)), model.Confirmed, "131047"},
		{"131047 of a template", anIncident("131047", ofKind("template")), model.Possible, "need no open window"},
		{"S2-C5 late, but 131000", anIncident("131000", ofKind("text"), late), model.Possible, "no public case is known"},
		{"late, and templates go well", anIncident("131000", ofKind("text"), late, compared(model.DimKind, allOf40, fewOf400, nothing)), model.Likely, "of the account's templates went well"},
		{"S2-R3 131047 before on the same recipient", anIncident("131000", ofKind("text"), earlier("131047", model.DimRecipient)), model.Likely, "131047"},
		{"131047 before, but a template", anIncident("131000", ofKind("template"), earlier("131047", model.DimRecipient)), model.Unlikely, "need no open window"},
		{"templates only", anIncident("131000", ofKind("template")), model.RuledOut, "Only templates"},
		{"the check is content", anIncident("131000", finds("window", model.OK, "the customer had written within 24 hours")), model.RuledOut, "within 24 hours"},
		{"a message, in time", anIncident("131000", wrote(3*time.Hour)), model.RuledOut, "3 hours before"},
		{"a message, late", anIncident("131000", wrote(30*time.Hour)), model.Possible, "30 hours before"},
		{"the customer's word of today", anIncident("131000", wrote(-time.Hour)), model.CannotTell, "window check"},
	})
}
