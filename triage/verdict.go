package triage

import (
	"fmt"
	"slices"
	"strings"

	"unsent/kb"
	"unsent/model"
)

// A Verdict is the one line to say first of a case, and what it is said for.
type Verdict struct {
	Words string // "LIKELY: The access token has expired or is not valid"; may quote the log
	From  VerdictFrom
}

// VerdictFrom is what a verdict rests on.
type VerdictFrom int

// From the weakest to the strongest: the article alone, checks that found something
// without a cause being likely for it, the end that the log shows, causes, an outage.
const (
	FromArticle VerdictFrom = iota
	FromChecks
	FromRecovery
	FromCauses
	FromOutage
)

// Verdict is what to say first of a case: an outage before all, then what leads,
// then what was found without being a cause yet, then that it is over, then the
// article's own. One that waits for the checks says how many have told nothing;
// asks reports whether a check asks somebody, and does not read the log. Without it
// they are not counted.
func (j *Judgement) Verdict(c *model.Case, asks func(check string) bool) Verdict {
	switch found := j.found(c); {
	case j.Outage != "":
		if Outage(j.Steps, Current(c.Findings, c.Read), model.LogOutage{}) == "" {
			return Verdict{"WAIT: outage suspected", FromOutage}
		}
		return Verdict{"WAIT: outage reported", FromOutage}
	case len(j.Leading) > 0:
		return Verdict{LeadWords(j.Leading), FromCauses}
	case found != "":
		return Verdict{"CANNOT TELL: " + found, FromChecks}
	case j.Ended(c) && strings.HasPrefix(j.Match.Article.Verdict, "WAIT"):
		if j.Quiet(c) {
			return Verdict{"QUIET by the log, try one send", FromRecovery}
		}
		return Verdict{"OVER by the log", FromRecovery}
	}
	said := ArticleVerdict(j.Match)
	word, waits := strings.CutSuffix(said, "unknown until checked")
	if !waits {
		return Verdict{said, FromArticle}
	}
	if step, _, ok := Next(j.Steps); ok && step.Escalates { // all before it is settled
		return Verdict{word + "unknown, ask support", FromArticle}
	}
	if told, open := j.answered(asks); told > 0 {
		if said = word + "unknown, the checks found nothing"; open > 0 {
			said = fmt.Sprintf("%sunknown, %d of %d checks without an answer", word, open, told+open)
		}
	}
	return Verdict{said, FromArticle}
}

// ArticleVerdict is what the article says of the error before anybody has looked.
func ArticleVerdict(m kb.Match) string {
	if !m.Known {
		return "CANNOT TELL: unknown error"
	}
	return m.Article.Verdict
}

// Side is where the fault lies when no cause leads and the code leaves a few that are
// all of one side: "Meta side", "access". It is the article's word, and empty where the
// code leaves causes of which nothing can be told.
func (j *Judgement) Side() string {
	word, side, _ := strings.Cut(ArticleVerdict(j.Match), ": ")
	open := func(c model.CauseFinding) bool { return c.Verdict == model.CannotTell }
	if len(j.Leading) > 0 || !j.Match.Known || word == "ASK" || slices.ContainsFunc(j.Causes, open) {
		return ""
	}
	return side
}

// Ended reports whether the log shows that the failures have ended.
func (j *Judgement) Ended(c *model.Case) bool {
	e := &c.Evidence
	return j.Outage == "" && (e.Shape == model.ShapeOutage && !e.Outage.Until.IsZero() || recovered(c))
}

// Quiet reports whether all that the log shows of the end is that the failures
// stopped: in a log without the sends that went well, that nobody sends looks the same.
func (j *Judgement) Quiet(c *model.Case) bool {
	return j.Ended(c) && !recovered(c) && c.Evidence.Outage.Quiet
}

// Arrived says how many messages of a case the log has a success of as well, as a
// sentence; empty when it has none, or the flags of none are at hand.
func Arrived(c *model.Case) string {
	n, of := c.Delivered()
	const ask = ": ask in the CRM what became of %s before anything is sent again or escalated"
	switch them := fmt.Sprintf(ask, "them"); {
	case n == 0:
		return ""
	case c.Message != nil:
		return "The log says that this very message was delivered as well" + fmt.Sprintf(ask, "it")
	case of < c.Incident.Failures:
		return fmt.Sprintf("The log says of %d of the %d newest messages that they were delivered as well", n, of) + them
	default:
		return fmt.Sprintf("The log says of %d of the %s that they were delivered as well", n, model.Count(of, "message", "messages")) + them
	}
}

// hiding are the checks whose problem makes no send fail: it keeps from us why they do.
var hiding = []string{"webhook"}

// found says that a check, or a step by hand, found something while no cause is
// likely; empty when none did.
func (j *Judgement) found(c *model.Case) string {
	var checks, hand []string
	for _, f := range Current(c.Findings, c.Read) {
		if f.Verdict == model.Problem && !contains(hiding, f.Check) && !contains(checks, f.Check) {
			checks = append(checks, f.Check)
		}
	}
	for _, s := range j.Steps {
		if s.State == model.StepProblem && s.By == "hand" {
			hand = append(hand, s.ID)
		}
	}
	switch {
	case len(hand) > 0:
		return plural(hand) + list(hand) + " found something"
	case len(checks) == 1:
		return "the " + checks[0] + " check found something"
	case len(checks) > 1:
		return fmt.Sprintf("%d checks found something", len(checks))
	}
	return ""
}

// answered counts the checks of the steps that ask somebody: those that told, and
// those without an answer.
func (j *Judgement) answered(asks func(check string) bool) (told, open int) {
	counted := map[string]bool{}
	for _, s := range j.Steps {
		for _, name := range s.Checks {
			if asks == nil || counted[name] || !asks(name) {
				continue
			}
			counted[name] = true
			open++
			for _, f := range s.Findings {
				if f.Check == name && (f.Verdict == model.OK || f.Verdict == model.Problem) {
					told, open = told+1, open-1
				}
			}
		}
	}
	return told, open
}

// causeWords are the causes for a narrow column.
var causeWords = map[string]string{
	"outage": "Meta outage", "window": "24-h window", "public-key": "public key", "app": "app set-up", "display-name": "display name",
	"allow-list": "allowed list", "throttled": "Meta's limit", "transient": "passing fault",
}

// CauseWord is a cause in a word or two.
func CauseWord(c model.CauseFinding) string {
	if w := causeWords[c.Cause]; w != "" {
		return w
	}
	return c.Cause
}

// LeadWords says what leads, "LIKELY: token or app set-up"; empty when nothing
// does. One cause is called by its whole name.
func LeadWords(lead []model.CauseFinding) string {
	if len(lead) == 0 {
		return ""
	}
	strength := strings.ToUpper(string(lead[0].Verdict)) + ": "
	if len(lead) == 1 {
		return strength + lead[0].Title
	}
	words := make([]string, len(lead))
	for i, c := range lead {
		words[i] = CauseWord(c)
	}
	and := " or "
	if lead[0].Verdict == model.Confirmed {
		and = " and "
	}
	n := len(words) - 1
	return strength + strings.Join(words[:n], ", ") + and + words[n]
}
