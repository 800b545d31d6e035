package ui

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"unsent/kb"
	"unsent/model"
	"unsent/safe"
	"unsent/triage"
)

// caseView is one incident, or one message of it: what it means, what is known,
// how far the steps have come.
type caseView struct {
	inc   model.Incident
	msgID model.MessageID // 0 when the case is the incident
	data  model.Case
	triage.Judgement
	ready    bool // the whole case is here, and not only what a glance at it shows
	glanced  bool // what a glance shows is here
	foreseen bool // the same, read when it was next to the selected row; a glance is to follow
	loading  task
	err      error
	asked    asked

	tab    int
	at     int  // selected step
	off    int  // first line shown of the tab
	beyond int  // how many lines of it the agent has scrolled below the last step, or above the first
	moved  bool // the agent has moved in it
	high   int  // lines of the tab's part when it was drawn last
	width  int  // of the same
	total  int  // lines the tab has
	line   int  // where the selected step was drawn, in the body; -1: nowhere
	tall   int  // how many lines it has
	reveal bool
	open   bool // the selected step's text is unfolded
	wide   bool // there is room to unfold it always
	tight  bool // there is room for the steps, and for little beside them
	low    bool // and for hardly a step
	ahead  bool // its article is drawn, or is being drawn
	drawn  drawing
	brief  string // the short packet, where there is a third column to show it
	briefs task
}

// A drawing keeps the lines of a long text until its width, theme or content change.
type drawing struct {
	key   string
	lines []string
}

func newCase(inc model.Incident, msg *model.Failure) *caseView {
	c := &caseView{inc: inc, line: -1}
	if msg != nil {
		c.msgID = msg.ID
		c.data.Message = msg
	}
	c.data.Incident = inc
	c.settle()
	return c
}

// tabs are the parts of a case, in the order of the tab key.
var tabs = []string{"Overview", "Article", "Causes", "Scope", "Changes", "Facts", "Raw", "Notes"}

const (
	tabOverview = iota
	tabArticle
	tabCauses
	tabScope
	tabChanges
	tabFacts
	tabRaw
	tabNotes
)

func (c *caseView) load(a *app) tea.Cmd {
	ctx, id := c.loading.start(a.ctx)
	return loadCase(ctx, c, id, a.Store, c.inc.ID, c.msgID)
}

// look loads what a look at the case from the list shows. One is loaded at a
// time: of those that a held key runs past, only the ones are looked at that the
// database keeps up with, and always the last.
func (c *caseView) look(a *app) tea.Cmd {
	if c.glanced || c.ready {
		return nil
	}
	if d, ok := a.home.likely.glanced(&c.inc); ok && !c.foreseen && c.msgID == 0 {
		c.glance(d) // another console may have found something since: it is read anew all the same
		c.glanced, c.foreseen = false, true
	}
	if a.glancing {
		return nil
	}
	a.glancing = true
	if l := &a.home.likely; l.gap < min(keysClose, l.quiet) {
		if wait := keysClose - time.Since(l.pressed); wait > 0 { // one more key is about to come
			return tea.Tick(wait, func(time.Time) tea.Msg { return glanceWaited{} })
		}
	}
	return glanceAt(a.ctx, c, a.Store, c.inc.ID)
}

// whole loads the case unless it is here or on its way.
func (c *caseView) whole(a *app) tea.Cmd {
	if c.ready || c.loading.active {
		return nil
	}
	return c.load(a)
}

// glance takes what the case is judged by. Of what the list knows and a glance
// does not count nothing is lost.
func (c *caseView) glance(d model.Case) {
	if d.Incident.Recipients < 0 {
		d.Incident.Recipients = c.inc.Recipients
	}
	d.Findings = c.asked.over(d.Findings)
	c.data, c.inc, c.glanced, c.err = d, d.Incident, true, nil
	c.settle()
	c.drawn = drawing{}
}

func (c *caseView) take(d model.Case) {
	d.Findings = c.asked.over(d.Findings)
	c.data, c.inc, c.ready, c.err = d, d.Incident, true, nil
	c.settle()
	c.drawn = drawing{}
}

