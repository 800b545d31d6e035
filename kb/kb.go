// Package kb is the knowledge base: what an error code of WhatsApp means, what
// may have caused it, which steps to take in which order, what to answer the
// customer, and where the sources contradict one another. It is data: articles/
// holds the articles written by hand, catalogue.toml one line of facts for every
// code, and a code without an article gets a page made from its line.
//
// To add an article, write articles/<code>.md (the package's tests say what it
// must have). To add a code, add an entry to catalogue.toml. No Go is needed for
// either. Everything is compiled in: the package reads no file and no network.
package kb

import (
	"time"

	"unsent/model"
)

// An Article is everything the knowledge base has to say about one error.
//
// Its texts are our own words; Markdown with headings, paragraphs, lists, code
// and links only. Treat an article as read-only: its slices are shared.
type Article struct {
	ID        string       // the code that names the file: "131000"
	Codes     []model.Code // Meta's codes that it serves, the main one first
	HTTP      []int        // HTTP statuses that lead here when a failure has no code
	Texts     []string     // phrases that lead here when a failure has neither, lower case
	Title     string
	Verdict   string        // four words or fewer, "WAIT: Meta side"
	Summary   string        // one sentence
	Generated bool          // a page made from the catalogue, not an article
	Modified  string        // date of the source article, "2026-05-13"; empty when it gives none
	Checked   string        // the day its facts were last compared with their sources
	Expect    time.Duration // how long the error lasts at most, as its source has it; 0 when that is not known
	Sources   []Link
	Sections  []Section // "lead" and "meaning" first; Causes, Steps, Prevent and Replies are not in it
	Causes    []Cause
	Steps     []Step // in the order in which they are to be taken
	Replies   []Reply
	Related   []Related
	Conflicts []Conflict
	Asks      []Ask
	Prevent   []Section
}

// A Link is a source: its name, an https URL, and the day it is dated or was
// read, empty when that is not known.
type Link struct{ Name, URL, Date string }

// A Section is one part of an article. Key is stable, Title is for people.
type Section struct{ Key, Title, Body string }

// A Cause is one of the reasons an article names, N counted from 1 in the
// article's own order. Key is the cause's stable name: outage, token, account, …
type Cause struct {
	N                int
	Key, Title, Body string
}

// A Step is one thing to do. ID is the article's number, "3", or "7.2" inside
// step 7. Checks are the names of the checks that answer it.
type Step struct {
	ID, Title, Body string
	Checks          []string
	Open            string   // https URL of the page this step is about, or empty
	Hand            bool     // no API can answer it: it is ticked by hand
	OutageLocks     bool     // must not be taken while an outage is open
	Escalates       bool     // it hands the case to support: nothing has to wait for it, and a packet is the way to take it
	Needs           []string // the steps that must be settled first
	Undo            []string // what has to be undone should this step not help
	Sub             []Step
}

// A Reply is a text that an agent can send to a customer as it stands.
type Reply struct{ Key, Question, Text string }

// A Related is another code worth a look.
type Related struct {
	Code model.Code
	Why  string
}

// A Conflict is a point on which the sources disagree: both sides, and what
// this program does about it.
type Conflict struct{ ID, Article, Meta, We, Source string }

// An Ask is one item that the receiver of an escalation wants, P1 to P5.
type Ask struct{ Key, Text string }

// Section is the section with that key; the zero Section when there is none.
func (a *Article) Section(key string) Section {
	for _, s := range a.Sections {
		if s.Key == key {
			return s
		}
	}
	return Section{}
}

// Step finds a step, or a step inside a step, by its id.
func (a *Article) Step(id string) (Step, bool) { return findStep(a.Steps, id) }

func findStep(steps []Step, id string) (Step, bool) {
	for _, s := range steps {
		if s.ID == id {
			return s, true
		}
		if sub, ok := findStep(s.Sub, id); ok {
			return sub, true
		}
	}
	return Step{}, false
}

// Cause finds a cause by its stable name.
func (a *Article) Cause(key string) (Cause, bool) {
	for _, c := range a.Causes {
		if c.Key == key {
			return c, true
		}
	}
	return Cause{}, false
}
