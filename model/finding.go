package model

import (
	"fmt"
	"time"
)

// A Verdict is the answer to a check.
type Verdict string

// The four verdicts. Unknown is not a weak OK: it means that the question could
// not be put or answered. Skipped means that it was not asked, for a reason
// that the summary gives.
const (
	OK      Verdict = "ok"
	Problem Verdict = "problem"
	Unknown Verdict = "unknown"
	Skipped Verdict = "skipped"
)

// A Finding is what a check found out, and when.
type Finding struct {
	Check   string    // the check's stable name, "window"
	About   MessageID // the message that it was asked about; 0: the incident as a whole
	Title   string    // the question, "Is the customer service window open?"
	Verdict Verdict
	Summary string        // one sentence that an agent could say to a customer
	Facts   []Fact        // what the verdict rests on, in order
	Source  string        // where it was asked: "this log", "graph.facebook.com v25.0"
	At      time.Time     // when, UTC
	Took    time.Duration // how long it took
	Raw     string        // the raw answer, without secrets; may be long
}

// A Fact is one named value. The value is untrusted text.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// FactOpenNow is the fact that says, of an outage that the status page or the log
// shows, whether it is open now, "yes" or "no". One that is over explains what
// failed in it and is nothing to wait for.
const FactOpenNow = "outage open now"

// A StepState is how far one step of an article has come.
type StepState string

// The states of a step.
const (
	StepOpen    StepState = "open"
	StepDone    StepState = "done"
	StepProblem StepState = "problem" // done, and it found what is wrong
	StepSkipped StepState = "skipped" // left out on purpose
	StepLocked  StepState = "locked"  // may not be taken yet, for a reason
)

// StepUnlocked is the state of a record, never of a step: an agent has overruled
// what locks the step, for the reason in the note. The step itself is open.
const StepUnlocked StepState = "unlocked"

// A StepRecord is what is known of one step of one incident. Step is the
// article's number, "3", or "7.2" for a step inside a step.
type StepRecord struct {
	Step  string    `json:"step"`
	State StepState `json:"state"`
	By    string    `json:"by,omitzero"` // "hand" or "check"
	At    time.Time `json:"at,omitzero"` // UTC
	Note  string    `json:"note,omitzero"`
}

// A Note is free text that an agent left on an incident.
type Note struct {
	ID   int64
	At   time.Time // UTC
	Who  string
	Text string
}

// An Event is one line of the audit trail: who did what, when, to what. The
// trail is append-only and each event carries a hash over the one before.
type Event struct {
	N      int64     // counted from 1 without gaps
	At     time.Time // UTC
	Who    string
	What   string // "import", "state", "step", "note", "packet", "copy", "reveal", "override", "undo", "purge"
	Target string // "i3", "m12", a file name
	Detail string
	Hash   string // hex
}

// A CauseVerdict says how strongly the evidence speaks for one cause.
type CauseVerdict string

// The words for a cause, strongest first. There are no percentages.
const (
	Confirmed  CauseVerdict = "confirmed"
	Likely     CauseVerdict = "likely"
	Possible   CauseVerdict = "possible"
	Unlikely   CauseVerdict = "unlikely"
	RuledOut   CauseVerdict = "ruled out"
	CannotTell CauseVerdict = "cannot tell"
)

// A CauseFinding is one cause with the evidence that moved its verdict.
type CauseFinding struct {
	Cause   string       `json:"cause"` // stable name: outage, token, account, template, window, recipient, public-key, app, …
	Title   string       `json:"title,omitzero"`
	Verdict CauseVerdict `json:"verdict"`
	Why     []string     `json:"why"` // Reasons as sentences, most telling first
	Reasons []Reason     `json:"reasons,omitempty"`
}

// A Lean is which way a reason moves the verdict on a cause.
type Lean string

// The leans.
const (
	For     Lean = "for"
	Against Lean = "against"
	Beside  Lean = "beside"  // worth knowing, and it moves nothing
	Missing Lean = "missing" // what is not known yet and would tell
)

// A Reason is one line of evidence: a sentence that an agent could say to a
// customer, without a final stop, and where it comes from.
type Reason struct {
	Lean   Lean   `json:"lean"`
	Text   string `json:"text"`
	Source string `json:"source,omitzero"` // "this message", "the log", "token check, 13 May 14:05 UTC", "step 3 by hand, …"
}

// String is the sentence with its source behind it.
func (r Reason) String() string {
	if r.Source == "" {
		return r.Text
	}
	return r.Text + " (" + r.Source + ")"
}

// A Packet is an escalation packet as it was made. Text is final: secrets and,
// by profile, personal data are masked in it before it gets here.
type Packet struct {
	ID       int64
	Incident IncidentID
	Message  MessageID // 0 when the packet speaks for a whole incident
	Made     time.Time // UTC
	Profile  string
	Format   string
	Complete int    // of 5
	Hash     string // sha256 over what it says, hex
	File     string // where it was written
	Text     string
}

// String is "✗"-free plain text for logs: "window: problem: …".
func (f Finding) String() string {
	return fmt.Sprintf("%s: %s: %s", f.Check, f.Verdict, f.Summary)
}
