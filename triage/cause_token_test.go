package triage

import (
	"testing"

	"unsent/model"
)

func TestToken(t *testing.T) {
	const gone = "the access token expired"
	judge(t, "token", []judged{
		{"190 is Meta's own word", anIncident("190"), model.Confirmed, "190 “Access token has expired”"},
		{"131005 may be it", anIncident("131005"), model.Possible, "131005"},
		{"131005 and the check", anIncident("131005", finds("token", model.Problem, "the access token lacks a permission")), model.Likely, "lacks a permission"},
		{"131000 and the check", anIncident("131000", finds("token", model.Problem, gone)), model.Likely, "token check, 13 May 14:30 UTC"},
		{"S2-C2 all sends from one moment on", anIncident("131000", compared(model.DimWABA, allOf40, fewOf400, fewOf400)), model.Possible, "396 of 400 sends had gone well in the hour before"},
		{"others of the account go well", anIncident("131000", compared(model.DimTemplate, allOf40, fewOf400, nothing)), model.Unlikely, "each of them needs the token"},
		{"half of the account goes well", anIncident("131000", compared(model.DimWABA, halfOf400, fewOf400, fewOf400)), model.CannotTell, "sent with another one"},
		{"half of the account goes well, and the check", anIncident("131000", compared(model.DimWABA, halfOf400, fewOf400, fewOf400), finds("token", model.Problem, gone)), model.Likely, "expired"},
		{"a problem, and others go well", anIncident("131000", compared(model.DimTemplate, allOf40, fewOf400, nothing), finds("token", model.Problem, gone)), model.Possible, "expired"},
		{"the check is content", anIncident("131000", finds("token", model.OK, "the token is valid")), model.Unlikely, "valid"},
		{"the check could not ask", anIncident("131000", finds("token", model.Unknown, "no answer")), model.CannotTell, "could not tell"},
		{"a person's token still works", anIncident("131000", finds("token", model.Problem, "the access token is a person's (type USER)", "type", "USER")), model.Possible, "type USER"},
		{"190 before, on the same account", anIncident("131000", earlier("190", model.DimWABA)), model.Likely, "failed 3 times with 190"},
		{"by hand, done, is not nothing found", anIncident("131000", hand("3", model.StepDone, "it had expired; renewed")), model.CannotTell, "it had expired; renewed"},
		{"by hand, a problem", anIncident("131000", hand("3", model.StepProblem, "expired")), model.Likely, "expired"},
		{"the error's own words", anIncident("131000", details("Error validating access token")), model.Likely, "access token"},
	})
}
