package packet

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"unsent/kb"
	"unsent/model"
	"unsent/safe"
)

// Fields 14 to 19: what was done and found out.

// A progress is one step of the article with how far it has come.
type progress struct {
	step     kb.Step
	state    model.StepState
	by       string
	at       time.Time
	note     string
	required bool // an item P5 wants it settled
	sub      bool
}

// progress puts the records to the article's steps. The records are merged
// already: what was ticked by hand counts before what a check found.
func (k *Packet) progress() []progress {
	var out []progress
	var walk func([]kb.Step, bool)
	walk = func(steps []kb.Step, sub bool) {
		for _, s := range steps {
			p := progress{step: s, state: model.StepOpen, sub: sub}
			k.settle(&p)
			// The way to support is this packet, and a step that has to be undone is
			// never owed: the receiver may be asked first.
			p.required = !sub && len(s.Undo) == 0 && !s.Escalates
			out = append(out, p)
			walk(s.Sub, true)
		}
	}
	walk(k.in.Match.Article.Steps, false)
	return out
}

func (k *Packet) settle(p *progress) {
	for _, r := range k.in.Steps {
		if r.Step == p.step.ID && r.State != "" && r.State != model.StepOpen {
			p.state, p.by, p.at, p.note = r.State, r.By, r.At, r.Note
		}
	}
	if p.state == model.StepOpen && k.in.Outage && p.step.OutageLocks {
		p.state, p.note = model.StepLocked, "an outage is open"
	}
}

// word is the state of a step as it is told to a receiver.
func (p *progress) word() string {
	switch {
	case p.step.Escalates && (p.state == model.StepOpen || p.state == model.StepLocked):
		return "this packet"
	case p.state == model.StepDone:
		return "done"
	case p.state == model.StepProblem:
		return "done, found a problem"
	case p.state == model.StepSkipped:
		return "left out on purpose"
	case p.state == model.StepLocked:
		return "not applicable yet"
	case len(p.step.Undo) > 0:
		return "not done: it changes a live set-up, so we ask first"
	}
	return "not done"
}

// mark is the state in the digest: "1ok 2ok 3no".
func (p *progress) mark() string {
	switch {
	case p.state == model.StepDone:
		return "ok"
	case p.state == model.StepProblem:
		return "bad"
	case p.state == model.StepSkipped, p.state == model.StepLocked:
		return "n/a"
	case p.step.Escalates:
		return "this"
	}
	return "no"
}

// steps is item P5: which steps of the article were taken, when, by whom, with
// what result.
func (k *Packet) steps(d detail) field {
	f := field{key: "steps", label: "STEPS"}
	var open []string
	var data []any
	all := k.progress()
	if len(all) == 0 {
		f.state = notApplicable
		f.lines = []string{"Not applicable: the knowledge base has no steps for this error."}
	}
	for _, p := range all {
		if p.sub && p.state == model.StepOpen {
			continue
		}
		if p.required && p.state == model.StepOpen {
			open = append(open, p.step.ID)
		}
		line := p.step.ID + " " + safe.Line(p.step.Title) + ": " + p.word()
		row := map[string]any{"step": p.step.ID, "title": safe.Line(p.step.Title), "state": string(p.state), "says": p.word()}
		if !p.at.IsZero() {
			line += ", " + minute(p.at)
			row["at"] = stamp(p.at)
		}
		if p.by != "" {
			line += ", by " + cut(safe.Line(p.by), 20)
			row["by"] = cut(safe.Line(p.by), 20)
		}
		if note := k.prose(p.note, d.prose); note != "" {
			line += ": " + note
			row["note"] = note
		}
		f.lines = append(f.lines, line)
		data = append(data, row)
	}
	if k.profile != Public {
		notes := slices.Clone(k.in.Notes)
		slices.SortStableFunc(notes, func(a, b model.Note) int { return b.At.Compare(a.At) })
		for _, n := range notes[:min(len(notes), d.notes)] {
			if text := k.prose(n.Text, d.prose); text != "" {
				line := "note: " + text
				row := map[string]any{"note": text}
				if !n.At.IsZero() {
					line = "note of " + minute(n.At) + ": " + text
					row["at"] = stamp(n.At)
				}
				f.lines = append(f.lines, line)
				data = append(data, row)
			}
		}
	}
	f.data = data
	if f.state == notApplicable {
		return f
	}
	f.state = given
	if len(open) > 0 {
		noun, them := "step", "it"
		if len(open) > 1 {
			noun, them = "steps", "them"
		}
		f.state = missing
		f.lack = noun + " " + list(open) + " not done"
		f.missing = f.lack + "; take " + them + ", or mark " + them + " as left out on purpose"
	}
	return f
}

// found are the findings, the newest of each check, in the order in which the
// checks first come.
func (k *Packet) found() []model.Finding {
	var out []model.Finding
	at := map[string]int{}
	for _, f := range k.in.Findings {
		i, ok := at[f.Check]
		switch {
		case !ok:
			at[f.Check] = len(out)
			out = append(out, f)
		case f.At.After(out[i].At):
			out[i] = f
		}
	}
	return out
}