// settle computes what follows from the data.
func (c *caseView) settle() {
	c.Judgement = triage.Judge(&c.data)
	c.at = min(c.at, max(len(c.Steps)-1, 0))
}

// known reports whether what the case is judged by has been read.
func (c *caseView) known() bool { return c.glanced || c.ready || c.foreseen }

func (c *caseView) title(a *app) string {
	if c.msgID != 0 {
		return c.msgID.String() + " of " + c.inc.ID.String()
	}
	return c.inc.ID.String()
}

func (c *caseView) article() kb.Article { return c.Match.Article }

// step is the selected step, nil when the article has none.
func (c *caseView) step() *triage.Step {
	if c.at < 0 || c.at >= len(c.Steps) {
		return nil
	}
	return &c.Steps[c.at]
}

// move moves the selected step on the overview and scrolls everywhere else.
func (c *caseView) move(a *app, by int) tea.Cmd {
	c.moved = true
	if c.tab == tabOverview && len(c.Steps) > 0 {
		for n := by; n != 0; {
			d := 1
			if n < 0 {
				d = -1
			}
			if d*c.beyond < 0 { // back to the selected step first
				c.beyond, n = c.beyond+d, n-d
				continue
			}
			next := c.at + d
			for next >= 0 && next < len(c.Steps) && c.Steps[next].Depth > 0 && !c.unfolded(next) {
				next += d
			}
			if next < 0 || next >= len(c.Steps) { // what stands above or below the steps
				c.beyond += n
				break
			}
			c.at, c.beyond, n = next, 0, n-d
		}
		return nil
	}
	c.off = min(max(c.off+by, 0), max(c.total-c.high, 0))
	return nil
}

func (c *caseView) show(tab int) {
	c.tab = (tab + len(tabs)) % len(tabs)
	c.off, c.beyond, c.moved = 0, 0, true
}

// tick settles the selected step by hand, with a note.
func (c *caseView) tick(a *app, state model.StepState) tea.Cmd {
	s := c.step()
	if s == nil {
		return a.warn("this article has no steps")
	}
	id, locked := s.ID, s.Lock
	if state == "" { // the tick key: done, or open again
		state = model.StepDone
		if s.By == "hand" && s.State != model.StepOpen {
			state = model.StepOpen
		}
	}
	record := func(note string) tea.Cmd {
		rec := model.StepRecord{Step: id, State: state, By: "hand", At: a.Now().UTC(), Note: a.clean(note)}
		ctx, st, who, inc := a.ctx, a.Store, a.Who, c.inc.ID
		return write("step "+id+" is "+string(state)+" (z undoes)", func() error {
			if locked != "" && state != model.StepOpen {
				if err := st.Log(ctx, who, "override", inc.String(), "step "+id+" taken although "+locked+": "+rec.Note); err != nil {
					return err
				}
			}
			return st.SetStep(ctx, inc, rec, who)
		})
	}
	if state == model.StepOpen {
		return record("")
	}
	label := "Step " + id + " " + string(state) + ": what did you see?"
	if state == model.StepSkipped {
		label = "Step " + id + " is left out: why?"
	}
	if locked != "" {
		label = "Step " + id + " is " + locked + ". Take it all the same? Say why"
	}
	return a.ask(&input{label: label, hint: "one line; empty is fine", need: locked != "", do: func(a *app, note string) tea.Cmd { return record(strings.TrimSpace(note)) }})
}

// overrule unlocks the selected step for a reason, which goes to the audit trail.
func (c *caseView) overrule(a *app) tea.Cmd {
	id, lock := c.step().ID, c.step().Lock
	return a.ask(&input{label: "Step " + id + ": why must it be taken now?", hint: safe.Line(lock) + ". One line; it goes to the audit trail", need: true, do: func(a *app, why string) tea.Cmd {
		why = a.clean(strings.TrimSpace(why))
		rec := model.StepRecord{Step: id, State: model.StepUnlocked, By: "hand", At: a.Now().UTC(), Note: why}
		ctx, st, who, inc := a.ctx, a.Store, a.Who, c.inc.ID
		return write("step "+id+" is unlocked (z undoes)", func() error {
			if err := st.Log(ctx, who, "override", inc.String(), "step "+id+" unlocked although "+lock+": "+why); err != nil {
				return err
			}
			return st.SetStep(ctx, inc, rec, who)
		})
	}})
}

