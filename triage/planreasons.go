package triage

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"unsent/kb"
	"unsent/model"
)

// A Refusal is why a message is not sent again. Equal reasons are equal, so that
// they can be counted: what differs from message to message is not in it.
type Refusal struct {
	Rule string `json:"rule"`        // one of the names below, stable
	Why  string `json:"why"`         // a sentence
	Do   string `json:"do,omitzero"` // a sentence: what can be done in its place
}

// The rules by which a message is refused.
const (
	RuleNoMessage = "no-message"    // the row names no single message
	RuleRecipient = "recipient"     // whom it goes to cannot be told
	RuleRow       = "row"           // the row was damaged, and cells may stand in the wrong column
	RuleDelivered = "delivered"     // it has arrived, or may have
	RuleAmbiguous = "ambiguous"     // Meta may have it
	RuleUnknown   = "unknown-error" // what the error means is not known
	RuleNever     = "never"         // another try cannot help or must not be made
	RuleTemplate  = "template-only" // only an approved template may go in its place
	RuleChange    = "change"        // the message itself has to be another one
	RuleNotASend  = "not-a-send"    // the error is not one of sending
	RulePerson    = "person"        // the log says elsewhere that this person gets none
	RuleTime      = "time"          // how old it is cannot be told
	RuleNewer     = "newer"         // a newer message of the same template to the same person is there
	RuleTried     = "tried"         // it was tried often enough
	RuleStale     = "stale"         // what it says may no longer be true
	RuleWindow    = "window"        // free text, and the customer service window is closed
	RuleOutage    = "outage"        // nothing is sent while an outage is suspected or reported
	RuleFix       = "fix-first"     // something has to be put right before it can go
)

// How old a message may be when it goes out again. Whoever waits for a login
// code has asked for another one after minutes. News of an order is news for a
// day, and an answer in free text has a window of a day anyway. Marketing gets
// three days, because 131049 asks for one already.
const (
	loginAge     = 10 * time.Minute
	newsAge      = 24 * time.Hour
	marketingAge = 72 * time.Hour
)

// PlanAge is the age beyond which no message is planned, whatever it is.
const PlanAge = marketingAge

// A time without a zone was taken as UTC. Clocks on earth show up to 14 hours
// more than that and up to 12 hours less.
const (
	zoneEast = 14 * time.Hour
	zoneWest = 12 * time.Hour
)

// The window in which free text may go, from the customer's last message.
const serviceWindow = 24 * time.Hour

// A log that is loaded again with other times is there twice, unless the first import
// is taken back. The console does both at once.
const (
	sayZone  = "Say the time zone: m, then t on the list of files; on the command line import --undo N, then import --tz ZONE."
	sayOrder = "Say which stands first: m, then o on the list of files; on the command line import --undo N, then import --date-order."
)

// byFlag are the refusals that a row's own flags ask for, the first one counts.
var byFlag = []struct {
	flag model.Flag
	why  *Refusal
}{
	{model.FlagDelivered, &Refusal{RuleDelivered, "The log says that this very message was delivered as well.", ""}},
	{model.FlagContradiction, &Refusal{RuleDelivered, "The row has an error and a status that is no failure, so it may have been delivered.", "Ask the CRM what became of it."}},
	{model.FlagAccountError, &Refusal{RuleNoMessage, "The row is about an account and names no message.", ""}},
	{model.FlagSeveral, &Refusal{RuleNoMessage, "The row holds several sends, and which of them failed cannot be told.", "Ask for an export with one send in a row."}},
	{model.FlagGroup, refusedGroup},
	{model.FlagNoRecipient, refusedNobody},
	{model.FlagRecipientMasked, &Refusal{RuleRecipient, "The export hides digits of the number.", "Ask for an export with whole numbers."}},
	{model.FlagRecipientDamaged, &Refusal{RuleRecipient, "A spreadsheet cut digits off the number.", "Ask for the export as it was before a spreadsheet opened it."}},
	{model.FlagRecipientOdd, &Refusal{RuleRecipient, "The number is no whole international number.", "Correct the number in the CRM: country code first, digits only."}},
	{model.FlagDayAssumed, &Refusal{RuleTime, "The log's date does not tell day from month (as in 03/04), so how old it is cannot be told.", sayOrder}},
	{model.FlagRepaired, &Refusal{RuleRow, "The row had more or fewer cells than the header, so its values may stand in the wrong columns.", "Look the message up in the CRM."}},
}

