package triage

import (
	"time"

	"unsent/kb"
	"unsent/model"
)

// A doing is what a retry plan does with messages that failed with a code.
type doing int

const (
	doNever    doing = iota + 1 // another try cannot help, or must not be made
	doAgain                     // a passing fault: another try after a wait
	doTomorrow                  // one more try, after a day at the earliest
	doTemplate                  // only an approved template may go in its place
	doFix                       // the same message can go once somebody has put something right
	doChange                    // the message itself has to be another one
	doNothing                   // no error of sending a message: there is nothing to retry
	doByHand                    // of a group: to be sent again by hand
)

// A planFault is what somebody has to put right before the same message can go. The
// checks are those that can tell that it is right again; without any only
// whoever did it can say so.
type planFault struct {
	name   string
	checks []string
}

var (
	badToken     = &planFault{"the access token", []string{"token"}}
	badAccount   = &planFault{"the account", []string{"health", "account"}}
	badPayment   = &planFault{"the payment", []string{"health"}}
	badNumber    = &planFault{"the sending number", []string{"phone-number", "health"}}
	badTemplate  = &planFault{"the template", []string{"template"}}
	badFlow      = &planFault{"the Flow", []string{"flow"}}
	badAllowList = &planFault{"the list of allowed recipients", nil}
	badLimit     = &planFault{"why the number or account was limited", nil}
)

// A planRule is what is done with one code.
type planRule struct {
	do    doing
	fault *planFault    // where do is doFix
	first time.Duration // where do is doAgain: the longest first wait; 0: FirstWait
}

// Rules that several codes share.
var (
	planPassing = planRule{do: doAgain}
	// The limits of the Graph API count the calls of the last hour, so that a
	// shorter wait meets the same limit (Meta, Graph API rate limits, 2026-11-22).
	planHourly   = planRule{do: doAgain, first: 2 * time.Hour}
	planMinutes  = planRule{do: doAgain, first: 10 * time.Minute} // maintenance, and what is being made ready
	planNever    = planRule{do: doNever}
	planChange   = planRule{do: doChange}
	planNothing  = planRule{do: doNothing}
	planToken    = planRule{do: doFix, fault: badToken}
	planAccount  = planRule{do: doFix, fault: badAccount}
	planPayment  = planRule{do: doFix, fault: badPayment}
	planNumber   = planRule{do: doFix, fault: badNumber}
	planTemplate = planRule{do: doFix, fault: badTemplate}
)

// planRules has every code of the catalogue; one that is not here is not
// retried. A range stands under its first code. Which of Meta's refusals may be
// sent again follows what public senders settled on, and the catalogue's word on
// each code: what it says never to retry is not doAgain here.
var planRules = map[model.Code]planRule{
	// A server's fault that passes.
	"1": planPassing, "2": planPassing, "131000": planPassing, "131016": planPassing, "133004": planPassing,
	"131057": planMinutes, "2494100": planMinutes, "134101": planMinutes,

	// Too much at once.
	"4": planHourly, "17": planHourly, "613": planHourly, "80007": planHourly, "80008": planHourly, "132069": planHourly,
	"130429": planPassing, "131056": planPassing,
	"131048": {do: doFix, fault: badLimit}, "131064": {do: doFix, fault: badLimit},

	// The recipient.
	"131049": {do: doTomorrow},
	"131047": {do: doTemplate},
	"130403": planNever, "130472": planNever, "130497": planNever, "131026": planNever, "131050": planNever,
	"131021": planChange, "131062": planChange, "137000": planChange,
	"131030": {do: doFix, fault: badAllowList},

	// Token and permissions.
	"0": planToken, "3": planToken, "10": planToken, "104": planToken, "190": planToken,
	"200": planToken, "201": planToken, "220": planToken, "131005": planToken,

	// The account, its payment, its numbers.
	"368": planAccount, "131031": planAccount, "131063": planAccount, "141014": planAccount, "141000": planAccount,
	"131042": planPayment, "134011": planPayment, "141006": planPayment,
	"33": planNumber, "131037": planNumber, "131045": planNumber, "133006": planNumber, "133010": planNumber,

	// The template and what is in the message.
	"132001": planTemplate, "132015": planTemplate, "134102": planTemplate, "141002": planTemplate,
	"132068": {do: doFix, fault: badFlow},
	"100":    planChange, "131008": planChange, "131009": planChange, "131014": planChange, "131051": planChange, "131053": planChange,
	"131055": planChange, "132000": planChange, "132005": planChange, "132007": planChange, "132008": planChange, "132012": planChange,
	"132016": planChange, "132018": planChange, "134100": planChange, "135000": planChange,

	// Groups.
	"131020": {do: doByHand}, "131041": {do: doByHand}, "131207": {do: doByHand}, "131208": {do: doByHand},

	// Not of messages: groups' members and pictures, calls, Flows, block lists,
	// registration, templates and names being made, health, sign-up.
	"131044": planNothing, "131052": planNothing, "131059": planNothing, "131201": planNothing, "131202": planNothing, "131204": planNothing,
	"131209": planNothing, "131210": planNothing, "131211": planNothing, "131212": planNothing, "131213": planNothing, "131214": planNothing, "131215": planNothing,
	"133000": planNothing, "133005": planNothing, "133008": planNothing, "133009": planNothing, "133015": planNothing, "133016": planNothing,
	"136024": planNothing, "136025": planNothing,
	"138000": planNothing, "138001": planNothing, "138002": planNothing, "138003": planNothing, "138004": planNothing, "138005": planNothing, "138006": planNothing,
	"138007": planNothing, "138009": planNothing, "138012": planNothing, "138013": planNothing, "138018": planNothing, "138024": planNothing, "138025": planNothing,
	"139000": planNothing, "139001": planNothing, "139002": planNothing, "139003": planNothing, "139004": planNothing,
	"139100": planNothing, "139101": planNothing, "139102": planNothing, "139103": planNothing,
	"141010": planNothing,
	"147001": planNothing, "147002": planNothing, "147003": planNothing, "147004": planNothing, "147005": planNothing,
	"200005": planNothing, "200006": planNothing, "200007": planNothing, "1752041": planNothing,
	"2388012": planNothing, "2388019": planNothing, "2388039": planNothing, "2388040": planNothing, "2388047": planNothing, "2388072": planNothing,
	"2388073": planNothing, "2388091": planNothing, "2388093": planNothing, "2388103": planNothing, "2388293": planNothing, "2388299": planNothing,
	"2494164": planNothing, "2494165": planNothing, "2494166": planNothing, "2494167": planNothing, "2494168": planNothing, "2494176": planNothing,
	"2494177": planNothing, "2494179": planNothing, "2593107": planNothing, "2593108": planNothing,
}

// planRuleOf is the rule for a code; false when nobody knows the code.
func planRuleOf(code model.Code, subcode string) (planRule, kb.Entry, bool) {
	e, known := kb.Lookup(code, subcode)
	if !known {
		return planRule{}, e, false
	}
	r, ok := planRules[e.Code]
	return r, e, ok
}