func (c *caseView) openPacket(a *app) tea.Cmd {
	v := &packetView{c: c, profile: 0}
	a.push(v)
	return v.begin(a)
}

func (c *caseView) actions(a *app) []action {
	someStep := func(*app) string {
		if c.step() == nil {
			return "this article has no steps"
		}
		return ""
	}
	list := []action{
		{name: "check", keys: []string{"c"}, help: "run the checks of the selected step", why: func(*app) string {
			if s := c.step(); s == nil || len(s.Checks) == 0 {
				return "the selected step has no check; do it by hand and tick it with x"
			}
			return ""
		}, do: func(a *app) tea.Cmd { return c.check(a, c.step().Checks) }},
		{name: "check-all", keys: []string{"C"}, help: "run all checks that the article asks for", short: "checks", do: func(a *app) tea.Cmd { return c.check(a, nil) }},
		{name: "answers", keys: []string{"v"}, help: "each check's answer in full, the raw one too", short: "answers", why: func(*app) string {
			if names, _ := c.order(); len(names) == 0 {
				return "no check was run yet; C runs all"
			}
			return ""
		}, do: c.openAnswers},
		{name: "packet", keys: []string{"e"}, help: "build the escalation packet", short: "packet", do: func(a *app) tea.Cmd { return c.openPacket(a) }},
		{name: "tick", keys: []string{"x"}, help: "tick the selected step, or untick it; asks for a note", short: "tick", why: someStep, do: func(a *app) tea.Cmd { return c.tick(a, "") }},
		{name: "found", keys: []string{"f"}, help: "the selected step found the problem", why: someStep, do: func(a *app) tea.Cmd { return c.tick(a, model.StepProblem) }},
		{name: "skip", keys: []string{"u"}, help: "leave the selected step out", why: someStep, do: func(a *app) tea.Cmd { return c.tick(a, model.StepSkipped) }},
		{name: "overrule", keys: []string{"O"}, help: "unlock the selected step for a reason", why: func(*app) string {
			if s := c.step(); s == nil || s.Lock == "" {
				return "the selected step is not locked"
			}
			return ""
		}, do: c.overrule},
		{name: "unfold", keys: []string{"enter", "space"}, help: "show or hide the text of the selected step", short: "step", why: someStep, do: func(*app) tea.Cmd {
			c.show(tabOverview)
			c.open = !c.open
			return nil
		}},
		{name: "next-tab", keys: []string{"tab", "right"}, help: "next part: " + strings.ToLower(strings.Join(tabs, ", ")), short: "parts", do: func(*app) tea.Cmd { c.show(c.tab + 1); return nil }},
		{name: "previous-tab", keys: []string{"shift+tab", "left"}, help: "previous part", do: func(*app) tea.Cmd { c.show(c.tab - 1); return nil }},
		{name: "messages", keys: []string{"l"}, help: "the incident's messages", short: "messages", do: func(a *app) tea.Cmd { return a.openRows(model.Query{Incident: c.inc.ID}) }},
		planAction(func() (model.Target, bool) { return c.target(), true }),
		timelineAction(c),
		c.moveAction(),
		{name: "page", keys: []string{"o"}, help: "open the web page of the selected step", why: func(*app) string {
			if s := c.step(); s == nil || s.Open == "" {
				return "the selected step has no page"
			}
			return ""
		}, do: func(a *app) tea.Cmd { return openLink(a.ctx, a.Deps, c.step().Open) }},
		{name: "reveal", keys: []string{"r"}, help: "show or hide whole numbers; showing is written to the audit trail", do: func(a *app) tea.Cmd {
			c.reveal = !c.reveal
			c.drawn = drawing{}
			if !c.reveal {
				return a.say("numbers are masked")
			}
			ctx, s, who, target := a.ctx, a.Store, a.Who, c.target().String()
			a.say("numbers are shown in full; this is on the audit trail")
			return func() tea.Msg {
				if err := s.Log(ctx, who, "reveal", target, "numbers shown in full"); err != nil {
					return changed{err: err}
				}
				return nil
			}
		}},
		{name: "note", keys: []string{"A"}, help: "add a note", do: func(a *app) tea.Cmd {
			return a.ask(&input{label: "Note for " + c.inc.ID.String(), need: true, do: func(a *app, text string) tea.Cmd {
				ctx, s, who, id := a.ctx, a.Store, a.Who, c.inc.ID
				text = a.clean(text)
				return write("noted (z undoes)", func() error { return s.AddNote(ctx, id, text, who) })
			}})
		}},
		{name: "ticket", keys: []string{"T"}, help: "record the receiver's ticket number; state: escalated", do: func(a *app) tea.Cmd {
			return a.ask(&input{label: "Ticket number", value: c.inc.Ticket, need: true, do: func(a *app, text string) tea.Cmd {
				ctx, s, who, id := a.ctx, a.Store, a.Who, c.inc.ID
				text = a.clean(text)
				return write("escalated, ticket "+safe.Line(text)+" (z undoes)", func() error {
					return s.SetState(ctx, id, model.StateEscalated, "", text, who)
				})
			}})
		}},
		{name: "next-heading", keys: []string{"]"}, help: "to the article's next heading", do: func(a *app) tea.Cmd {
			if c.tab != tabArticle {
				c.show(tabArticle)
				return nil
			}
			c.off = min(heading(c.drawn.lines, c.off, 1, a.theme), max(c.total-c.high, 0))
			return nil
		}},
		{name: "previous-heading", keys: []string{"["}, help: "to the article's previous heading", do: func(a *app) tea.Cmd {
			if c.tab != tabArticle {
				c.show(tabArticle)
				return nil
			}
			c.off = heading(c.drawn.lines, c.off, -1, a.theme)
			return nil
		}},
		{name: "joined", keys: []string{"J"}, help: "to the incident that this one has become a part of", why: func(*app) string {
			if c.inc.Joined == 0 {
				return "it is not a part of another"
			}
			return ""
		}, do: c.openJoined},
		{name: "feedback", keys: []string{"H"}, help: "say whether the article helped; stays on this machine", do: func(a *app) tea.Cmd { return a.feedback(c.article()) }},
		{name: "related", keys: []string{"R"}, help: "the article of a related code", why: func(*app) string {
			if len(c.article().Related) == 0 {
				return "the article names no related code"
			}
			return ""
		}, do: func(a *app) tea.Cmd { return a.openRelated(c.article()) }},
		{name: "reply", keys: []string{"Y"}, help: "copy a ready reply to the customer", why: func(*app) string {
			if len(c.article().Replies) == 0 {
				return "the article has no ready reply"
			}
			return ""
		}, do: func(a *app) tea.Cmd { return a.openReplies(c.article()) }},
	}
	for i := range 8 {
		n := itoa(i + 1)
		list = append(list, action{name: "step-" + n, keys: []string{n}, help: "to step " + n, why: func(*app) string {
			if c.stepIndex(n) < 0 {
				return "this article has no step " + n
			}
			return ""
		}, do: func(*app) tea.Cmd { c.show(tabOverview); c.at = c.stepIndex(n); return nil }})
	}
	list = append(list, moves(func(a *app, by int) tea.Cmd { return c.move(a, by) }, func() int { return c.high }, func() int { return max(c.total, len(c.Steps)) })...)
	return append(list, states(func() []model.IncidentID { return []model.IncidentID{c.inc.ID} })...)
}

func (c *caseView) target() model.Target {
	if c.msgID != 0 {
		return model.Target{Message: c.msgID}
	}
	return model.Target{Incident: c.inc.ID}
}

func (c *caseView) stepIndex(id string) int {
	for i := range c.Steps {
		if c.Steps[i].ID == id {
			return i
		}
	}
	return -1
}

func (c *caseView) cursorLine() int {
	if c.tab != tabOverview {
		return -1
	}
	return c.line
}