var (
	refusedGroup     = &Refusal{RuleNoMessage, "It was sent to a group, and a plan is for single people.", "Send it to the group by hand."}
	refusedNobody    = &Refusal{RuleRecipient, "The row does not say whom the message was for.", "Ask for an export with the numbers."}
	refusedNoTime    = &Refusal{RuleTime, "The row has no time that could be read, so how old it is cannot be told.", "Ask for an export with the time of each message."}
	refusedFuture    = &Refusal{RuleTime, "Its time lies ahead of this machine's clock, so how old it is cannot be told.", sayZone}
	refusedZone      = &Refusal{RuleTime, "The log names no time zone, so it may be up to 14 hours older than it looks, and that would be too old.", sayZone}
	refusedNewer     = &Refusal{RuleNewer, "A newer message with the same template to the same person failed, too, and only the newest may be sent.", ""}
	refusedNewerText = &Refusal{RuleNewer, "A newer message without a template to the same person is in the log, and which of them still matters cannot be told.", "Read the conversation and send by hand what is still needed."}
	refusedElsewhere = &Refusal{RuleDelivered, "A later message with the same template to the same person was delivered.", ""}
	refusedTried     = &Refusal{RuleTried, fmt.Sprintf("It has failed more than %d times: this is no passing fault.", Retries), "Look for the cause, step by step."}
	refusedHeldTried = &Refusal{RuleTried, "Meta has held it back twice, and each further try makes the hold longer.", "Reach the person in another way."}
	refusedLogin     = &Refusal{RuleStale, fmt.Sprintf("By its category or its template's name it is a login code or the like, and it would be over %s old: such a code is worth nothing any more.", ageWords(loginAge)), "The person asks for a new code."}
	refusedNews      = &Refusal{RuleStale, fmt.Sprintf("It would be over %s old: what it says may no longer be true.", ageWords(newsAge)), "Ask the business whether it still matters, and write it anew."}
	refusedCampaign  = &Refusal{RuleStale, fmt.Sprintf("It is marketing and would be over %s old: the offer may be over.", ageWords(marketingAge)), "Ask the business whether it still matters, and write it anew."}
	refusedQueue     = &Refusal{RuleStale, "It would be too old before its turn comes: so many messages wait before it.", "Ask the business whether it still matters, and write it anew."}
	refusedWindow    = &Refusal{RuleWindow, "It is free text, and the customer service window is closed or will be.", "Send an approved template, or wait until the customer writes."}
	refusedBlocked   = &Refusal{RulePerson, "The business has blocked this person, says the log elsewhere (130403).", "Unblock them in the CRM if that was not meant."}
	refusedStopped   = &Refusal{RulePerson, "This person has stopped marketing from the business, says the log (131050), and the message is marketing or may be.", "Do not send it, unless they allow it again."}
	refusedTestGroup = &Refusal{RulePerson, "Meta holds marketing back from this person for an experiment, says the log (130472), and the message is marketing or may be.", "Reach the person in another way."}
	refusedHeld      = &Refusal{RulePerson, "Meta held marketing back from this person within a day (131049), and the log does not say whether this message is marketing.", "Look up the template's category in WhatsApp Manager."}
	refusedInWindow  = &Refusal{RuleTemplate, "Meta says that the customer service window was closed (131047), and the log that the customer had written within 24 hours; which of them is right cannot be told. It must not go again as free text.", "Ask to which of the business's numbers the customer wrote. An approved template may be sent in its place."}
	refusedUnseen    = &Refusal{RuleNewer, "It came into the database while the plan was made.", "Make the plan again."}
)