// checks is the transcript, and what the evidence says of the causes.
func (k *Packet) checks(d detail) field {
	f := field{key: "checks", label: "CHECKS", missing: "no check was run"}
	var data []any
	run := 0
	for _, fi := range k.found() {
		row := map[string]any{"check": cut(safe.Line(fi.Check), 40), "verdict": string(fi.Verdict)}
		line := cut(safe.Line(fi.Check), 40) + ": " + string(fi.Verdict)
		if fi.Verdict != model.Skipped {
			run++
			f.state = given
		}
		if !fi.At.IsZero() {
			line += ", " + minute(fi.At)
			row["at"] = stamp(fi.At)
		}
		if fi.Source != "" {
			line += ", " + k.prose(fi.Source, 60)
			row["source"] = k.prose(fi.Source, 60)
		}
		if s := k.prose(fi.Summary, d.prose); s != "" {
			line += ": " + s
			row["summary"] = s
		}
		if len(data) < d.checks {
			f.lines = append(f.lines, line)
			data = append(data, row)
		}
	}
	byVerdict := map[model.CauseVerdict][]string{}
	for _, c := range k.in.Causes {
		byVerdict[c.Verdict] = append(byVerdict[c.Verdict], cut(safe.Line(c.Cause), 40))
	}
	causes := map[string]any{}
	for _, v := range []model.CauseVerdict{model.Confirmed, model.Likely, model.Possible, model.Unlikely, model.RuledOut, model.CannotTell} {
		if names := byVerdict[v]; len(names) > 0 {
			f.lines = append(f.lines, fmt.Sprintf("causes %s: %s", v, strings.Join(names, ", ")))
			causes[string(v)] = names
		}
	}
	f.data = map[string]any{"results": data, "causes": causes}
	return f
}

// answer is what a check found out, empty where it could not tell.
func (k *Packet) answer(check string, d detail) string {
	for _, fi := range k.found() {
		if fi.Check == check && (fi.Verdict == model.OK || fi.Verdict == model.Problem) {
			return k.prose(fi.Summary, d.prose)
		}
	}
	return ""
}

// changed is what happened shortly before, as far as the log or a check tells.
func (k *Packet) changed(d detail) field {
	f := field{key: "changed", label: "CHANGED", missing: "not looked at: ask what was changed shortly before (app, webhook, token, templates, numbers)"}
	var rows []any
	for i, c := range k.in.Changed {
		if i == d.top {
			f.say("%d more in the log.", len(k.in.Changed)-i)
			break
		}
		text, source := k.prose(c.Text, d.prose), k.prose(c.Source, 60)
		f.say("%s (%s)", text, source)
		row := map[string]any{"change": text, "source": source}
		if !c.At.IsZero() {
			row["at"] = stamp(c.At)
		}
		rows = append(rows, row)
	}
	if s := k.answer("activity", d); s != "" { // what it lists has been told above, with dates
		f.say("%s", s)
		rows = append(rows, map[string]any{"change": s, "source": "activity"})
	}
	if f.state == missing {
		f.lines = []string{"Not known."}
		return f
	}
	f.data = rows
	return f
}

// retries are counted only where the log shows them. Which step is about sending
// again only its words would tell, so its note stays with the steps.
func (k *Packet) retries(d detail) field {
	f := field{key: "retries", label: "RETRIES", missing: "the log shows no second failure of a message; whether anything was sent again is not known"}
	again, most := 0, 0
	for i := range k.in.Samples {
		if n := k.in.Samples[i].Attempts; n > 1 {
			again++
			most = max(most, n)
		}
	}
	data := map[string]any{}
	if again > 0 {
		f.say("%d of %s failed more than once, up to %d times. How many of all failures are retries is not counted.",
			again, plural(len(k.in.Samples), "sample message"), most)
		data["samples_failed_again"], data["most_attempts"] = again, most
	}
	if s := k.answer("retry", d); s != "" {
		f.say("%s", s)
		data["found"] = s
	}
	if f.state == missing {
		f.lines = []string{"Not known: the log shows no second failure of a message. What was tried by hand stands with the steps."}
	}
	f.data = data
	return f
}

// control is the test with another number that is known to work. It is told in
// the note of the step about the recipient, or of the step inside it that is about
// this test, by a note that begins with "test": any other note there says something
// else. Where nobody made it, the log may have.
func (k *Packet) control(d detail) field {
	f := field{key: "control_test", label: "TEST", missing: "no test with a number that is known to work; send one message to it, and at the step about the number note 'test: ...' with the result"}
	for _, p := range k.progress() {
		if (slices.Contains(p.step.Checks, "recipient") || slices.Contains(p.step.Checks, "other-numbers")) && p.by == "hand" && strings.HasPrefix(strings.ToLower(strings.TrimSpace(p.note)), "test") {
			note := k.prose(p.note, d.prose)
			f.say("With another number, step %s: %s", p.step.ID, note)
			f.data = note
			return f
		}
	}
	if s := k.answer("other-numbers", d); s != "" {
		f.say("Not made by hand. From the log: %s", s)
		f.data = s
		return f
	}
	f.lines = []string{"No test with a number that is known to work."}
	return f
}

func (k *Packet) workaround(d detail) field {
	f := field{key: "workaround", label: "WORKAROUND", missing: "no workaround is noted"}
	if s := k.prose(k.in.Workaround, d.prose); s != "" {
		f.say("%s", s)
		f.data = s
	} else {
		f.lines = []string{"None noted."}
	}
	return f
}
