package ui

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"unsent/model"
	"unsent/safe"
	"unsent/triage"
)

// This file says in the list what an incident's likely cause is. That takes a
// look at the incident, so it is done for the rows in view, and for a screen of rows
// to either side while nothing else is to be done, in a command, and
// kept until what the list knows of the incident changes.

// A stand is what the list knows of an incident: while it is the same, so is the
// judgement, unless a check has found something since.
type stand struct {
	failures, attempts int
	last, changed      int64
	shape              model.Shape
	outage             model.LogOutage
	joined             model.IncidentID
}

func standOf(inc *model.Incident) stand {
	s := stand{failures: inc.Failures, attempts: inc.Attempts, last: inc.Last.UnixMilli(), changed: inc.Changed.UnixMilli(),
		shape: inc.Shape, outage: inc.Outage, joined: inc.Joined}
	// Two readings of the same time need not be equal as values.
	s.outage.Since, s.outage.Until = s.outage.Since.Round(0).UTC(), s.outage.Until.Round(0).UTC()
	return s
}

// likely are the judgements of the list's incidents, in a word or two, and what the
// cases next to the selected one are judged by: with the next key one of them is shown.
type likely struct {
	known   map[model.IncidentID]judged
	near    map[model.IncidentID]nearby
	judging bool          // or waiting to
	quiet   time.Duration // for how long no key must have been pressed
	pressed time.Time     // when one was
	gap     time.Duration // between that one and the one before
	round   int           // raised when all is to be judged anew; an answer from before does not count
}

type judged struct {
	at   stand
	word string
}

// A nearby is what an incident is judged by, as the list knew it when that was read.
type nearby struct {
	at   stand
	data model.Case
	err  error
}

// judgedNow brings the words of some rows, or what they are judged by.
type judgedNow struct {
	round int
	words map[model.IncidentID]judged
	near  map[model.IncidentID]nearby
}

func (m judgedNow) arrive(a *app) tea.Cmd {
	l := &a.home.likely
	l.judging = false
	if m.round != l.round {
		return nil
	}
	for id, j := range m.words {
		l.keep(id, j)
	}
	if m.near != nil {
		h := a.home
		for i := max(h.at-nearKept, 0); i <= min(h.at+nearKept, len(h.shown)-1); i++ {
			id := h.shown[i].ID
			n, was := l.near[id]
			if _, is := m.near[id]; was && !is {
				m.near[id] = n
			}
		}
		l.near = m.near
	}
	return nil
}

// judgeWaited tells that the keys have been quiet for as long as was left.
type judgeWaited struct{}

func (judgeWaited) arrive(a *app) tea.Cmd {
	a.home.likely.judging = false
	return nil
}

func (l *likely) keep(id model.IncidentID, j judged) {
	if l.known == nil {
		l.known = map[model.IncidentID]judged{}
	}
	l.known[id] = j
}

// learn takes the word from a case that was judged, and judged again because a
// check has answered.
func (l *likely) learn(c *caseView) {
	if c.msgID == 0 && (c.glanced || c.ready) {
		l.keep(c.inc.ID, judged{standOf(&c.data.Incident), likelyWord(&c.Judgement)})
	}
}

// forget has everything judged again.
func (l *likely) forget() { l.known, l.near, l.round = nil, nil, l.round+1 }

// glanced is what an incident is judged by, where that was read when it was next to the
// selected one and the list knows nothing newer. A check may have found something since.
func (l *likely) glanced(inc *model.Incident) (model.Case, bool) {
	n, ok := l.near[inc.ID]
	at := standOf(inc)
	return n.data, ok && n.err == nil && n.at == at && standOf(&n.data.Incident) == at
}

// came takes what was read of an incident in the place of what had been read ahead.
func (l *likely) came(c *model.Case) {
	if _, ok := l.near[c.Incident.ID]; ok {
		l.near[c.Incident.ID] = nearby{at: standOf(&c.Incident), data: *c}
	}
}

// nearKept is how many rows from the selected one what was read is kept.
const nearKept = 3

// notJudged stands for a word that is still looked for.
const notJudged = "…"

// word is the likely cause of an incident in the list.
func (l *likely) word(inc *model.Incident) string {
	if j, ok := l.known[inc.ID]; ok && j.at == standOf(inc) {
		return j.word
	}
	return notJudged
}

// judgeQuiet is after how long without a key rows are judged, and after how long
// from the start: the first screen and a held key have the machine to themselves.
const judgeQuiet = 30 * time.Millisecond