func ageWords(d time.Duration) string {
	if d >= time.Hour {
		return fmt.Sprintf("%d hours", int(d.Hours()))
	}
	return fmt.Sprintf("%d minutes", int(d.Minutes()))
}

// unfit refuses what the record itself is not good enough for.
func unfit(f *model.Failure) *Refusal {
	for _, b := range byFlag {
		if slices.Contains(f.Flags, b.flag) {
			return b.why
		}
	}
	if toWhom(f) == "" {
		return refusedNobody
	}
	return nil
}

// ofError refuses what its error says must not be sent again as it is, whatever
// else happens.
func ofError(f *model.Failure, rule planRule, e kb.Entry, known bool) *Refusal {
	if f.Code == "" || f.CodeFrom == model.FromTitle && f.HTTPStatus >= 500 {
		return ofNoCode(f)
	}
	if !known {
		return &Refusal{RuleUnknown, fmt.Sprintf("What error %s means is not known here.", f.Code), "Ask the BSP what it means and whether it may be sent again."}
	}
	name := fmt.Sprintf("%s %s: %s ", e.Name(), e.Title, e.Cause)
	switch rule.do {
	case doNever:
		return &Refusal{RuleNever, name + "Sending it again does not help or is not allowed.", e.Remedy}
	case doTemplate:
		if inWindow(f) {
			return refusedInWindow
		}
		return &Refusal{RuleTemplate, name + "It must not go again as free text.", e.Remedy}
	case doChange:
		return &Refusal{RuleChange, name + "The same message would fail again.", e.Remedy}
	case doNothing:
		return &Refusal{RuleNotASend, name + "This is not the error of a message, so there is none to send.", e.Remedy}
	case doByHand:
		return refusedGroup
	}
	return nil
}

// ofNoCode refuses what has no code of Meta's. A request that broke off, or that
// a server between answered, may have reached Meta: there is no way to send it
// again that is sure not to make it two.
func ofNoCode(f *model.Failure) *Refusal {
	const do = "Have the CRM look whether it arrived, and send it by hand only when it is sure that it did not."
	status := f.HTTPStatus
	switch {
	case status >= 500:
		return &Refusal{RuleAmbiguous, fmt.Sprintf("A server answered HTTP %d and no code of Meta's, so Meta may have the message.", status), do}
	case status >= 200 && status < 300:
		return &Refusal{RuleAmbiguous, fmt.Sprintf("The answer was HTTP %d without a code of Meta's, so Meta may have the message.", status), do}
	case status == 408 || brokeOff(f):
		return &Refusal{RuleAmbiguous, "The request ran out of time or broke off, so Meta may have the message.", do}
	case f.Vendor != (model.Vendor{}):
		return &Refusal{RuleUnknown, fmt.Sprintf("The only code is %s's own, and what it means is not known here.", f.Vendor.System), "Ask them what it means and whether Meta has the message."}
	}
	return &Refusal{RuleUnknown, "The log has no error code of Meta's, so whether Meta has the message cannot be told.", "Ask for the error code, or for the answer that Meta gave."}
}

// brokeOff reports words of a request that got no answer.
func brokeOff(f *model.Failure) bool {
	for _, s := range []string{f.Title, f.Message, f.Details, f.Status} {
		s = strings.ToLower(s)
		for _, w := range []string{
			"timeout", "timed out", "time-out", "time out", "deadline exceeded", "connection reset", "connection closed", "connection aborted",
			"connection refused", "econnreset", "econnaborted", "etimedout", "epipe", "broken pipe", "socket hang up", "unexpected eof", "network error",
		} {
			if strings.Contains(s, w) {
				return true
			}
		}
	}
	return false
}

// ofPerson refuses what the log says elsewhere that this person is not to get.
func (p *Planner) ofPerson(f *model.Failure, who planPerson) *Refusal {
	kind := isMarketing(f)
	switch {
	case who.blocked:
		return refusedBlocked
	case kind == planNo:
		return nil
	case who.stopped:
		return refusedStopped
	case who.experiment:
		return refusedTestGroup
	case kind == planMaybe && f.Code != "131049" && who.held > 0 && p.now < who.held+int64(HeldWait/time.Second):
		return refusedHeld
	}
	return nil
}

// untimely refuses what has no time to go by.
func (p *Planner) untimely(f *model.Failure) *Refusal {
	switch ahead := time.Duration(f.At.Unix()-p.now) * time.Second; {
	case f.At.IsZero():
		return refusedNoTime
	case slices.Contains(f.Flags, model.FlagFuture), ahead > 5*time.Minute:
		return refusedFuture
	}
	return nil
}

// A planAnswer says whether a message is marketing.
type planAnswer int

const (
	planNo planAnswer = iota
	planYes
	planMaybe // the log does not say
)

// isMarketing reports whether a message is marketing, which only a template is.
func isMarketing(f *model.Failure) planAnswer {
	c := f.Category
	switch {
	case f.Code == "131049" || strings.Contains(c, "marketing"):
		return planYes
	case strings.Contains(c, "utility"), strings.Contains(c, "service"), isLogin(f), isFree(f):
		return planNo
	}
	return planMaybe
}

// isLogin reports whether a message is a login code or the like: by its category,
// and where the log has none by its template's name.
func isLogin(f *model.Failure) bool {
	c, name := f.Category, strings.ToLower(f.Template)
	switch {
	case strings.Contains(c, "auth"), strings.Contains(c, "otp"):
		return true
	case strings.Contains(c, "marketing"), strings.Contains(c, "utility"), strings.Contains(c, "service"):
		return false // other words, such as "business_initiated", do not say
	}
	for _, w := range []string{"otp", "login", "log_in", "signin", "sign_in", "auth", "verif", "passcode", "one_time", "2fa", "security_code"} {
		if strings.Contains(name, w) {
			return true
		}
	}
	return false
}

// isFree reports whether a message went without a template, as far as the log
// tells.
func isFree(f *model.Failure) bool {
	return f.Template == "" && f.Kind != "template" && !strings.Contains(f.Category, "marketing")
}

// failedBy is when a message may have failed at the latest, in seconds since 1970.
func failedBy(f *model.Failure) int64 {
	at := f.At
	if noZone(f) {
		at = at.Add(zoneWest)
	}
	return at.Unix()
}

func noZone(f *model.Failure) bool { return slices.Contains(f.Flags, model.FlagZoneAssumed) }

// notAfter is when a message is too old to go, in seconds since 1970, as early as
// it can be. Window is true for free text when the log does not say until when
// the customer service window is open.
func notAfter(f *model.Failure) (until int64, window bool) {
	end := f.At.Add(ageLimit(f))
	if isFree(f) {
		if closes := f.LastInbound.Add(serviceWindow); f.LastInbound.IsZero() {
			window = true
		} else if closes.Before(end) {
			end = closes
		}
	}
	if noZone(f) {
		end = end.Add(-zoneEast)
	}
	return end.Unix(), window
}

func ageLimit(f *model.Failure) time.Duration {
	switch {
	case isLogin(f):
		return loginAge
	case isMarketing(f) == planYes:
		return marketingAge
	}
	return newsAge
}

// tooLate refuses what would go out after its time.
func tooLate(f *model.Failure, earliest, until int64) *Refusal {
	switch {
	case earliest <= until:
		return nil
	case noZone(f) && earliest <= until+int64(zoneEast/time.Second):
		return refusedZone
	case isFree(f) && !f.LastInbound.IsZero() && f.LastInbound.Add(serviceWindow).Before(f.At.Add(ageLimit(f))):
		return refusedWindow
	case isLogin(f):
		return refusedLogin
	case isMarketing(f) == planYes:
		return refusedCampaign
	}
	return refusedNews
}