// judge looks at the rows in view whose likely cause is not known. It is asked
// after each message; one command does it at a time, between keys. While a log is loaded its
// incidents change all the time, and looking at them would slow it down.
func (h *home) judge(a *app) tea.Cmd {
	if h.likely.judging || a.importing.active || len(h.shown) == 0 {
		return nil
	}
	if a.top() != screen(h) && layoutFor(a.term).columns() == 1 {
		return nil
	}
	high := h.high
	if high == 0 { // not drawn yet
		high = layoutFor(a.term).list.h
	}
	due := h.unjudged(h.off, h.off+high, high)
	for _, from := range [...]int{h.off + high, h.off - high} {
		if len(due) == 0 {
			due = h.unjudged(from, from+high, judgeAhead)
		}
	}
	beside := len(due) == 0 && layoutFor(a.term).columns() > 1
	if beside {
		due = h.neighbours()
	}
	if len(due) == 0 {
		return nil
	}
	h.likely.judging = true
	if wait := h.likely.quiet - time.Since(h.likely.pressed); wait > 0 {
		return tea.Tick(wait, func(time.Time) tea.Msg { return judgeWaited{} })
	}
	return judgeRows(a.ctx, a.Store, h.likely.round, due, beside)
}

// neighbours are the rows next to the selected one that have not been read as the list
// knows them.
func (h *home) neighbours() (due []model.Incident) {
	for _, i := range [...]int{h.at + 1, h.at - 1} {
		if i < 0 || i >= len(h.shown) {
			continue
		}
		inc := &h.shown[i]
		if n, ok := h.likely.near[inc.ID]; !ok || n.at != standOf(inc) {
			due = append(due, *inc)
		}
	}
	return due
}

// unjudged are the rows from one to before another whose likely cause is not known,
// at most so many.
func (h *home) unjudged(from, to, most int) (due []model.Incident) {
	for i := max(from, 0); i < min(to, len(h.shown)) && len(due) < most; i++ {
		if inc := &h.shown[i]; h.likely.word(inc) == notJudged {
			due = append(due, *inc)
		}
	}
	return due
}

const (
	// judgeTime is for how long a command looks at rows before it says what it has;
	// the next one goes on.
	judgeTime = 80 * time.Millisecond
	// judgeAhead is how many rows out of view are looked at between two keys.
	judgeAhead = 4
)

// judgeRows judges some rows; with keep it also brings what they are judged by.
func judgeRows(ctx context.Context, s Store, round int, due []model.Incident, keep bool) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(ctx, readTimeout)
		defer cancel()
		m := judgedNow{round: round, words: map[model.IncidentID]judged{}}
		if keep {
			m.near = map[model.IncidentID]nearby{}
		}
		began := time.Now()
		var next atomic.Int64
		var mu sync.Mutex
		work := func() {
			for {
				i := next.Add(1) - 1
				if i >= int64(len(due)) || i > 0 && time.Since(began) >= judgeTime {
					return
				}
				inc := &due[i]
				word := "could not read"
				c, err := s.Glance(ctx, inc.ID)
				if err == nil {
					j := triage.Judge(&c)
					word = likelyWord(&j)
				}
				mu.Lock()
				if keep {
					m.near[inc.ID] = nearby{standOf(inc), c, err}
				}
				m.words[inc.ID] = judged{standOf(inc), word}
				mu.Unlock()
			}
		}
		var both sync.WaitGroup // what one waits for, the other one does not
		both.Go(work)
		both.Go(work)
		both.Wait()
		return m
	}
}

// likelyWord is the likely cause in a word or two, or on whose side it lies. Two strong
// ones are two.
func likelyWord(j *triage.Judgement) string {
	switch n := len(j.Leading); {
	case n == 1:
		return safe.Line(triage.CauseWord(j.Leading[0]))
	case n == 2:
		return safe.Line(triage.CauseWord(j.Leading[0]) + ", " + triage.CauseWord(j.Leading[1]))
	case n > 2:
		return safe.Line(triage.CauseWord(j.Leading[0])) + " +" + itoa(n-1)
	case j.Match.Known && len(j.Causes) == 1 && j.Causes[0].Cause == "unknown":
		// No cause of ours stands behind the code, and Meta's name for it says
		// more than that.
		return safe.Line(j.Causes[0].Title)
	}
	return safe.Line(firstOf(j.Side(), "cannot tell"))
}
